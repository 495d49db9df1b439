import { scriptRule } from "../../packages/define.ts";
import { APT, callsOf } from "../../packages/managers.ts";
import { isPath, unpinned } from "../../packages/pinned.ts";

/** `name=version`, a file, `name-` (which removes it) or `name/release`. */
const isPinned = (name: string): boolean => name.includes("=") || isPath(name) || /\.deb$|-$|\//.test(name);

export const aptPinned = scriptRule({
  id: "dockerfile/apt-pinned",
  aliases: ["hadolint:DL3008", "kics:apt_get_install_pin_version_not_defined"],
  severity: "warning",
  summary: "Packages of apt are installed in a version that is named.",
  why: "Two builds of one commit give two different images: the fault that only the new one has cannot be traced, and a rollback by rebuilding is none.",
  source: "https://docs.docker.com/build/building/best-practices/#apt-get",
  examples: [
    {
      bad: "FROM debian:12\nRUN apt-get update && apt-get install -y curl\n",
      good: "FROM debian:12\nRUN apt-get update && apt-get install -y curl=7.88.*\n",
    },
    {
      bad: 'FROM debian:12\nENV PACKAGES="curl git=1:2.39.*"\nRUN apt-get install -y $PACKAGES\n',
      good: "FROM debian:12\nARG CURL=7.88.*\nRUN apt-get install -y curl=$CURL ./tool.deb\n",
    },
  ],
  *check(subject) {
    for (const call of callsOf(subject, APT))
      if (call.verb === "install" || call.verb === "reinstall")
        yield* unpinned(
          call,
          call.operands,
          isPinned,
          (name) =>
            `Name the version: ${name}=1.2.*, with the star for its security updates; or pin the base by digest and install from a snapshot.`,
        );
  },
});
