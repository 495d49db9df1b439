import { healthcheckOf } from "../healthcheck.ts";
import type { Trial } from "../trial.ts";

export const fakeHealthcheck: Trial = {
  id: "fake-healthcheck",
  items: ["healthcheck"],
  level: "quick",
  summary: "The health check fails when the program is not there.",
  why: "A check that cannot fail (|| true, a file that is always there, the wrong port) calls a dead service healthy, for good.",
  method:
    "The image is run with something idle in the program's place, and the health check's own command in it, as the service's user: it must fail.",
  source: "https://docs.docker.com/reference/dockerfile/#healthcheck",
  applies: (subject) => (healthcheckOf(subject) === undefined ? "the service has no health check" : true),
  run: async (lab) => {
    const health = healthcheckOf(lab.subject);
    if (health === undefined) return { state: "not-tried", because: "the service has no health check" };
    const running = await lab.startIdle({ name: "no-program" });
    const timeoutMs = Math.min(health.timeoutMs, 10_000);
    const { exitCode, output } = await running.exec(health.command, { timeoutMs });
    await running.remove();
    const measured = { command: health.command.join(" ").slice(0, 200), exitCode: exitCode ?? "timed out" };
    if (exitCode === 126 || exitCode === 127)
      return {
        state: "disproved",
        because: `the health check cannot be run in the image (${exitCode}): ${output.trim().slice(0, 160)}`,
        measured,
      };
    if (exitCode === 0) return { state: "disproved", because: "the health check succeeds when the program does not run", measured };
    return {
      state: "proven",
      because: `without the program the health check ${exitCode === undefined ? `had not ended after ${timeoutMs / 1000} s` : `ended with ${exitCode}`}`,
      measured,
    };
  },
};
