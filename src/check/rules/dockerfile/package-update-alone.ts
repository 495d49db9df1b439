import { scriptRule } from "../../packages/define.ts";
import { isMounted, laterThan } from "../../packages/leftovers.ts";
import { APK, APT, DNF, YUM, ZYPPER, callsOf } from "../../packages/managers.ts";
import { placeOf } from "../../packages/scripts.ts";

const FAMILIES = [APT, APK, YUM, DNF, ZYPPER];
const PROGRAMS = new Set(FAMILIES.flatMap(({ programs }) => [...programs]));
const UPDATES = new Set(["update", "up", "check-update", "makecache", "refresh", "ref"]);
const INSTALLS = new Set(
  "install in add upgrade dist-upgrade full-upgrade build-dep source download reinstall groupinstall group localinstall module dup".split(
    " ",
  ),
);
const INDEXES = ["/var/lib/apt/lists", "/var/cache/apk", "/var/cache/yum", "/var/cache/dnf", "/var/cache/libdnf5", "/var/cache/zypp"];

export const packageUpdateAlone = scriptRule({
  id: "dockerfile/package-update-alone",
  aliases: ["trivy:DS-0017", "checkov:CKV_DOCKER_5", "dockle:CIS-DI-0007", "dockerbench:4.7", "kics:update_instruction_alone"],
  severity: "warning",
  summary: "A package index is fetched in the same RUN that installs from it.",
  why: "The layer of an update by itself is cached: weeks later the install behind it works from an old index and fails, or installs what has since been fixed.",
  source: "https://docs.docker.com/build/building/best-practices/#apt-get",
  examples: [
    {
      bad: "FROM debian:12\nRUN apt-get update\nRUN apt-get install -y curl\n",
      good: "FROM debian:12\nRUN apt-get update && apt-get install -y curl\n",
    },
    { bad: "FROM rockylinux:9\nRUN dnf update -y\n", good: "FROM rockylinux:9\nRUN dnf update -y && dnf install -y git-core\n" },
  ],
  *check(subject) {
    for (const call of FAMILIES.flatMap((family) => callsOf(subject, family))) {
      if (!UPDATES.has(call.verb) || isMounted(call.script, ...INDEXES)) continue;
      // An upgrade of named packages is an install.
      if (call.operands.length > 0 && /^(?:yum|dnf5?|microdnf|tdnf|zypper)$/.test(call.command.name)) continue;
      const installs = laterThan(call).some(
        ({ command }) => PROGRAMS.has(command.name) && command.args.some(({ text }) => INSTALLS.has(text)),
      );
      if (!installs)
        yield {
          at: placeOf(call),
          message: `${call.command.name} ${call.verb} stands alone: its result is cached and grows old`,
          advice: "Join it with the install: update && install in one RUN. To be up to date, take a newer base image.",
        };
    }
  },
});
