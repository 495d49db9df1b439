import { imageRule, NOTHING } from "../../rule.ts";
import { imageOf } from "../../kubernetes/images.ts";

export const movingTag = imageRule({
  id: "image/moving-tag",
  aliases: ["dockle:DKL-DI-0006"],
  item: "immutable-tags",
  severity: "warning",
  confidence: "certain",
  summary: "An image is known by a version or a digest, not as latest.",
  why: "The tag latest is whatever was pushed last: two servers that pull it on two days run different programs under one name, and nobody can say which one failed.",
  source: "https://docs.docker.com/build/building/best-practices/#pin-base-image-versions",
  examples: [
    { bad: { config: {}, alone: true, reference: "shop/web:latest" }, good: { config: {}, alone: true, reference: "shop/web:1.2.3" } },
    { bad: { config: {}, alone: true, reference: "shop/web" }, good: { config: {}, alone: true } },
  ],
  applies: (subject) =>
    subject.service === undefined
      ? subject.reference === undefined
        ? "it has no tag"
        : true
      : "what a service calls its image is judged with the service",
  proves: () => NOTHING,
  *check(subject) {
    if (subject.service !== undefined || subject.reference === undefined) return;
    const { tag, digest } = imageOf(subject.reference);
    if (digest === undefined && (tag === undefined || tag === "latest"))
      yield {
        message:
          tag === undefined ? `${subject.reference} has no tag, which means latest` : `${subject.reference} is whatever was pushed last`,
        advice: "Tag it with its version and its commit (seaworthy build does), and run it by that or by its digest.",
      };
  },
});
