import { scriptsOf } from "../../../source/shell/index.ts";
import { scriptRule } from "../../packages/define.ts";

export const shSyntax = scriptRule({
  id: "dockerfile/sh-syntax",
  aliases: ["hadolint:SC*"],
  severity: "error",
  confidence: "likely",
  summary: "Scripts are ones that the shell can read.",
  why: "A quote or a done that is missing stops the build at this instruction, after all those before it have run; in CMD it stops the container.",
  source: "https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html",
  examples: [
    { bad: "FROM ubuntu:24.04\nRUN if [ -f a ]; then echo yes\n", good: "FROM ubuntu:24.04\nRUN if [ -f a ]; then echo yes; fi\n" },
  ],
  *check(subject) {
    for (const script of scriptsOf(subject.evaluation)) {
      const [first] = script.problems;
      if (first !== undefined)
        yield {
          at: script.rangeOf(first.at, Math.min(first.at + 1, script.text.length)),
          message: `the shell cannot read this: ${first.message}`,
          advice: "Correct it; sh -n says the same.",
        };
    }
  },
});
