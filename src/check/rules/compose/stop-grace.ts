import { effectiveHealthTest, effectiveStopSignal, writtenHealthTimes } from "../../effective.ts";
import { composeRule, NOTHING } from "../../rule.ts";
import { sure } from "../../compose/text.ts";

/** Signals that end a program at once, whatever it was doing. */
const AT_ONCE = new Set(["SIGKILL", "KILL", "9", "SIGQUIT", "QUIT", "3", "SIGABRT", "ABRT", "6"]);
/** nginx and PHP-FPM end gracefully on SIGQUIT, PostgreSQL on none of these. */
const GRACEFUL_ON_QUIT = /(?:^|[/-])(?:nginx|php|openresty|wordpress)/;

export const stopGrace = composeRule({
  id: "compose/stop-grace",
  aliases: [],
  item: "graceful-stop",
  severity: "warning",
  confidence: "likely",
  summary: "A service is given a signal it can act on, and the time to.",
  why: "Every release stops containers. With SIGKILL, or a grace period of a second or less, requests in flight are cut off and files are left half written, each time.",
  source: "https://docs.docker.com/reference/compose-file/services/#stop_grace_period",
  examples: [
    {
      bad: "services: {web: {image: 'shop/web:1.2.3', stop_signal: SIGKILL}}",
      good: "services: {web: {image: 'shop/web:1.2.3', stop_signal: SIGTERM, stop_grace_period: 30s}}",
    },
    {
      bad: "services: {web: {image: 'shop/web:1.2.3', stop_grace_period: 0s}}",
      good: "services: {web: {image: 'nginx:1.27.3', stop_signal: SIGQUIT}}",
    },
    {
      bad: "services: {web: {image: 'shop/web:1.2.3', stop_grace_period: 5s, healthcheck: {test: [CMD, a], timeout: 20s}}}",
      good: "services: {web: {image: 'shop/web:1.2.3', stop_grace_period: 10s, healthcheck: {test: [CMD, a], timeout: 5s}}}",
    },
  ],
  applies: () => true,
  proves: () => NOTHING,
  *check(subject) {
    const { service, node } = subject;
    const { stopGraceSeconds: grace } = service.spec;
    const stopSignal = effectiveStopSignal(subject);
    const test = effectiveHealthTest(subject);
    const signal = stopSignal?.toUpperCase();
    // What an image itself names the program in it was made for.
    const isOwn = service.spec.stopSignal !== undefined || /KILL$|^9$/.test(signal ?? "");
    const isMeant = /QUIT|^3$/.test(signal ?? "") && GRACEFUL_ON_QUIT.test(sure(node, "image") ?? "");
    if (signal !== undefined && AT_ONCE.has(signal) && isOwn && !isMeant)
      yield {
        at: ["stop_signal"],
        message: `${service.name} is stopped by ${stopSignal}${service.spec.stopSignal === undefined ? " (its image's STOPSIGNAL)" : ""}, which ends it in the middle of its work`,
        advice: "Use SIGTERM and let the program finish what it has begun.",
      };
    else if (grace <= 1)
      yield {
        at: ["stop_grace_period"],
        message: `${service.name} has ${grace} s between the stop signal and SIGKILL`,
        advice: "Give it the time of its longest request and some more, as in stop_grace_period: 30s.",
      };
    // A timeout that nobody wrote says nothing of how long an answer takes.
    const probe = test === undefined || test[0] === "NONE" ? 0 : (writtenHealthTimes(subject).timeoutMs ?? 0) / 1000;
    if (grace > 1 && probe > grace)
      yield {
        at: ["stop_grace_period"],
        severity: "info",
        message: `the health check of ${service.name} may take ${probe} s, longer than the ${grace} s that a stop waits`,
        advice: "What may take so long to answer takes as long to finish: let stop_grace_period be longer than the health check's timeout.",
      };
  },
});
