import { effectiveHealthTest, isImageKnown } from "../../effective.ts";
import { composeRule, NOTHING } from "../../rule.ts";

export const dependencyHealth = composeRule({
  id: "compose/dependency-health",
  aliases: [],
  item: "healthcheck",
  severity: "error",
  confidence: "likely",
  summary: "What is waited for until it is healthy has a health check.",
  why: "A service without a health check is never healthy: docker compose refuses to start what waits for it, or waits until somebody gives up.",
  source: "https://docs.docker.com/reference/compose-file/services/#depends_on",
  examples: [
    {
      bad: "services: {web: {image: 'shop/web:1.2.3', depends_on: {db: {condition: service_healthy}}}, db: {image: 'shop/db:1.2.3'}}",
      good: "services: {web: {image: 'shop/web:1.2.3', depends_on: {db: {condition: service_healthy}}}, db: {image: 'shop/db:1.2.3', healthcheck: {test: [CMD, pg_isready]}}}",
    },
    {
      bad: "services: {web: {image: 'shop/web:1.2.3', depends_on: {db: {condition: service_healthy}}}, db: {image: 'shop/db:1.2.3', healthcheck: {disable: true}}}",
      good: "services: {web: {image: 'shop/web:1.2.3', depends_on: [db]}, db: {image: 'shop/db:1.2.3'}}",
    },
    {
      bad: "services: {web: {image: 'shop/web:1.2.3', depends_on: {job: {condition: service_completed_successfully}}}, job: {image: 'shop/job:1.2.3', restart: always}}",
      good: "services: {web: {image: 'shop/web:1.2.3', depends_on: {job: {condition: service_completed_successfully}}}, job: {image: 'shop/job:1.2.3'}}",
    },
  ],
  applies: ({ service }) => (service.dependsOn.length > 0 ? true : `${service.name} depends on no other service`),
  proves: () => NOTHING,
  *check({ project, service, expected }) {
    for (const { service: name, condition } of service.dependsOn) {
      const needed = project.services.find((one) => one.name === name);
      if (needed === undefined) continue;
      const other = { service: needed, ...(expected === undefined ? {} : { expected }) };
      const test = effectiveHealthTest(other);
      const off = test?.[0] === "NONE";
      const isSure = off || isImageKnown(other);
      if (condition === "service_healthy" && (test === undefined || off))
        yield {
          at: ["depends_on", name],
          // Its image, which was not looked at, may bring one.
          severity: isSure ? "error" : "warning",
          confidence: isSure ? "certain" : "possible",
          message: `${service.name} waits until ${name} is healthy, but ${name} ${off ? "turns its health check off" : isSure ? "has no health check" : "has no health check in these files"}`,
          advice: `Give ${name} a healthcheck, or wait for it by another condition.`,
        };
      if (
        condition === "service_completed_successfully" &&
        (needed.spec.restart.policy === "always" || needed.spec.restart.policy === "unless-stopped")
      )
        yield {
          at: ["depends_on", name],
          confidence: "certain",
          message: `${service.name} waits for the end of ${name}, which is started again whenever it ends`,
          advice: `Remove the restart policy of ${name}, or use on-failure.`,
        };
    }
  },
});
