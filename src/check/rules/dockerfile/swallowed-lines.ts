import { scriptRule } from "../../packages/define.ts";
import { runScripts } from "../../packages/scripts.ts";

export const swallowedLines = scriptRule({
  id: "dockerfile/swallowed-lines",
  aliases: [],
  severity: "error",
  summary: "A comment at the end of a continued line hides none of what follows.",
  why: "Continued lines are one line for the shell: everything behind the # is comment, so the commands below never run and the build says nothing.",
  source: "https://docs.docker.com/reference/dockerfile/#escape",
  examples: [
    {
      bad: "FROM debian:12\nRUN make # builds \\\n && make install\n",
      good: "FROM debian:12\nRUN make \\\n # installs\n && make install\n",
    },
  ],
  *check(subject) {
    for (const script of runScripts(subject)) {
      if (script.form !== "shell") continue;
      const [line = ""] = script.text.split("\n", 1);
      for (const { index } of line.matchAll(/(?<=^|[\s;&|(])#/g)) {
        if (script.commands.some(({ start, end }) => start >= index || end > index)) continue;
        const at = script.rangeOf(index, line.trimEnd().length);
        if (at.end.line > at.start.line) {
          yield {
            at,
            message: `the comment goes on to line ${at.end.line}: what is written there never runs`,
            advice: "Put the comment on a line of its own, which the Dockerfile takes out.",
          };
          break;
        }
      }
    }
  },
});
