import { formatReference } from "../../../core/index.ts";
import { composeRule, NOTHING } from "../../rule.ts";

export const imageVersion = composeRule({
  id: "compose/image-version",
  aliases: ["composelint:CL-0004", "composelint:CL-0019", "dclint:service-image-require-explicit-tag", "dockerbench:5.28"],
  item: "immutable-tags",
  severity: "warning",
  confidence: "certain",
  summary: "An image is named by version or digest, never by latest.",
  why: "A moving tag means something else tomorrow: two servers run different code under one name, a restart can bring an upgrade, and a rollback may not bring back what ran.",
  source: "https://docs.docker.com/reference/compose-file/services/#image",
  examples: [
    { bad: "services: {db: {image: postgres}}", good: "services: {db: {image: 'postgres:17.2'}}" },
    { bad: "services: {web: {image: 'shop/web:latest', build: .}}", good: "services: {web: {image: shop/web, build: .}}" },
    {
      bad: "services: {db: {image: 'postgres:alpine'}}",
      good: "services: {db: {image: 'postgres@sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'}}",
    },
  ],
  applies: ({ service }) =>
    service.spec.image === undefined ? `${service.name} names no image; its build is tagged by version and commit` : true,
  proves: () => NOTHING,
  *check({ service }) {
    const { image } = service.spec;
    if (image === undefined || image.digest !== undefined) return;
    const built = service.build !== undefined;
    // A build without a tag is given its version and commit by us.
    if (image.tag === undefined && built) return;
    const tag = image.tag ?? "latest";
    const name = formatReference({ registry: image.registry, repository: image.repository, tag });
    if (!/\d/.test(tag))
      yield {
        at: ["image"],
        message: `${service.name} runs ${name}: the tag "${tag}" names no version`,
        advice: built
          ? "Leave the tag out: seaworthy build tags by version and commit."
          : "Name a version, better a digest: docker buildx imagetools inspect shows it.",
      };
    else if (!built && /^v?\d+$/.test(tag))
      yield {
        at: ["image"],
        severity: "info",
        message: `${service.name} runs ${name}: "${tag}" moves with every update within it`,
        advice: "Name the full version and the digest; deploy records the digest it finds.",
      };
  },
});
