import { has } from "../../../source/yaml/index.ts";
import { composeRule, NOTHING } from "../../rule.ts";

export const buildAndImage = composeRule({
  id: "compose/build-and-image",
  aliases: ["dclint:no-build-and-image"],
  item: "one-image",
  severity: "info",
  confidence: "likely",
  profile: "strict",
  summary: "A service with both a build and an image says which one runs.",
  why: "Compose pulls the image when it exists and builds it when it does not: what runs depends on the machine. pull_policy says which is meant.",
  source: "https://docs.docker.com/reference/compose-file/build/#using-build-and-image",
  examples: [
    {
      bad: "services: {web: {build: ., image: shop/web}}",
      good: "services: {web: {build: ., image: shop/web, pull_policy: build}}",
    },
  ],
  applies: ({ service, node }) => (has(node, "build") && has(node, "image") ? true : `${service.name} has a build or an image, not both`),
  proves: () => NOTHING,
  *check({ service, node, settings }) {
    if (has(node, "pull_policy") && settings.compose?.pullPolicySettles !== false) return;
    yield {
      at: ["image"],
      message: `${service.name} has both a build and an image: which of them runs depends on what is there`,
      advice: "Set pull_policy: build, or leave one of them out; seaworthy build names the image by itself.",
    };
  },
});
