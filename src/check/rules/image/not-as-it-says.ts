import { imageRule, NOTHING } from "../../rule.ts";

const SHOWN = 20;

export const notAsItSays = imageRule({
  id: "image/not-as-it-says",
  aliases: [],
  item: "immutable-tags",
  severity: "error",
  confidence: "certain",
  summary: "The image has every part that its manifest and its configuration name, and each has the digest it is named by.",
  why: "An archive or a layout that lost parts, or whose parts are other ones, is no image that an engine runs: what was found in it is not all, or not what will run.",
  source: "https://github.com/opencontainers/image-spec/blob/main/descriptor.md#digests",
  examples: [
    {
      bad: { config: {}, flaws: [{ id: "image:not-whole", message: "layer 2 of 3 (0123456789ab) is missing" }], alone: true },
      good: { config: {}, flaws: [], alone: true },
    },
    {
      bad: {
        config: {},
        flaws: [{ id: "image:not-intact", message: "layer 1 of 1 (0123456789ab) has 6165 bytes; its manifest says 2797541" }],
        alone: true,
      },
      good: { config: {}, flaws: [], alone: true },
    },
  ],
  applies: ({ name, image }) => (image.flaws === undefined ? `the layers of ${name}'s image were not read` : true),
  proves: () => NOTHING,
  *check({ name, image }) {
    for (const { message } of (image.flaws ?? []).slice(0, SHOWN))
      yield { message: `${name}: ${message}`, advice: "Save or copy the image again, from where it is whole." };
  },
});
