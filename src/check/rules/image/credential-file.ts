import { filesKnown, spotOf } from "../../image/image-subject.ts";
import { imageRule, NOTHING } from "../../rule.ts";

const SHOWN = 50;

export const credentialFile = imageRule({
  id: "image/credential-file",
  aliases: ["dockle:CIS-DI-0010"],
  item: "runtime-secrets",
  severity: "error",
  confidence: "likely",
  summary: "No layer of the image holds a file with a credential.",
  why: "Whoever can pull the image has every layer of it: a file that a later layer deletes is one tar command away, for as long as any copy exists.",
  source: "https://docs.docker.com/build/building/secrets/",
  examples: [
    {
      bad: { config: {}, files: { "app/tls.key": { content: "-----BEGIN PRIVATE KEY-----\nMII" } }, alone: true },
      good: { config: {}, files: { "app/ca.pem": { content: "-----BEGIN CERTIFICATE-----\nMII" } }, alone: true },
    },
    {
      bad: { config: {}, files: { "root/.npmrc": { content: "//npm.acme.example/:_authToken=abcdef0123", deleted: true } } },
      good: { config: {}, files: { "root/.npmrc": { content: "//npm.acme.example/:_authToken=${NPM_TOKEN}\nsave-exact=true" } } },
    },
    {
      bad: { config: {}, files: { "root/.ssh/id_ed25519": { content: "x" } } },
      good: { config: {}, files: { "root/.ssh/known_hosts": { content: "x" } } },
    },
  ],
  applies: filesKnown,
  proves: () => NOTHING,
  *check({ name, image }) {
    const found = (image.files ?? []).filter(({ note }) => note.credential !== undefined);
    // Once for each path: a later version does not make the first one better.
    const byPath = Map.groupBy(found, ({ header }) => header.path);
    for (const [path, versions] of [...byPath].slice(0, SHOWN)) {
      const file = versions.find(({ visible }) => visible) ?? versions.at(-1);
      if (file?.note.credential === undefined) continue;
      yield {
        at: spotOf(file),
        confidence: file.note.credential.by === "content" ? "likely" : "possible",
        message: `/${path} in ${name} holds ${file.note.credential.what}${file.visible ? "" : "; a later layer deletes it, but the image still carries it"}`,
        advice:
          "Change the secret: this one has been given away. Bring it to a build with RUN --mount=type=secret, to a container as a file when it starts; and build the image anew.",
      };
    }
    if (byPath.size > SHOWN)
      yield {
        message: `${name} holds ${byPath.size - SHOWN} more files with credentials`,
        advice: "Look for the folder that brought them all.",
      };
  },
});
