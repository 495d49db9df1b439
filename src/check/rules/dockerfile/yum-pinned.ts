import { scriptRule } from "../../packages/define.ts";
import { YUM, callsOf } from "../../packages/managers.ts";
import { isRpmVersion, unpinned } from "../../packages/pinned.ts";

const VERBS = new Set(["install", "in", "localinstall"]);

export const yumPinned = scriptRule({
  id: "dockerfile/yum-pinned",
  aliases: ["hadolint:DL3033", "kics:yum_install_without_version"],
  severity: "warning",
  summary: "Packages of yum are installed in a version that is named.",
  why: "Two builds of one commit give two different images: the fault that only the new one has cannot be traced, and a rollback by rebuilding is none.",
  source: "https://dnf.readthedocs.io/en/latest/command_ref.html",
  examples: [
    {
      bad: "FROM centos:7\nRUN yum install -y httpd && yum clean all\n",
      good: "FROM centos:7\nRUN yum install -y httpd-2.4.57 && yum clean all\n",
    },
  ],
  *check(subject) {
    for (const call of callsOf(subject, YUM)) {
      const [first] = call.operands;
      const isModule = call.verb === "module" && (first?.text === "install" || first?.text === "enable");
      if (isModule)
        yield* unpinned(
          call,
          call.operands.slice(1),
          (name) => name.includes(":") || name.startsWith("@"),
          (name) => `Name the stream: ${name}:1.2.`,
        );
      else if (VERBS.has(call.verb))
        yield* unpinned(
          call,
          call.operands,
          (name) => isRpmVersion(name) || name.startsWith("@"),
          (name) => `Name the version: ${name}-1.2.3.`,
        );
    }
  },
});
