import { BY_CONTENT } from "./files.ts";
import { isPlaceholder, type SecretInText, secretsInText } from "./text.ts";

/** Files of programs that keep a credential in them, and what shows that there is one. */
const CREDENTIALS: typeof BY_CONTENT = [
  ...BY_CONTENT.filter(([, , , rule]) => rule !== "private-key"),
  [/(?:^|\/)[._]netrc$/, /\bpassword\s+\S/, "a password", "netrc-password"],
  [/(?:^|\/)\.pgpass$/, /^[^#\s:][^\n:]*:[^\n:]*:[^\n:]*:[^\n:]*:\S/m, "a database's password", "database-password"],
  [/(?:^|\/)(?:\.my\.cnf|\.mylogin\.cnf)$/, /^\s*password\s*=[ \t]*\S/m, "a database's password", "database-password"],
  [/(?:^|\/)wp-config\.php$/, /['"]DB_PASSWORD['"]\s*,\s*['"][^'"]/, "a database's password", "database-password"],
  [/(?:^|\/)\.git-credentials$|(?:^|\/)\.git\/config$/, /:\/\/[^\s/:@]+:[^\s/@]+@/, "a password for sources", "git-password"],
  [/(?:^|\/)(?:\.dockercfg|containers\/auth\.json)$/, /"auth"\s*:\s*"[^"]/, "a registry's password", "registry-password"],
  [
    /(?:^|\/)(?:kubeconfig|\.kube\/config)$/,
    /^\s*(?:client-key-data|token|password):[ \t]*\S/m,
    "credentials for a cluster",
    "cluster-credentials",
  ],
  [
    /(?:^|\/)(?:\.s3cfg|\.boto|rclone\.conf)$/,
    /^\s*(?:secret_key|aws_secret_access_key|secret_access_key|pass)\s*=[ \t]*\S/m,
    "cloud credentials",
    "cloud-credentials",
  ],
  [/(?:^|\/)config\/master\.key$/, /^[0-9a-f]{32}\s*$/, "the key to an application's credentials", "rails-master-key"],
];

/** A hash can be tried at home for as long as one likes. */
const HASHES: typeof BY_CONTENT = [
  [/(?:^|\/)\.htpasswd$/, /^[^\s:#]+:(?:\$|\{)/m, "the hash of a password", "password-hash"],
  [/^etc\/shadow$/, /^[^\s:#]+:\$[0-9a-z]{1,3}\$/m, "the hash of a password", "password-hash"],
];

const KEY_STORE = /\.(?:p12|pfx|jks|keystore|kdbx|ppk)$/i;

/** What distributions, languages and their packages bring: their examples and tests open nothing. A web server's own root is no such place. */
const NOT_OURS =
  /^(?:usr\/(?:share\/(?!nginx\/)|lib|libexec|include|src\/(?:linux|debian)|local\/(?:lib\/(?:python|node_modules|ruby|perl|php)|share|include|go\/|rustup|cargo\/registry))|lib(?:32|64|x32)?\/|proc\/|sys\/|dev\/|boot\/|var\/(?:lib\/(?:dpkg|apt|rpm|pacman|apk|dnf|ucf|systemd)|cache)\/|etc\/(?:ssl\/certs|ca-certificates|alternatives|fonts|apparmor\.d|pki\/(?:ca-trust|tls\/certs))|nix\/store\/)|(?:^|\/)(?:node_modules|bower_components|site-packages|dist-packages|vendor|gems|[^/]+\.(?:dist|egg)-info|tests?|specs?|__tests__|__mocks__|testdata|test-data|fixtures?|examples?|samples?|docs?)\//i;
const MADE_OF_OTHERS =
  /\.(?:min\.[cm]?js|map|lock|snap|sum|md|rst|svg)$|(?:^|\/)(?:package-lock|npm-shrinkwrap|composer-lock)\.json$|(?:^|\/)(?:pnpm-lock|yarn-lock)\.ya?ml$|[._-](?:test|spec|example|sample|template|dist)(?:\.\w+)?$/i;
const TEXT =
  /\.(?:env|ini|cfg|conf|config|cnf|toml|ya?ml|json5?|xml|properties|sh|bash|zsh|bashrc|profile|txt|tf|tfvars|tfstate|npmrc|rc|[cm]?[jt]sx?|py|rb|php|go|java|kts?|cs|rs|pl|gradle|groovy|scala|lua|exs?|html?|vue|svelte|sql|csv|log|ps1|bat|cmd|bak|old|orig|tmpl|pem|key|priv|private_key|secret|asc|credentials)$|(?:^|\/)\.[\w.-]+$|_history$/i;
const NO_EXTENSION = /(?:^|\/)[^/.]+$/;

/** What holds keys and is no text. */
export const isKeyStore = (path: string): boolean => KEY_STORE.test(path);

const MAX_TEXT_BYTES = 1024 * 1024;
/** Files without an extension are mostly programs. */
const MAX_PLAIN_BYTES = 64 * 1024;
const MAX_SECRETS = 20;

/** Whether a file of a layer is looked through for secrets, by its path and length. */
export const isLookedThrough = (path: string, sizeBytes: number): boolean => {
  if (sizeBytes === 0 || sizeBytes > MAX_TEXT_BYTES || NOT_OURS.test(path) || MADE_OF_OTHERS.test(path)) return false;
  return TEXT.test(path) || KEY_STORE.test(path) || (sizeBytes <= MAX_PLAIN_BYTES && NO_EXTENSION.test(path));
};

const lineAt = (text: string, offset: number): number => {
  let line = 1;
  for (let at = text.indexOf("\n"); at >= 0 && at < offset; at = text.indexOf("\n", at + 1)) line += 1;
  return line;
};

const fromTable = (table: typeof BY_CONTENT, path: string, text: string, surely: boolean): readonly SecretInText[] =>
  table.flatMap(([name, content, what, rule]) => {
    const match = name.test(path) ? content.exec(text) : null;
    if (match === null) return [];
    // White space before it may be lines of their own.
    const start = match.index + (match[0].length - match[0].trimStart().length);
    const end = match.index + match[0].length - 1;
    const [value = ""] = (match[0].endsWith("@") ? /[^:@]*(?=@$)/.exec(match[0]) : /^[^\s"',;]*/.exec(text.slice(end, end + 200))) ?? [];
    return [{ rule, what, line: lineAt(text, start), isSure: surely && !isPlaceholder(value) }];
  });

/** What a file of a layer holds that nobody who has the image should have: at most 20, in words that do not give them away. Nothing in what is no text. */
export const secretsInFile = (path: string, content: Buffer): readonly SecretInText[] => {
  if (isKeyStore(path)) return [{ rule: "key-store", what: "keys behind a password", line: 1, isSure: false }];
  if (content.subarray(0, 8192).includes(0)) return [];
  const text = content.toString("latin1");
  const known = [...fromTable(CREDENTIALS, path, text, true), ...fromTable(HASHES, path, text, false)];
  const found = new Map(known.map((one) => [one.line, one]));
  for (const one of secretsInText(text)) {
    if (found.size >= MAX_SECRETS) break;
    const before = found.get(one.line);
    if (before === undefined || (one.isSure && !before.isSure)) found.set(one.line, one);
  }
  return [...found.values()].toSorted((a, b) => a.line - b.line);
};
