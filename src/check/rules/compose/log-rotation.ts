import { composeRule } from "../../rule.ts";

/** Drivers that keep files on the host without a bound of their own. */
const UNBOUNDED = new Set(["json-file"]);

export const logRotation = composeRule({
  id: "compose/log-rotation",
  aliases: [],
  item: "log-rotation",
  severity: "warning",
  confidence: "certain",
  summary: "A service's local logs are bounded.",
  why: "The engine's default log file grows without end; a full disk stops every container on the host at once, most often at the moment something logs a lot because it fails.",
  source: "https://docs.docker.com/engine/logging/configure/",
  examples: [
    {
      bad: "services: {web: {image: 'shop/web:1.2.3'}}",
      good: "services: {web: {image: 'shop/web:1.2.3', logging: {driver: json-file, options: {max-size: 10m, max-file: '3'}}}}",
    },
    {
      bad: "services: {web: {image: 'shop/web:1.2.3', logging: {driver: json-file}}}",
      good: "services: {web: {image: 'shop/web:1.2.3', logging: {driver: local}}}",
    },
  ],
  applies: () => true,
  proves: ({ service }) => `${service.name} logs through ${service.spec.logging?.driver ?? "the engine's default"}, bounded`,
  *check({ service }) {
    const { logging } = service.spec;
    const advice = 'Set logging: {driver: json-file, options: {max-size: 10m, max-file: "3"}}, or driver: local.';
    if (logging === undefined)
      yield {
        at: ["logging"],
        confidence: "likely",
        message: `${service.name} logs into a file without a bound, unless the engine is configured otherwise`,
        advice,
      };
    else if (UNBOUNDED.has(logging.driver) && (logging.options["max-size"] ?? "-1") === "-1")
      yield { at: ["logging"], message: `${service.name} logs into a file without a bound (no max-size)`, advice };
  },
});
