import { scriptRule } from "../../packages/define.ts";
import { runScripts } from "../../packages/scripts.ts";

export const shSplitOutput = scriptRule({
  id: "dockerfile/sh-split-output",
  aliases: ["hadolint:SC*"],
  severity: "info",
  confidence: "likely",
  profile: "strict",
  summary: "Output that becomes an argument stands in quotes.",
  why: "What a command prints is split at spaces and stars: one argument may become several, or none at all.",
  source: "https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html",
  examples: [
    { bad: "FROM ubuntu:24.04\nRUN cp $(find /src -name app) /dst/\n", good: 'FROM ubuntu:24.04\nRUN cp "$(find /src -name app)" /dst/\n' },
  ],
  *check(subject) {
    for (const script of runScripts(subject))
      for (const { command, start, end } of script.substitutions)
        if (command !== undefined && !/^(?:echo|printf|export|local|\[|test|xargs|apt-get|apt|apk|yum|dnf)$/.test(command))
          yield { at: script.rangeOf(start, end), message: "what this prints is split at spaces and stars", advice: 'Write "$(...)".' };
  },
});
