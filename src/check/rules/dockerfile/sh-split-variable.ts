import { UNKNOWN } from "../../../source/shell/index.ts";
import { scriptRule } from "../../packages/define.ts";
import { runScripts } from "../../packages/scripts.ts";

/** Named as what is meant to become several arguments. */
const LISTS = /(?:opts?|options?|flags?|args?|params?|packages?|pkgs?|deps|dependencies|list|extensions?|modules?|files)$/i;

export const shSplitVariable = scriptRule({
  id: "dockerfile/sh-split-variable",
  aliases: ["hadolint:SC*"],
  severity: "info",
  confidence: "likely",
  profile: "strict",
  summary: "Variables whose values are not known stand in quotes.",
  why: "A value with a space becomes two arguments, one with a star every file of the folder, an empty one none: rm gets other names than were meant.",
  source: "https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html",
  examples: [{ bad: "FROM ubuntu:24.04\nRUN cp /src/$FILE /dst/\n", good: 'FROM ubuntu:24.04\nRUN cp "/src/$FILE" /dst/\n' }],
  *check(subject) {
    for (const script of runScripts(subject))
      for (const { name, isSplit, text, start, end } of script.uses)
        if (isSplit && text.includes(UNKNOWN) && !LISTS.test(name))
          yield {
            at: script.rangeOf(start, end),
            message: `$${name} is split at spaces and stars in its value`,
            advice: `Write "$${name}".`,
          };
  },
});
