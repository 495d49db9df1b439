import { commandLine, hasInit } from "../../effective.ts";
import { composeRule } from "../../rule.ts";

export const init = composeRule({
  id: "compose/init",
  aliases: [],
  item: "reaps-zombies",
  severity: "info",
  confidence: "possible",
  summary: "PID 1 of a service reaps orphaned children.",
  why: "The kernel hands orphans to PID 1. A program that was not written for that never collects them; each stays in the process table until the pids limit is reached and nothing can be started any more.",
  source: "https://docs.docker.com/reference/compose-file/services/#init",
  examples: [{ bad: "services: {web: {image: 'shop/web:1.2.3'}}", good: "services: {web: {image: 'shop/web:1.2.3', init: true}}" }],
  applies: () => true,
  proves: (subject) =>
    subject.service.spec.init
      ? `${subject.service.name} runs under the engine's init`
      : `${subject.service.name} runs under ${commandLine(subject)[0]}`,
  *check(subject) {
    if (hasInit(subject)) return;
    yield {
      at: ["init"],
      message: `PID 1 of ${subject.service.name} may not reap orphaned children`,
      advice: "Set init: true, unless the program reaps by itself.",
    };
  },
});
