import { has } from "../../../source/yaml/index.ts";
import { imageOf } from "../../compose/image.ts";
import { composeRule, NOTHING } from "../../rule.ts";

/** What image-version speaks of is not said twice. */
const MOVING = /^(?:latest|stable|edge|nightly|dev|test)$/i;

export const imageDigest = composeRule({
  id: "compose/image-digest",
  aliases: ["composelint:CL-0019"],
  item: "immutable-tags",
  severity: "info",
  confidence: "certain",
  profile: "strict",
  summary: "An image that is not built here is named by its digest.",
  why: "A version's tag can be pushed again with other content, by mistake or by who has taken over the account. A digest is the content: nothing else answers to it.",
  source: "https://docs.docker.com/reference/cli/docker/image/pull/#pull-an-image-by-digest-immutable-identifier",
  examples: [
    {
      bad: "services: {db: {image: 'postgres:17.2'}}",
      good: "services: {db: {image: 'postgres:17.2@sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'}}",
    },
  ],
  applies: ({ service, node }) => {
    if (has(node, "build")) return `${service.name} is built here; its digest is recorded with the release`;
    return has(node, "image") ? true : `${service.name} names no image`;
  },
  proves: () => NOTHING,
  *check({ service, node }) {
    const image = imageOf(node);
    if (image?.tag === undefined || image.digest || MOVING.test(image.tag)) return;
    yield {
      at: ["image"],
      message: `${service.name} runs ${image.name}:${image.tag} by tag, not by digest`,
      advice: `Write ${image.name}:${image.tag}@sha256:...; docker buildx imagetools inspect ${image.name}:${image.tag} shows it.`,
    };
  },
});
