import { sure } from "../../compose/text.ts";
import { composeRule, NOTHING } from "../../rule.ts";

const NAME = "^[a-zA-Z0-9][a-zA-Z0-9_.-]+$";

export const containerName = composeRule({
  id: "compose/container-name",
  aliases: ["dclint:service-container-name-regex"],
  item: "zero-downtime",
  severity: "error",
  confidence: "certain",
  summary: "A container's name is one that the engine takes.",
  why: "The engine refuses to create a container under a name with other characters; the service then does not start, which shows only at the release.",
  source: "https://docs.docker.com/reference/compose-file/services/#container_name",
  examples: [
    {
      bad: "services: {web: {image: 'shop/web:1.2.3', container_name: 'my-app@123'}}",
      good: "services: {web: {image: 'shop/web:1.2.3', container_name: my-app-123}}",
    },
  ],
  applies: ({ service, node }) =>
    sure(node, "container_name") === undefined ? `${service.name} leaves its containers' names to the engine` : true,
  proves: () => NOTHING,
  *check({ service, node, settings }) {
    const name = sure(node, "container_name");
    const pattern = settings.compose?.containerName ?? NAME;
    if (name !== undefined && !new RegExp(pattern).test(name))
      yield {
        at: ["container_name"],
        message: `"${name}" is no name for the container of ${service.name}: expected ${pattern}`,
        advice: "Use letters, digits, _, . and -, beginning with a letter or digit; better leave container_name out.",
      };
  },
});
