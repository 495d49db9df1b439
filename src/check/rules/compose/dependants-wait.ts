import { composeRule, NOTHING } from "../../rule.ts";

export const dependantsWait = composeRule({
  id: "compose/dependants-wait",
  aliases: [],
  item: "healthcheck",
  severity: "info",
  confidence: "likely",
  summary: "A service waits until what it depends on is healthy, not merely started.",
  why: "Started means that a process exists. A database needs seconds more before it answers; who does not wait fails, restarts, and hides real failures in the noise.",
  source: "https://docs.docker.com/compose/how-tos/startup-order/",
  examples: [
    {
      bad: "services: {web: {image: 'shop/web:1.2.3', depends_on: [db]}, db: {image: 'shop/db:1.2.3', healthcheck: {test: [CMD, pg_isready]}}}",
      good: "services: {web: {image: 'shop/web:1.2.3', depends_on: {db: {condition: service_healthy}}}, db: {image: 'shop/db:1.2.3', healthcheck: {test: [CMD, pg_isready]}}}",
    },
  ],
  applies: ({ service }) => (service.dependsOn.length > 0 ? true : `${service.name} depends on no other service`),
  proves: () => NOTHING,
  *check({ service }) {
    for (const { service: needed, condition } of service.dependsOn)
      if (condition === "service_started")
        yield {
          at: ["depends_on", needed],
          message: `${service.name} waits only until ${needed} has been started`,
          advice: `Give ${needed} a health check and depend on it with condition: service_healthy.`,
        };
  },
});
