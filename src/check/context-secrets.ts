import type { ContextFacts } from "./context-facts.ts";

const SECRET_FILE =
  /^(?:\.env(?:\..+)?|\.netrc|\.pgpass|\.npmrc|\.pypirc|\.git-credentials|id_(?:rsa|dsa|ecdsa|ed25519)|credentials|.+\.(?:pem|key|p12|pfx|jks|keystore|kdbx))$/;
const TEMPLATE = /\.(?:example|sample|template|dist|defaults)$/;
/** Names that are secrets only with the right content: certificates are public, and most .npmrc files hold settings. */
const BY_CONTENT: readonly (readonly [RegExp, RegExp])[] = [
  [/\.(?:pem|key)$/, /PRIVATE KEY-----/],
  [/^\.(?:npmrc|pypirc)$/, /_auth|password/i],
  [/^credentials$/, /secret|password|token/i],
];

/** Whether a file is one that holds secrets, by its name and, where the name alone does not tell, by its beginning. */
export const isSecretFile = (path: string, context: ContextFacts): boolean => {
  const name = path.slice(path.lastIndexOf("/") + 1);
  if (!SECRET_FILE.test(name) || TEMPLATE.test(name)) return false;
  const content = BY_CONTENT.find(([pattern]) => pattern.test(name))?.[1];
  return content === undefined || content.test(context.peek(path));
};

/** Files that people write settings and programs into. */
const TEXT =
  /\.(?:ya?ml|json5?|toml|ini|cfg|conf|config|properties|xml|tf|tfvars|env|sh|bash|[cm]?[jt]sx?|py|rb|php|go|java|kt|cs|rs|pl|gradle)$/i;
const DATA =
  /(?:^|\/)(?:package-lock|npm-shrinkwrap|composer|yarn|pnpm-lock|bun|poetry|uv|cargo|go)(?:\.lock|\.json|-lock\.ya?ml|\.sum)?$|\.(?:lock|min\.js|map|snap)$/i;
/** What tests and examples hold was made for them. */
const MADE_UP =
  /(?:^|\/)(?:tests?|specs?|__tests__|__mocks__|fixtures?|testdata|test-data|examples?|samples?|mocks?|docs?|e2e|cypress|bench)\/|[._-](?:test|spec|example|sample|fixture|mock)\./i;

/** Whether a file may hold a secret among other things. */
export const maySpill = (path: string): boolean => TEXT.test(path) && !DATA.test(path) && !MADE_UP.test(path);
