import { scriptRule } from "../../packages/define.ts";
import { optionBehind } from "../../packages/fix.ts";
import { APT, type Call, callsOf } from "../../packages/managers.ts";
import { hasOption, optionValues } from "../../packages/options.ts";
import { placeOf, upTo } from "../../packages/scripts.ts";
import type { DockerfileSubject } from "../../subject.ts";

const VERBS = new Set(["install", "reinstall", "build-dep", "upgrade", "dist-upgrade", "full-upgrade"]);

/** By `yes |` before it, or by apt's configuration. */
const isAnswered = (subject: DockerfileSubject, { script, command }: Call): boolean =>
  (command.stage > 0 && script.commands.some((one) => one.pipeline === command.pipeline && one.name === "yes")) ||
  upTo(subject, script).some(({ text }) => /APT::Get::Assume-Yes\W+(?:true|1|yes)/i.test(text));

export const aptYes = scriptRule({
  id: "dockerfile/apt-yes",
  aliases: ["hadolint:DL3014", "trivy:DS-0021", "kics:apt_get_missing_flags_to_avoid_manual_input"],
  severity: "error",
  summary: "Where apt would ask, the answer is given: -y.",
  why: "The question finds no one to answer it: the build stops with an error at the first package that brings another along.",
  source: "https://manpages.debian.org/bookworm/apt/apt-get.8.en.html",
  examples: [
    {
      bad: "FROM debian:12\nRUN apt-get update && apt-get install curl\n",
      good: "FROM debian:12\nRUN apt-get update && apt-get install -y curl\n",
    },
  ],
  *check(subject) {
    for (const call of callsOf(subject, APT)) {
      const quiet = call.line.options.filter(({ name }) => name === "q" || name === "quiet").length;
      const level = Number(optionValues(call.line, "q", "quiet").find((value) => /^\d$/.test(value)) ?? quiet);
      const isAsked =
        VERBS.has(call.verb) &&
        !hasOption(call.line, "y", "yes", "assume-yes", "s", "simulate", "dry-run", "d", "download-only", "print-uris", "force-yes");
      if (
        isAsked &&
        level < 2 &&
        !optionValues(call.line, "o", "option").some((value) => /assume-yes=(?:true|1|yes)/i.test(value)) &&
        !isAnswered(subject, call)
      )
        yield {
          at: placeOf(call),
          message: `${call.command.name} ${call.verb} asks before it begins`,
          advice: `Add -y: ${call.command.name} ${call.verb} -y.`,
          ...optionBehind(subject, call, call.line.operands[0], "-y"),
        };
    }
  },
});
