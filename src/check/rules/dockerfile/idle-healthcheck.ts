import { scriptsOf } from "../../../source/shell/index.ts";
import { fileRule } from "../../dockerfile/define.ts";

const NEVER_FAILS = new Set(["true", ":", "echo", "sleep", "date", "pwd"]);

export const idleHealthcheck = fileRule({
  id: "dockerfile/idle-healthcheck",
  aliases: [],
  item: "healthcheck",
  severity: "warning",
  summary: "The health check of the final stage can fail.",
  why: "One that always succeeds tells everybody who waits, a rollout, a dependant, an alarm, that a broken application works: worse than none.",
  source: "https://docs.docker.com/reference/dockerfile/#healthcheck",
  examples: [
    { bad: "FROM node:24\nHEALTHCHECK CMD true\n", good: 'FROM node:24\nHEALTHCHECK CMD ["node", "health.js"]\n' },
    {
      bad: "FROM node:24\nHEALTHCHECK CMD curl -f localhost || true\n",
      good: "FROM node:24\nHEALTHCHECK CMD curl -f localhost || exit 1\n",
    },
    {
      bad: 'FROM node:24\nHEALTHCHECK CMD ["true"]\n',
      good: "FROM node:24 AS build\nHEALTHCHECK CMD true\nFROM node:24\nHEALTHCHECK NONE\n",
    },
  ],
  *check({ evaluation, target }) {
    const by = target?.config.healthcheck?.by;
    const script =
      by === undefined ? undefined : scriptsOf(evaluation).find((one) => one.kind === "healthcheck" && one.instruction === by.instruction);
    const last = script?.commands.findLast((command) => command.via === undefined && !command.isSubstitution);
    if (script === undefined || last === undefined) return;
    const words = last.args.map(({ text }) => text);
    const succeeds = NEVER_FAILS.has(last.name) || (last.name === "exit" && words[0] === "0");
    // Behind && it is reached only when the others succeeded.
    if (succeeds && last.before !== "&&" && !last.isSubshell)
      yield {
        at: script.rangeOf(last.start, last.end),
        message: `the health check ends with ${[last.name, ...words].join(" ")}, which never fails`,
        advice: "Ask the application itself, and let the answer decide.",
      };
  },
});
