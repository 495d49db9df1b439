import { text } from "../../../source/yaml/index.ts";
import { composeRule, NOTHING } from "../../rule.ts";

export const logDriver = composeRule({
  id: "compose/log-driver",
  aliases: ["composelint:CL-0014"],
  item: "log-rotation",
  severity: "warning",
  confidence: "certain",
  summary: "A service's logs are kept.",
  why: "With the driver none everything the program says is thrown away: a failure leaves nothing to read, and an intrusion no trace.",
  source: "https://docs.docker.com/engine/logging/configure/",
  examples: [
    {
      bad: "services: {web: {image: 'shop/web:1.2.3', logging: {driver: none}}}",
      good: "services: {web: {image: 'shop/web:1.2.3', logging: {driver: journald}}}",
    },
  ],
  applies: () => true,
  proves: () => NOTHING,
  *check({ service, node }) {
    if (text(node, "logging", "driver")?.trim().toLowerCase() === "none")
      yield {
        at: ["logging", "driver"],
        message: `${service.name} throws its logs away`,
        advice: 'Set logging: {driver: json-file, options: {max-size: 10m, max-file: "3"}}, or driver: local.',
      };
  },
});
