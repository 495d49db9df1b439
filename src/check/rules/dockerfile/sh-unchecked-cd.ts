import { scriptRule } from "../../packages/define.ts";
import { placeOf, runScripts } from "../../packages/scripts.ts";

export const shUncheckedCd = scriptRule({
  id: "dockerfile/sh-unchecked-cd",
  aliases: ["hadolint:SC*"],
  severity: "warning",
  summary: "A script does not go on in the wrong folder when cd fails.",
  why: "When the folder is not there cd fails and the next line runs where the script happens to be: rm and tar then work on the wrong files.",
  source: "https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html",
  examples: [{ bad: "FROM ubuntu:24.04\nRUN cd /build; make\n", good: "FROM ubuntu:24.04\nRUN cd /build && make\n" }],
  *check(subject) {
    for (const script of runScripts(subject))
      for (const command of script.commands)
        if (
          command.name === "cd" &&
          !command.errexit &&
          !command.isCondition &&
          command.after === ";" &&
          command.args.length > 0 &&
          command.args[0]?.text !== "/"
        )
          yield {
            at: placeOf({ script, command }),
            message: "when this cd fails, the script goes on in the wrong folder",
            advice: "Join with &&, begin with set -e, or use WORKDIR.",
          };
  },
});
