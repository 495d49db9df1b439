import { imageRule } from "../../rule.ts";

const REVISION = "org.opencontainers.image.revision";
const COMMIT = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

export const revisionLabel = imageRule({
  id: "image/revision-label",
  aliases: [],
  item: "versioned-dockerfile",
  severity: "warning",
  confidence: "certain",
  summary: "The image's labels name the commit it was built from.",
  why: "At night, with something broken, the question is which code this is. Without the commit in the image only somebody's memory can answer it.",
  source: "https://specs.opencontainers.org/image-spec/annotations/#pre-defined-annotation-keys",
  examples: [
    {
      bad: { config: {}, service: "build: ." },
      good: {
        config: { labels: { "org.opencontainers.image.revision": "0123456789abcdef0123456789abcdef01234567" } },
        service: "build: .",
      },
    },
    {
      bad: { config: { labels: { "org.opencontainers.image.revision": "main" } }, service: "build: ." },
      good: {
        config: { labels: { "org.opencontainers.image.revision": "fedcba9876543210fedcba9876543210fedcba98" } },
        service: "build: .",
      },
    },
  ],
  applies: ({ name, service }) => (service?.build === undefined && service !== undefined ? `${name} is not built here` : true),
  proves: ({ name, image }) => `${name}'s image was built from commit ${(image.config.labels[REVISION] ?? "").slice(0, 12)}`,
  *check({ name, service, image }) {
    // An image alone may be anybody's.
    const severity = service === undefined ? "info" : "warning";
    const revision = image.config.labels[REVISION];
    const advice = "Build it with seaworthy build, from a commit: it sets the label.";
    if (revision === undefined)
      yield { at: ["build"], severity, message: `${name}'s image does not say from which commit it was built`, advice };
    else if (!COMMIT.test(revision))
      yield {
        at: ["build"],
        severity,
        message: `${name}'s image names "${revision.slice(0, 80)}" as its revision, which is no commit`,
        advice,
      };
  },
});
