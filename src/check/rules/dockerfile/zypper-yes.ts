import { scriptRule } from "../../packages/define.ts";
import { optionBehind } from "../../packages/fix.ts";
import { ZYPPER, ZYPPER_VERBS, callsOf } from "../../packages/managers.ts";
import { hasOption } from "../../packages/options.ts";
import { placeOf } from "../../packages/scripts.ts";

/** Verbs that take -y themselves; the others only know the switch before them. */
const WITH_Y = new Set(["install", "in", "remove", "rm", "update", "up", "patch", "dist-upgrade", "dup"]);

export const zypperYes = scriptRule({
  id: "dockerfile/zypper-yes",
  aliases: ["hadolint:DL3034", "kics:missing_zypper_non_interactive_switch"],
  severity: "error",
  summary: "Where zypper would ask, the answer is given: --non-interactive.",
  why: "The question finds no one to answer it: the build stops with an error at the first package that brings another along.",
  source: "https://manpages.opensuse.org/Tumbleweed/zypper/zypper.8.en.html",
  examples: [
    {
      bad: "FROM opensuse/leap:15.6\nRUN zypper install curl=8.0.1 && zypper clean\n",
      good: "FROM opensuse/leap:15.6\nRUN zypper --non-interactive install curl=8.0.1 && zypper clean\n",
    },
  ],
  *check(subject) {
    for (const call of callsOf(subject, ZYPPER))
      if (ZYPPER_VERBS.has(call.verb) && !hasOption(call.line, "y", "n", "no-confirm", "non-interactive", "dry-run"))
        yield {
          at: placeOf(call),
          message: `zypper ${call.verb} asks before it begins`,
          advice: `Write zypper --non-interactive ${call.verb}.`,
          ...(WITH_Y.has(call.verb) ? optionBehind(subject, call, call.line.operands[0], "-y") : {}),
        };
  },
});
