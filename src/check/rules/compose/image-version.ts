import type { ComposeNode } from "../../../source/index.ts";
import { get, has } from "../../../source/yaml/index.ts";
import { imageOf } from "../../compose/image.ts";
import { knownText, UNKNOWN } from "../../compose/text.ts";
import { composeRule, NOTHING } from "../../rule.ts";

const MOVING = new Set([
  "latest",
  "stable",
  "edge",
  "nightly",
  "dev",
  "test",
  "beta",
  "canary",
  "lts",
  "alpha",
  "main",
  "master",
  "mainline",
]);
/** Tags that each peer knows. */
const COMPOSELINT = new Set(["latest", "stable", "edge", "nightly", "dev", "test"]);
const DCLINT = new Set([...COMPOSELINT, "beta", "canary", "lts"]);

const PIN = "Name a version, better a digest: docker buildx imagetools inspect shows it.";

/** To dclint `Latest` is another tag than `latest`. */
const peersOf = (tag: string, own: readonly string[]): readonly string[] => [
  ...(COMPOSELINT.has(tag.toLowerCase()) ? ["composelint:CL-0004"] : []),
  ...(DCLINT.has(tag) || own.includes(tag) ? ["dclint:service-image-require-explicit-tag"] : []),
  "dockerbench:5.28",
];

/** The name of an image that surely has no tag although its registry hangs on a variable: `${REGISTRY}/nginx`. */
const untagged = (service: ComposeNode): string | undefined => {
  const image = get(service, "image");
  const written = image?.kind === "scalar" ? knownText(image) : "";
  const [, registry = "", name] = /^(.*)\/([^/:@]+)$/.exec(written) ?? [];
  return name !== undefined && registry.includes(UNKNOWN) && !registry.includes("@") && !name.includes(UNKNOWN) ? name : undefined;
};

export const imageVersion = composeRule({
  id: "compose/image-version",
  aliases: ["composelint:CL-0004", "dclint:service-image-require-explicit-tag", "dockerbench:5.28"],
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
  applies: ({ service, node }) => (has(node, "image") ? true : `${service.name} names no image; its build is tagged by version and commit`),
  proves: () => NOTHING,
  *check({ service, node, settings }) {
    const image = imageOf(node);
    const built = has(node, "build");
    const name = image === undefined && !built ? untagged(node) : undefined;
    if (name !== undefined)
      yield {
        at: ["image"],
        message: `${service.name} runs ${name} without a version, which means latest`,
        advice: PIN,
        peers: ["dclint:service-image-require-explicit-tag"],
      };
    if (image === undefined || image.digest) return;
    // A build without a tag is given its version and commit by us.
    if (image.tag === undefined && built) return;
    const tag = image.tag ?? "latest";
    const own = settings.compose?.movingTags ?? [];
    if (MOVING.has(tag.toLowerCase()) || own.includes(tag) || !/\d/.test(tag))
      yield {
        at: ["image"],
        message:
          image.tag === undefined
            ? `${service.name} runs ${image.name} without a version, which means latest`
            : `${service.name} runs ${image.name}:${tag}: the tag "${tag}" names no version`,
        advice: built ? "Leave the tag out: seaworthy build tags by version and commit." : PIN,
        peers: peersOf(tag, own),
      };
    else if (!built && /^v?\d+$/.test(tag))
      yield {
        at: ["image"],
        severity: "info",
        message: `${service.name} runs ${image.name}:${tag}: "${tag}" moves with every update within it`,
        advice: "Name the full version and the digest; deploy records the digest it finds.",
        peers: [],
      };
  },
});
