import { UNKNOWN } from "../../../source/shell/index.ts";
import { scriptRule } from "../../packages/define.ts";
import { runCommands } from "../../packages/scripts.ts";

/** An unknown value, then a slash, then all or a folder of the system. */
const ROOT = new RegExp(`^${UNKNOWN}/(?:\\*|bin|etc|home|lib|opt|root|srv|usr|var|$)`);

export const shRootDeletion = scriptRule({
  id: "dockerfile/sh-root-deletion",
  aliases: ["hadolint:SC*"],
  severity: "error",
  confidence: "likely",
  summary: "What is deleted does not begin at the root when a variable is empty.",
  why: 'With an empty DIR, rm -rf "$DIR/"* deletes the image\'s whole file system as far as it can, and the build may even go on.',
  source: "https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html",
  examples: [{ bad: 'FROM ubuntu:24.04\nRUN rm -rf "$BUILD_DIR/"*\n', good: 'FROM ubuntu:24.04\nRUN rm -rf "${BUILD_DIR:?}/"*\n' }],
  *check(subject) {
    for (const { script, command } of runCommands(subject, new Set(["rm"])))
      for (const { text, raw, start, end } of command.args)
        if (ROOT.test(text) && !/:\?|:-/.test(raw) && command.args.some((one) => /^-\w*[rR]|^--recursive$/.test(one.text)))
          yield {
            at: script.rangeOf(start, end),
            message: "when the variable is empty, this deletes from the root",
            advice: 'Write "${NAME:?}/...", which stops instead.',
          };
  },
});
