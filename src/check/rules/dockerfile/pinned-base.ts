import { imageOf } from "../../kubernetes/images.ts";
import { NOTHING } from "../../rule.ts";
import type { DockerfileSubject } from "../../subject.ts";
import { baseImages, copiedImages, type UsedImage } from "../../dockerfile/bases.ts";
import { fileRule } from "../../dockerfile/define.ts";

const DIGEST = "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

const imagesOf = (subject: DockerfileSubject): readonly UsedImage[] => [...baseImages(subject), ...copiedImages(subject)];

const isPinned = ({ name }: UsedImage): boolean => /^sha256:[0-9a-f]{64}$/.test(imageOf(name).digest ?? "");

export const pinnedBase = fileRule({
  id: "dockerfile/pinned-base",
  aliases: [],
  item: "pinned-base",
  severity: "info",
  summary: "Every image that a build stands on is named by its digest.",
  why: "A version's tag is moved whenever its image is built anew: the same commit builds to something else, which no scan has seen. With the digest a tool such as Dependabot proposes the move instead.",
  source: "https://docs.docker.com/build/building/best-practices/#pin-base-image-versions",
  examples: [
    { bad: "FROM node:24.19.0-slim\n", good: `FROM node:24.19.0-slim@${DIGEST}\n` },
    {
      bad: "FROM scratch\nCOPY --from=ghcr.io/acme/tool:1.2 /tool /tool\n",
      good: `ARG BASE=node:24@${DIGEST}\nFROM \${BASE} AS build\nFROM build\n`,
    },
  ],
  applies: (subject) => imagesOf(subject).length > 0 || "the build stands on no image whose name is known",
  proves: (subject) =>
    subject.evaluation.stages.some(({ base }) => base.kind === "unknown") || !imagesOf(subject).every(isPinned)
      ? NOTHING
      : `every image that the build stands on is named by its digest: ${[...new Set(imagesOf(subject).map(({ name }) => imageOf(name).repository))].join(", ")}`,
  *check(subject) {
    for (const image of imagesOf(subject)) {
      const { tag, digest } = imageOf(image.name);
      // What has no version at all is worse, and another rule's.
      if (isPinned(image) || (digest === undefined && (tag === undefined || tag === "latest") && image.by === "FROM")) continue;
      yield {
        at: image.word.range,
        message: `${image.name} is whatever its makers last pushed under that name`,
        advice: `Add the digest: ${image.name.split("@", 1)[0]}@sha256:<digest>, as docker buildx imagetools inspect shows it.`,
        ...(subject.settings.profile === "strict" ? { severity: "warning" as const } : {}),
      };
    }
  },
});
