import { shellLine } from "../../effective.ts";
import { commandOf } from "../../image/effective-image.ts";
import { imageRule, NOTHING } from "../../rule.ts";

export const execForm = imageRule({
  id: "image/exec-form",
  aliases: ["buildkit:JSONArgsRecommended", "hadolint:DL3025"],
  item: "graceful-stop",
  severity: "warning",
  confidence: "likely",
  summary: "The program is started directly, not by a shell that stays in front of it.",
  why: "The stop signal goes to PID 1. A shell there does not pass it on (dash never; bash and busybox only step aside for a plain last command), so the program is killed after the grace period with its requests in flight.",
  source: "https://docs.docker.com/reference/build-checks/json-args-recommended/",
  examples: [
    { bad: { config: { command: ["/bin/sh", "-c", "npm start"] } }, good: { config: { command: ["node", "server.js"] } } },
    {
      bad: { config: { entrypoint: ["/bin/sh", "-c", "node server.js"] } },
      good: { config: { entrypoint: ["/bin/sh", "-c", "exec node server.js"] } },
    },
    {
      bad: { config: { entrypoint: ["node"] }, service: "entrypoint: sh -c 'node server.js'" },
      good: { config: { command: ["/bin/sh", "-c", "npm start"] }, service: "command: [node, server.js]" },
    },
  ],
  applies: () => true,
  proves: () => NOTHING,
  *check(subject) {
    const { name, service } = subject;
    const line = shellLine(commandOf(subject));
    if (line === undefined || /(?:^|[;&]\s*)exec\s[^;&|]+$/.test(line.trim())) return;
    const own = service?.spec.entrypoint !== undefined || service?.spec.command !== undefined;
    yield {
      at: service?.spec.entrypoint === undefined ? ["command"] : ["entrypoint"],
      message: `${name} is started by a shell (${JSON.stringify(line.slice(0, 80))}), which may keep the stop signal from it`,
      advice: own
        ? "Write the command as a list of words, or let the line end with exec."
        : 'Write ENTRYPOINT and CMD as JSON lists in the Dockerfile, e.g. CMD ["node", "server.js"].',
    };
  },
});
