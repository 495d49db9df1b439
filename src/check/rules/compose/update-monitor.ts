import { effectiveHealthTest, effectiveHealthTimes } from "../../effective.ts";
import { parseDuration } from "../../../core/index.ts";
import type { ComposeNode } from "../../../source/index.ts";
import { sure } from "../../compose/text.ts";
import { composeRule, NOTHING } from "../../rule.ts";

const DEFAULT_MONITOR_MS = 5000;

const durationMs = (node: ComposeNode, ...path: readonly string[]): number | undefined => {
  const written = sure(node, ...path);
  try {
    return written === undefined ? undefined : parseDuration(written);
  } catch {
    // What is no duration is a problem of its own.
    return undefined;
  }
};

export const updateMonitor = composeRule({
  id: "compose/update-monitor",
  aliases: [],
  item: "zero-downtime",
  severity: "warning",
  confidence: "certain",
  summary: "An update is watched for as long as its health check needs to fail.",
  why: "The engine calls a container unhealthy only after its start period and all retries. A monitor that ends before has seen nothing but a container that was still starting, and calls the update good.",
  source: "https://docs.docker.com/reference/compose-file/deploy/#update_config",
  examples: [
    {
      bad: "services: {web: {image: 'shop/web:1.2.3', healthcheck: {test: [CMD, a], interval: 10s, retries: 3}, deploy: {update_config: {monitor: 5s, failure_action: rollback}}}}",
      good: "services: {web: {image: 'shop/web:1.2.3', healthcheck: {test: [CMD, a], interval: 2s, timeout: 1s, retries: 3}, deploy: {update_config: {monitor: 30s, failure_action: rollback}}}}",
    },
  ],
  applies: ({ service, node }) =>
    sure(node, "deploy", "update_config", "monitor") === undefined && sure(node, "deploy", "update_config", "failure_action") === undefined
      ? `${service.name} sets no time to watch an update`
      : true,
  proves: () => NOTHING,
  *check(subject) {
    const { service, node } = subject;
    const test = effectiveHealthTest(subject);
    if (test === undefined || test[0] === "NONE") return;
    const monitor = durationMs(node, "deploy", "update_config", "monitor") ?? DEFAULT_MONITOR_MS;
    const { intervalMs, timeoutMs, retries, startPeriodMs } = effectiveHealthTimes(subject);
    const needed = startPeriodMs + (intervalMs + timeoutMs) * Math.max(1, retries);
    if (monitor < needed)
      yield {
        at: ["deploy", "update_config", "monitor"],
        message: `${service.name} is watched for ${monitor / 1000} s after an update, but its health check needs up to ${needed / 1000} s to fail`,
        advice: `Set monitor to more than ${Math.ceil(needed / 1000)}s, or let the health check fail sooner (interval, timeout, retries, start_period).`,
      };
  },
});
