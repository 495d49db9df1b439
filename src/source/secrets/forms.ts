/** A secret that is known by its form alone, whoever holds it. */
export interface SecretForm {
  /** kebab-case, unique: `secret:<id>` is what a waiver names. */
  readonly id: string;
  /** In words that do not give it away, with an article. */
  readonly what: string;
  /** Without one of these in the text the pattern is not tried. */
  readonly marks: readonly string[];
  readonly pattern: RegExp;
  /** As often public as secret: told, and refuses nothing. */
  readonly often?: "public";
}

const form = (id: string, what: string, marks: string, pattern: RegExp): SecretForm => ({ id, what, marks: marks.split(" "), pattern });

/**
 * Forms that issuers document for what they hand out, so that they can be found: a prefix of their own and a length. The list of Gitleaks (github.com/gitleaks/gitleaks,
 * config/gitleaks.toml) shows which there are; what has no mark of its own is left to names and randomness (text.ts).
 */
export const FORMS: readonly SecretForm[] = [
  { id: "private-key", what: "a private key", marks: ["PRIVATE KEY"], pattern: /-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----/ },
  form("url-password", "a connection string with a password", "://", /\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s/:@]{0,256}:[^\s/@]{1,256}@/i),
  form("aws-access-key", "an AWS access key", "AKIA ASIA", /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/),
  form(
    "github-token",
    "a GitHub token",
    "ghp_ gho_ ghu_ ghs_ ghr_ github_pat_",
    /\bgh[pousr]_[A-Za-z0-9]{30,}\b|\bgithub_pat_[A-Za-z0-9_]{30,}\b/,
  ),
  form("gitlab-token", "a GitLab token", "glpat- gldt- glrt- glcbt- glptt- glsoat-", /\bgl(?:pat|dt|rt|cbt|ptt|soat)-[A-Za-z0-9_-]{20,}\b/),
  form("slack-token", "a Slack token", "xox xapp-", /\bxox[abeoprs]-[A-Za-z0-9-]{10,}\b|\bxapp-\d-[A-Z0-9]{8,}-\d{8,}-[a-z0-9]{32,}\b/),
  form(
    "slack-webhook",
    "an address that posts to Slack",
    "hooks.slack.com",
    /hooks\.slack\.com\/(?:services|workflows)\/[A-Za-z0-9+/]{40,60}/,
  ),
  form("stripe-key", "a Stripe key", "k_live_", /\b[sr]k_live_[A-Za-z0-9]{16,}\b/),
  form("jwt", "a JSON web token", "eyJ", /\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\./),
  form("npm-token", "an npm token", "npm_", /\bnpm_[A-Za-z0-9]{36,}\b/),
  form("pypi-token", "a PyPI token", "pypi-Ag", /\bpypi-Ag[A-Za-z0-9_-]{50,}/),
  form("rubygems-key", "a RubyGems key", "rubygems_", /\brubygems_[a-f0-9]{48}\b/),
  form("nuget-key", "a NuGet key", "oy2", /\boy2[a-z0-9]{43}\b/),
  form("clojars-token", "a Clojars token", "CLOJARS_", /\bCLOJARS_[a-z0-9]{60}\b/),
  form("docker-token", "a Docker Hub token", "dckr_", /\bdckr_[po]at_[A-Za-z0-9_-]{27,}/),
  form("artifactory-key", "an Artifactory key", "AKCp", /\bAKCp[A-Za-z0-9]{69,}\b/),
  { id: "google-api-key", what: "a Google API key", marks: ["AIza"], pattern: /\bAIza[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])/, often: "public" },
  form("google-client-secret", "a Google client's secret", "GOCSPX-", /\bGOCSPX-[A-Za-z0-9_-]{28}/),
  form("google-refresh-token", "a Google refresh token", "1//0", /\b1\/\/0[A-Za-z0-9_-]{40,}/),
  form("azure-storage-key", "a key to Azure storage", "AccountKey=", /\bAccountKey=[A-Za-z0-9+/]{86}==/),
  form("azure-client-secret", "an Azure client's secret", "Q~", /(?<![\w~.-])[A-Za-z0-9_~.]{3}\dQ~[A-Za-z0-9_~.-]{31,34}(?![\w~.-])/),
  form("azure-sas", "a signed address of Azure storage", "&sig=", /[?&]sv=\d{4}-\d\d-\d\d&[^\s"']{0,300}sig=[A-Za-z0-9%]{43,}/),
  form("alibaba-key", "an Alibaba Cloud key", "LTAI", /\bLTAI[A-Za-z0-9]{17,21}\b/),
  form("digitalocean-token", "a DigitalOcean token", "_v1_", /\bdo[opr]_v1_[a-f0-9]{64}\b/),
  form("heroku-key", "a Heroku key", "HRKU-", /\bHRKU-[A-Za-z0-9_-]{36,}/),
  form("fly-token", "a Fly.io token", "fo1_ fm1 fm2_", /\bfo1_[A-Za-z0-9_-]{43}|\bfm[12][ar]?_[A-Za-z0-9+/]{100,}/),
  form("netlify-token", "a Netlify token", "nfp_", /\bnfp_[A-Za-z0-9]{36,}\b/),
  form("supabase-token", "a Supabase token", "sbp_", /\bsbp_[a-f0-9]{40}\b/),
  form("cloudflare-origin-key", "a Cloudflare origin key", "v1.0-", /\bv1\.0-[a-f0-9]{24}-[a-f0-9]{146}\b/),
  form("databricks-token", "a Databricks token", "dapi", /\bdapi[a-f0-9]{32}(?:-\d)?\b/),
  form("planetscale-token", "a PlanetScale token", "pscale_", /\bpscale_(?:tkn|pw|oauth)_[\w=.-]{32,}/),
  form("vault-token", "a Vault token", "hvs. hvb. hvr.", /\bhv[sbr]\.[A-Za-z0-9_-]{24,}/),
  form("terraform-token", "a Terraform token", ".atlasv1.", /\b[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_=-]{60,70}/),
  form("pulumi-token", "a Pulumi token", "pul-", /\bpul-[a-f0-9]{40}\b/),
  form("doppler-token", "a Doppler token", "dp.", /\bdp\.(?:pt|st|ct|sa|scim|audit)\.(?:[a-z0-9_-]{2,35}\.)?[A-Za-z0-9]{40,44}\b/),
  form("onepassword-token", "a 1Password token", "ops_eyJ", /\bops_eyJ[A-Za-z0-9+/]{250,}/),
  form("age-key", "an age key", "AGE-SECRET-KEY-1", /\bAGE-SECRET-KEY-1[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{58}/),
  form("tailscale-key", "a Tailscale key", "tskey-", /\btskey-(?:auth|api|client|scim|webhook)-[A-Za-z0-9]+-[A-Za-z0-9]{20,}/),
  form("grafana-token", "a Grafana token", "glsa_ glc_eyJ", /\bglsa_[A-Za-z0-9]{32}_[a-f0-9]{8}\b|\bglc_eyJ[A-Za-z0-9+/]{30,}/),
  form("newrelic-key", "a New Relic key", "NRAK-", /\bNRAK-[A-Z0-9]{27}\b/),
  form("dynatrace-token", "a Dynatrace token", "dt0c01.", /\bdt0c01\.[A-Z0-9]{24}\.[A-Z0-9]{64}\b/),
  form("sentry-token", "a Sentry token", "sntrys_ sntryu_", /\bsntrys_eyJ[A-Za-z0-9+/=_]{40,}|\bsntryu_[a-f0-9]{64}\b/),
  form("sonar-token", "a Sonar token", "sqp_ squ_ sqa_", /\bsq[pua]_[a-f0-9]{40}\b/),
  form("sendgrid-key", "a SendGrid key", "SG.", /\bSG\.[A-Za-z0-9_-]{16,32}\.[A-Za-z0-9_-]{32,64}/),
  form("mailgun-key", "a Mailgun key", "key-", /\bkey-[a-f0-9]{32}\b/),
  form("mailchimp-key", "a Mailchimp key", "-us", /\b[a-f0-9]{32}-us\d{1,2}\b/),
  form("telegram-token", "a Telegram bot's token", ":AA", /(?<!\d)\d{8,10}:AA[A-Za-z0-9_-]{33}(?![A-Za-z0-9_-])/),
  form(
    "discord-webhook",
    "an address that posts to Discord",
    "/api/webhooks/",
    /discord(?:app)?\.com\/api\/webhooks\/\d{17,20}\/[A-Za-z0-9_-]{60,}/,
  ),
  form("shopify-token", "a Shopify token", "shpat_ shpca_ shppa_ shpss_", /\bshp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}\b/),
  form("square-token", "a Square token", "sq0", /\bsq0(?:atp|csp|idp)-[A-Za-z0-9_-]{22,43}/),
  form("atlassian-token", "an Atlassian token", "ATATT3 ATCTT3 ATBB", /\bAT[AC]TT3[A-Za-z0-9_=-]{60,}|\bATBB[A-Za-z0-9]{32}\b/),
  form("linear-key", "a Linear key", "lin_api_", /\blin_api_[A-Za-z0-9]{40}\b/),
  form("notion-token", "a Notion token", "ntn_", /\bntn_[0-9]{11}[A-Za-z0-9]{35}\b/),
  form("postman-key", "a Postman key", "PMAK-", /\bPMAK-[a-f0-9]{24}-[a-f0-9]{34}\b/),
  form("readme-key", "a ReadMe key", "rdme_", /\brdme_[a-z0-9]{70}\b/),
  form("facebook-token", "a Facebook token", "EAA", /\bEAA[A-Z][A-Za-z0-9]{90,}\b/),
  form("mapbox-token", "a secret Mapbox token", "sk.eyJ", /\bsk\.eyJ[A-Za-z0-9_-]{40,}\.[A-Za-z0-9_-]{20,}/),
  form(
    "model-api-key",
    "a key to an API of models",
    "sk-",
    /\bsk-(?:[a-z]{2,10}\d{0,3}-){1,2}[A-Za-z0-9_-]{40,}|\bsk-[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20}\b/,
  ),
  form("huggingface-token", "a Hugging Face token", "hf_", /\bhf_[A-Za-z]{34}\b/),
  form("groq-key", "a Groq key", "gsk_", /\bgsk_[A-Za-z0-9]{52}\b/),
  form("replicate-token", "a Replicate token", "r8_", /\br8_[A-Za-z0-9]{37}\b/),
];

const MARKS = new RegExp(
  [...new Set(FORMS.flatMap(({ marks }) => marks))].map((mark) => mark.replaceAll(/[.*+?^${}()|[\]\\/]/g, String.raw`\$&`)).join("|"),
  "g",
);

/** Where the next mark of any of them stands, from `from` on; the text's length where none does. */
export const nextForm = (text: string, from: number): number => {
  MARKS.lastIndex = from;
  return MARKS.exec(text)?.index ?? text.length;
};

/** Of all forms but an address with a password the shortest, Slack's. */
const SHORTEST = 15;

/** The first form that a text holds: one pass for all marks, where trying each form would be sixty; most words of commands are too short for any. */
export const formIn = (text: string): SecretForm | undefined =>
  (text.length >= SHORTEST || text.includes("://")) && nextForm(text, 0) < text.length
    ? FORMS.find(({ marks, pattern }) => marks.some((mark) => text.includes(mark)) && pattern.test(text))
    : undefined;
