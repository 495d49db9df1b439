import { contextRule, NOTHING } from "../../rule.ts";
import type { ContextFacts } from "../../context-facts.ts";

const SECRET_FILE =
  /^(?:\.env(?:\..+)?|\.netrc|\.pgpass|\.npmrc|\.pypirc|\.git-credentials|id_(?:rsa|dsa|ecdsa|ed25519)|credentials|.+\.(?:pem|key|p12|pfx|jks|keystore|kdbx))$/;
const TEMPLATE = /\.(?:example|sample|template|dist|defaults)$/;
/** Names that are secrets only with the right content: certificates are public, and most .npmrc files hold settings. */
const BY_CONTENT: readonly (readonly [RegExp, RegExp])[] = [
  [/\.(?:pem|key)$/, /PRIVATE KEY-----/],
  [/^\.(?:npmrc|pypirc)$/, /_auth|password/i],
  [/^credentials$/, /secret|password|token/i],
];

const isSecret = (path: string, context: ContextFacts): boolean => {
  const name = path.slice(path.lastIndexOf("/") + 1);
  if (!SECRET_FILE.test(name) || TEMPLATE.test(name)) return false;
  const content = BY_CONTENT.find(([pattern]) => pattern.test(name))?.[1];
  return content === undefined || content.test(context.peek(path));
};

export const secretFiles = contextRule({
  id: "context/secret-files",
  aliases: [],
  item: "runtime-secrets",
  severity: "error",
  confidence: "certain",
  summary: "No file with a secret is sent to a build.",
  why: "A COPY . . puts it into a layer, where it stays when a later layer deletes it; a shared builder keeps the context in its cache.",
  source: "https://docs.docker.com/build/building/secrets/",
  examples: [
    { bad: { Dockerfile: "", ".env": "PASSWORD=x" }, good: { Dockerfile: "", ".env": "PASSWORD=x", ".dockerignore": ".env*\n" } },
    {
      bad: { Dockerfile: "", "tls/site.key": "-----BEGIN PRIVATE KEY-----\nMII" },
      good: { Dockerfile: "", "tls/ca.pem": "-----BEGIN CERTIFICATE-----\nMII", ".env.example": "PASSWORD=", ".npmrc": "save-exact=true" },
    },
  ],
  applies: ({ service, context }) => (context.complete ? true : `the build context of ${service.name} is too large to be looked through`),
  proves: () => NOTHING,
  *check({ service, context }) {
    for (const entry of context.entries)
      if (entry.sent && !entry.folder && isSecret(entry.path, context))
        yield {
          at: ["build"],
          message: `the build of ${service.name} is sent ${entry.path}, which holds a secret`,
          advice: `Add ${entry.path} to ${context.ignorePath}; what the build needs of it, pass with RUN --mount=type=secret.`,
        };
  },
});
