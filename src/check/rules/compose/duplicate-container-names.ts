import { entries } from "../../../source/yaml/index.ts";
import { sure } from "../../compose/text.ts";
import { composeRule, NOTHING } from "../../rule.ts";

export const duplicateContainerNames = composeRule({
  id: "compose/duplicate-container-names",
  aliases: ["dclint:no-duplicate-container-names"],
  item: "zero-downtime",
  severity: "error",
  confidence: "certain",
  summary: "No two services claim the same container name.",
  why: "An engine holds a name once: the second service never starts, and which of the two is the second depends on the order of the moment.",
  source: "https://docs.docker.com/reference/compose-file/services/#container_name",
  examples: [
    {
      bad: "services: {web: {image: 'shop/web:1.2.3', container_name: shop}, job: {image: 'shop/job:1.2.3', container_name: shop}}",
      good: "services: {web: {image: 'shop/web:1.2.3', container_name: shop}, job: {image: 'shop/job:1.2.3', container_name: shop-job}}",
    },
  ],
  applies: ({ service, node }) =>
    sure(node, "container_name") === undefined ? `${service.name} leaves its containers' names to the engine` : true,
  proves: () => NOTHING,
  *check({ service, node, project }) {
    const name = sure(node, "container_name");
    const first = entries(project.written, "services").find(([, { value }]) => sure(value, "container_name") === name);
    if (first !== undefined && first[0] !== service.name)
      yield {
        at: ["container_name"],
        message: `${service.name} and ${first[0]} both name their container ${name}`,
        advice: "Leave container_name out: the engine makes unique names, and releases need them.",
      };
  },
});
