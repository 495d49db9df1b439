import { secretValueIn } from "./value.ts";

/** Files that hold a credential by what they are called. */
const BY_NAME =
  /(?:^|\/)(?:id_(?:rsa|dsa|ecdsa|ed25519)|\.netrc|\.pgpass|\.git-credentials|\.dockercfg|kubeconfig|\.htpasswd|\.kube\/config|credentials?\.(?:json|xml)|secret_token\.rb|password\.txt|[^/]+\.(?:p12|pfx|jks|kdbx))$/i;

/** Files that hold one only with the right words in them: certificates are public, most `.npmrc` and `.env` files hold settings. */
export const BY_CONTENT: readonly (readonly [name: RegExp, content: RegExp, what: string, rule: string])[] = [
  [/\.(?:pem|key|priv|private_key|secret)$/i, /PRIVATE KEY-----/, "a private key", "private-key"],
  [/(?:^|\/)\.npmrc$/, /_(?:auth|authToken|password)\s*=[ \t]*["']?[^\s"'$]/i, "an npm token", "npm-token"],
  [/(?:^|\/)\.yarnrc(?:\.yml)?$/, /npmAuth(?:Token|Ident)["']?\s*:\s*["']?[^\s"'$]/, "an npm token", "npm-token"],
  [/(?:^|\/)\.pypirc$/, /^\s*password\s*[:=][ \t]*\S/im, "a password for a package index", "package-index-password"],
  [/(?:^|\/)\.?pip(?:\.conf|\/pip\.conf)$/, /:\/\/[^\s/:@]+:[^\s/@]+@/, "a password for a package index", "package-index-password"],
  [/(?:^|\/)\.docker\/config\.json$/, /"auth"\s*:\s*"[^"]/, "a registry's password", "registry-password"],
  [
    /(?:^|\/)(?:\.aws\/)?credentials$/,
    /aws_secret_access_key\s*=[ \t]*\S|^\s*(?:password|token|secret)\s*[:=][ \t]*\S/im,
    "cloud credentials",
    "cloud-credentials",
  ],
  [/(?:^|\/)application_default_credentials\.json$/, /"(?:private_key|refresh_token)"/, "cloud credentials", "cloud-credentials"],
  [
    /(?:^|\/)\.env(?:\.(?!example$|sample$|template$|dist$)[\w-]+)?$/,
    /^\s*(?:export\s+)?\w*(?:PASSWORD|PASSWD|SECRET|TOKEN|API_?KEY|ACCESS_?KEY|PRIVATE_?KEY)\w*\s*=[ \t]*["']?[^\s"'$]/im,
    "a password or token",
    "env-file-secret",
  ],
  [/(?:^|\/)\.composer\/auth\.json$/, /"(?:password|token)"|oauth/, "a package registry's token", "package-index-password"],
  [
    /(?:^|\/)\.m2\/settings(?:-security)?\.xml$/,
    /<(?:password|passphrase|master)>[^<$]/,
    "a package registry's password",
    "package-index-password",
  ],
];

/** Texts that people keep settings in: a secret of a known form is looked for in these. */
const SETTINGS =
  /(?:\.(?:env|ini|cfg|conf|config|cnf|toml|ya?ml|json|xml|properties|sh|bashrc|profile|txt|tfvars|tfstate|npmrc|rc)|(?:^|\/)\.[\w.-]+|_history)$/i;

/** Where distributions, package managers and test suites keep examples. Keys in there open nothing. */
const EXAMPLES =
  /(?:^|\/)(?:usr\/share|usr\/lib|usr\/local\/lib|usr\/local\/share|lib|proc|sys|dev|var\/lib\/(?:dpkg|apt|rpm|pacman)|lib\/apk|node_modules|site-packages|dist-packages|vendor|gems|tests?|__tests__|testdata|fixtures?|examples?|docs?)(?:\/|$)/i;

const MAX_BYTES = 64 * 1024;

/** Bytes of the file that tell whether it holds a credential; 0 where its name does; undefined where nothing would. */
export const credentialBytes = (path: string): number | undefined => {
  if (EXAMPLES.test(path)) return undefined;
  if (BY_CONTENT.some(([name]) => name.test(path))) return MAX_BYTES;
  if (BY_NAME.test(path)) return 0;
  return SETTINGS.test(path) ? MAX_BYTES : undefined;
};

/** What kind of credential a file holds, in words that do not give it away; undefined when it holds none that is known. */
export const credentialIn = (path: string, content: string): { readonly what: string; readonly by: "name" | "content" } | undefined => {
  const found = BY_CONTENT.find(([name, pattern]) => name.test(path) && pattern.test(content));
  if (found !== undefined) return { what: found[2], by: "content" };
  if (BY_NAME.test(path)) return { what: "a credential, going by its name", by: "name" };
  for (let at = 0; at < content.length; at += 19_000) {
    const what = secretValueIn(content.slice(at, at + 20_000));
    if (what !== undefined) return { what, by: "content" };
  }
  return undefined;
};
