import { scriptRule } from "../../packages/define.ts";
import { ZYPPER, callsOf } from "../../packages/managers.ts";
import { isPath, unpinned } from "../../packages/pinned.ts";

export const zypperPinned = scriptRule({
  id: "dockerfile/zypper-pinned",
  aliases: ["hadolint:DL3037", "kics:zypper_install_without_version"],
  severity: "warning",
  summary: "Packages of zypper are installed in a version that is named.",
  why: "Two builds of one commit give two different images: the fault that only the new one has cannot be traced, and a rollback by rebuilding is none.",
  source: "https://manpages.opensuse.org/Tumbleweed/zypper/zypper.8.en.html",
  examples: [
    {
      bad: "FROM opensuse/leap:15.6\nRUN zypper -n install curl && zypper clean\n",
      good: "FROM opensuse/leap:15.6\nRUN zypper -n install curl=8.0.1 && zypper clean\n",
    },
  ],
  *check(subject) {
    for (const call of callsOf(subject, ZYPPER))
      if (call.verb === "install" || call.verb === "in")
        yield* unpinned(
          call,
          call.operands,
          (name) => /[=<>]|\.rpm$|^[-!@]|^(?:pattern|patch|product):/.test(name) || isPath(name),
          (name) => `Name the version: ${name}=1.2.3.`,
        );
  },
});
