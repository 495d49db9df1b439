import { describe, expect, test } from "vitest";
import { secretsInConfiguration } from "./configuration.ts";
import { FORMS } from "./forms.ts";
import { isLookedThrough, secretsInFile } from "./layer-file.ts";
import { secretInText } from "./text.ts";

/** Letters and digits that look like nothing, the same each time. */
const random = (length: number, letters: string, seed = 7): string => {
  let state = seed;
  return Array.from({ length }, () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return letters[Math.floor(state / 65_536) % letters.length];
  }).join("");
};
const LOWER = "abcdefghijklmnopqrstuvwxyz";
const WORD = `${LOWER}${LOWER.toUpperCase()}0123456789`;
const HEX = "0123456789abcdef";
const UP = `${LOWER.toUpperCase()}0123456789`;

/** One of each form, as its issuer makes them. */
const SAMPLES: Readonly<Record<string, string>> = {
  "private-key": `-----BEGIN RSA PRIVATE KEY-----\n${random(64, WORD)}`,
  "url-password": "postgres://shop:hV7kq2m@db.shop.acme.com/shop",
  "aws-access-key": `AKIA${random(16, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")}`,
  "github-token": `ghp_${random(36, WORD)}`,
  "gitlab-token": `glpat-${random(20, WORD)}`,
  "slack-token": `xoxb-${random(12, "0123456789")}-${random(24, WORD)}`,
  "slack-webhook": `https://hooks.slack.com/services/T${random(8, UP)}/B${random(10, UP)}/${random(24, WORD)}`,
  "stripe-key": `sk_live_${random(24, WORD)}`,
  jwt: `eyJ${random(17, WORD)}.eyJ${random(40, WORD)}.${random(43, WORD)}`,
  "npm-token": `npm_${random(36, WORD)}`,
  "pypi-token": `pypi-AgEIcHlwaS5vcmc${random(150, WORD)}`,
  "rubygems-key": `rubygems_${random(48, HEX)}`,
  "nuget-key": `oy2${random(43, `${LOWER}0123456789`)}`,
  "clojars-token": `CLOJARS_${random(60, `${LOWER}0123456789`)}`,
  "docker-token": `dckr_pat_${random(27, WORD)}`,
  "artifactory-key": `AKCp${random(69, WORD)}`,
  "google-api-key": `AIza${random(35, WORD)}`,
  "google-client-secret": `GOCSPX-${random(28, WORD)}`,
  "google-refresh-token": `1//0${random(60, WORD)}`,
  "azure-storage-key": `DefaultEndpointsProtocol=https;AccountKey=${random(86, WORD)}==`,
  "azure-client-secret": `${random(3, WORD)}8Q~${random(34, WORD)}`,
  "azure-sas": `https://a.blob.core.windows.net/c?sv=2024-05-04&sp=r&sig=${random(43, WORD)}%3D`,
  "alibaba-key": `LTAI${random(20, WORD)}`,
  "digitalocean-token": `dop_v1_${random(64, HEX)}`,
  "heroku-key": `HRKU-${random(36, WORD)}`,
  "fly-token": `fo1_${random(43, WORD)}`,
  "netlify-token": `nfp_${random(40, WORD)}`,
  "supabase-token": `sbp_${random(40, HEX)}`,
  "cloudflare-origin-key": `v1.0-${random(24, HEX)}-${random(146, HEX, 9)}`,
  "databricks-token": `dapi${random(32, HEX)}`,
  "planetscale-token": `pscale_tkn_${random(43, WORD)}`,
  "vault-token": `hvs.${random(90, WORD)}`,
  "terraform-token": `${random(14, WORD)}.atlasv1.${random(67, WORD, 3)}`,
  "pulumi-token": `pul-${random(40, HEX)}`,
  "doppler-token": `dp.pt.${random(43, WORD)}`,
  "onepassword-token": `ops_eyJ${random(300, WORD)}`,
  "age-key": `AGE-SECRET-KEY-1${random(58, "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L")}`,
  "tailscale-key": `tskey-auth-${random(12, WORD)}-${random(32, WORD, 3)}`,
  "grafana-token": `glsa_${random(32, WORD)}_${random(8, HEX)}`,
  "newrelic-key": `NRAK-${random(27, UP)}`,
  "dynatrace-token": `dt0c01.${random(24, UP)}.${random(64, UP, 3)}`,
  "sentry-token": `sntrys_eyJ${random(60, WORD)}`,
  "sonar-token": `squ_${random(40, HEX)}`,
  "sendgrid-key": `SG.${random(22, WORD)}.${random(43, WORD, 3)}`,
  "mailgun-key": `key-${random(32, HEX)}`,
  "mailchimp-key": `${random(32, HEX)}-us12`,
  "telegram-token": `${random(9, "123456789")}:AA${random(33, WORD)}`,
  "discord-webhook": `https://discord.com/api/webhooks/${random(18, "123456789")}/${random(68, WORD)}`,
  "shopify-token": `shpat_${random(32, HEX)}`,
  "square-token": `sq0atp-${random(22, WORD)}`,
  "atlassian-token": `ATATT3${random(186, WORD)}`,
  "linear-key": `lin_api_${random(40, WORD)}`,
  "notion-token": `ntn_${random(11, "123456789")}${random(35, WORD)}`,
  "postman-key": `PMAK-${random(24, HEX)}-${random(34, HEX, 3)}`,
  "readme-key": `rdme_${random(70, `${LOWER}0123456789`)}`,
  "facebook-token": `EAAM${random(160, WORD)}`,
  "mapbox-token": `sk.eyJ${random(60, WORD)}.${random(22, WORD)}`,
  "model-api-key": `sk-proj-${random(48, WORD)}`,
  "huggingface-token": `hf_${random(34, LOWER)}`,
  "groq-key": `gsk_${random(52, WORD)}`,
  "replicate-token": `r8_${random(37, WORD)}`,
};

const ids = (path: string, content: string): readonly string[] =>
  secretsInFile(path, Buffer.from(content)).map(({ rule, line, isSure }) => `${rule}:${line}${isSure ? "" : "?"}`);

describe("what is known by its form", () => {
  test("each form has a sample, and no two have a name", () => {
    expect(FORMS.map(({ id }) => id).toSorted()).toEqual(Object.keys(SAMPLES).toSorted());
  });
  test.each(Object.entries(SAMPLES))("%s", (rule, sample) => {
    expect(secretInText(`# settings\nvalue: ${sample}\nother: 1\n`)).toMatchObject({ rule, line: 2 });
  });
  test.each([
    ["what a manual shows", "key: AKIAIOSFODNN7EXAMPLE"],
    ["letters that stand for others", `token: ghp_${"x".repeat(36)}`],
    ["one letter again and again", `token: npm_${"a".repeat(36)}`],
    ["the token of every tutorial", "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIn0.x"],
    ["a program that looks for keys", "if line.startswith('-----BEGIN RSA PRIVATE KEY-----'):\n  pass"],
    ["a checksum", `sha256: ${random(64, HEX)}`],
    ["a part of a longer word", `a${SAMPLES["newrelic-key"]}B`],
  ])("%s is none", (_, text) => {
    expect(secretInText(text)).toBeUndefined();
  });
});

describe("a file of a layer", () => {
  test("every secret of it at its line, once", () => {
    const content = `a=1\nTOKEN=${SAMPLES["github-token"]}\n\nurl: ${SAMPLES["url-password"]}\nkey: ${SAMPLES["npm-token"]}\n`;
    expect(ids("app/config.yaml", content)).toEqual(["github-token:2", "url-password:4?", "npm-token:5"]);
  });
  test.each([
    ["root/.npmrc", "save-exact=true\n//npm.acme.example/:_authToken=hunter2", ["npm-token:2"]],
    ["root/.npmrc", "//npm.acme.example/:_authToken=${NPM_TOKEN}", []],
    ["app/.env", "PORT=1\n\nDB_PASSWORD=hunter2", ["env-file-secret:3"]],
    ["app/.env", "DB_PASSWORD=changeme", ["env-file-secret:1?"]],
    ["root/.aws/credentials", "[default]\naws_secret_access_key = wJalrXUtnFEMI/K7MDENG", ["cloud-credentials:2"]],
    ["root/.netrc", "machine a.example login b password c", ["netrc-password:1"]],
    ["root/.pgpass", "# host\ndb:5432:shop:shop:hunter2\n", ["database-password:2"]],
    ["app/.git/config", '[remote "origin"]\n  url = https://ann:hunter2@git.acme.example/shop\n', ["git-password:2"]],
    ["root/.kube/config", "users:\n- name: a\n  user:\n    token: abc\n", ["cluster-credentials:4"]],
    ["var/www/html/wp-config.php", "<?php\ndefine( 'DB_PASSWORD', 'hunter2' );", ["database-password:2"]],
    ["etc/shadow", "root:*:1::::::\nann:$6$abc$def:1::::::", ["password-hash:2?"]],
    ["etc/shadow", "root:*:1::::::\n", []],
    ["app/config/master.key", `${random(32, HEX)}\n`, ["rails-master-key:1"]],
    ["app/tls/site.pem", "-----BEGIN CERTIFICATE-----\nMIIB", []],
    ["app/settings.py", `SIGNING_SECRET = "q7Gd2LxW0aPz9RtYb4NkVe31"`, ["assigned-secret:1?"]],
    ["app/keys.p12", "\0\0", ["key-store:1?"]],
    ["app/program", `\0ELF${SAMPLES["github-token"]}`, []],
  ])("%s: %j", (path, content, found) => {
    expect(ids(path, content)).toEqual(found);
  });
  test.each([
    ["app/lib/settings.js", 100, true],
    ["usr/share/nginx/html/config.js", 100, true],
    ["etc/app/token", 100, true],
    ["app/.env", 100, true],
    ["app/data.json", 2_000_000, false],
    ["app/.env", 0, false],
    ["app/node_modules/a/index.js", 100, false],
    ["usr/lib/python3/x.py", 100, false],
    ["app/test/key.pem", 100, false],
    ["app/package-lock.json", 100, false],
    ["app/bundle.min.js", 100, false],
    ["app/.env.example", 100, false],
    ["app/logo.png", 100, false],
  ])("%s of %i bytes is looked through: %s", (path, sizeBytes, looked) => {
    expect(isLookedThrough(path, sizeBytes)).toBe(looked);
  });
  test("a hostile text is read in no time", { timeout: 20_000 }, () => {
    for (const text of [
      "key=".repeat(250_000),
      "a:".repeat(500_000),
      `${"://a:".repeat(200_000)}@`,
      "secret\n".repeat(140_000),
      "eyJ".repeat(300_000),
    ])
      expect(secretsInFile("app/a.txt", Buffer.from(text)).length).toBeLessThanOrEqual(20);
  });
});

test("the configuration: environment, labels and history, each value once", () => {
  const found = secretsInConfiguration({
    env: [
      "PATH=/bin",
      "DB_PASSWORD=hunter2",
      `NPM_TOKEN=${SAMPLES["npm-token"]}`,
      "GPG_KEY=E3FF2839C048B25C084DEBE9B26995E310250568",
      "ADMIN_PASSWORD=changeme",
    ],
    labels: { "acme.deploy_token": "abcdef0123456789", "org.opencontainers.image.title": "shop" },
    history: [
      { createdBy: "ENV DB_PASSWORD=hunter2", emptyLayer: true },
      { createdBy: "RUN |1 BUILD_PASSWORD=geheim1 /bin/sh -c make # buildkit", emptyLayer: false },
      { createdBy: `RUN /bin/sh -c curl -u x:${SAMPLES["github-token"]} https://a.example # buildkit`, emptyLayer: false },
      { createdBy: "RUN /bin/sh -c curl https://$USER:$PASSWORD@a.example # buildkit", emptyLayer: false },
    ],
  });
  expect(found.map(({ rule, in: where, name, step, isSure }) => [rule, where, name ?? step, isSure])).toEqual([
    ["named-secret", "environment", "DB_PASSWORD", true],
    ["npm-token", "environment", "NPM_TOKEN", true],
    ["named-secret", "environment", "ADMIN_PASSWORD", false],
    ["named-secret", "label", "acme.deploy_token", false],
    ["named-secret", "history", "BUILD_PASSWORD", true],
    ["github-token", "history", 3, true],
    ["url-password", "history", 4, false],
  ]);
  expect(JSON.stringify(found)).not.toMatch(/hunter2|geheim1|ghp_/);
});
