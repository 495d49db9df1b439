import { scriptRule } from "../../packages/define.ts";
import { optionBehind } from "../../packages/fix.ts";
import { YUM, YUM_VERBS, callsOf } from "../../packages/managers.ts";
import { hasOption } from "../../packages/options.ts";
import { placeOf } from "../../packages/scripts.ts";

export const yumYes = scriptRule({
  id: "dockerfile/yum-yes",
  aliases: ["hadolint:DL3030", "kics:yum_install_allows_manual_input"],
  severity: "error",
  summary: "Where yum would ask, the answer is given: -y.",
  why: "The question finds no one to answer it: the build stops with an error at the first package that brings another along.",
  source: "https://dnf.readthedocs.io/en/latest/command_ref.html",
  examples: [{ bad: "FROM centos:7\nRUN yum install httpd-2.4.57\n", good: "FROM centos:7\nRUN yum install -y httpd-2.4.57\n" }],
  *check(subject) {
    for (const call of callsOf(subject, YUM))
      if (YUM_VERBS.has(call.verb) && !hasOption(call.line, "y", "assumeyes", "assumeno", "downloadonly"))
        yield {
          at: placeOf(call),
          message: `${call.command.name} ${call.verb} asks before it begins`,
          advice: `Add -y: ${call.command.name} ${call.verb} -y.`,
          ...optionBehind(subject, call, call.line.operands[0], "-y"),
        };
  },
});
