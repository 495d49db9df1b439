import { formatByteSize } from "../../../core/index.ts";
import { imageRule, NOTHING } from "../../rule.ts";

/** Without a budget of its own an image of this size has a full distribution and its build tools in it. Decimal, as engines print sizes. */
const UNBUDGETED_BYTES = 500_000_000;

export const sizeBudget = imageRule({
  id: "image/size-budget",
  aliases: [],
  item: "small-image",
  severity: "warning",
  confidence: "certain",
  summary: "The image is within its size budget (x-seaworthy.build.maxSize).",
  why: "Size is the time a new server needs before it can serve, paid at every scale-up and every rollback on a fresh host; and most of it is software that only widens the attack surface.",
  source: "https://docs.docker.com/build/building/best-practices/#choose-the-right-base-image",
  examples: [
    { bad: { config: {}, sizeBytes: 1_100_000_000 }, good: { config: {}, sizeBytes: 140_000_000 } },
    {
      bad: { config: {}, sizeBytes: 240_000_000, service: "x-seaworthy: {build: {maxSize: 200mb}}" },
      good: { config: {}, sizeBytes: 900_000_000, service: "x-seaworthy: {build: {maxSize: 1gb}}" },
    },
  ],
  applies: () => true,
  proves: ({ name, service, image }) => {
    const budget = service?.settings.build.maxSize;
    return budget === undefined
      ? NOTHING
      : `${name}'s image has ${formatByteSize(image.sizeBytes)}, within its budget of ${formatByteSize(budget)}`;
  },
  *check({ name, service, image }) {
    const budget = service?.settings.build.maxSize;
    if (image.sizeBytes <= (budget ?? UNBUDGETED_BYTES)) return;
    yield {
      at: ["x-seaworthy", "build", "maxSize"],
      message: `${name}'s image has ${formatByteSize(image.sizeBytes)}${budget === undefined ? ", and no budget" : `; its budget is ${formatByteSize(budget)}`}`,
      advice:
        "Build in one stage and copy the result into a small base (slim, distroless, scratch); or set x-seaworthy.build.maxSize to what is right.",
    };
  },
});
