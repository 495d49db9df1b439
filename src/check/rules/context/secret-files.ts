import { contextRule, NOTHING } from "../../rule.ts";
import { isSecretFile } from "../../context-secrets.ts";

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
      if (entry.sent && !entry.folder && isSecretFile(entry.path, context))
        yield {
          at: ["build"],
          message: `the build of ${service.name} is sent ${entry.path}, which holds a secret`,
          advice: `Add ${entry.path} to ${context.ignorePath}; what the build needs of it, pass with RUN --mount=type=secret.`,
        };
  },
});
