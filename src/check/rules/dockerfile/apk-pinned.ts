import { scriptRule } from "../../packages/define.ts";
import { APK, callsOf } from "../../packages/managers.ts";
import { isPath, unpinned } from "../../packages/pinned.ts";

/** With a version or a range of them, a file, the name of a virtual package, a package kept out. */
const isPinned = (name: string): boolean => /[=~<>]|\.apk$|^[.!]/.test(name) || isPath(name);

export const apkPinned = scriptRule({
  id: "dockerfile/apk-pinned",
  aliases: ["hadolint:DL3018", "kics:unpinned_package_version_in_apk_add"],
  severity: "warning",
  summary: "Packages of apk are added in a version that is named.",
  why: "Two builds of one commit give two different images: the fault that only the new one has cannot be traced, and a rollback by rebuilding is none.",
  source: "https://wiki.alpinelinux.org/wiki/Alpine_Package_Keeper",
  examples: [{ bad: "FROM alpine:3.22\nRUN apk add --no-cache curl\n", good: "FROM alpine:3.22\nRUN apk add --no-cache curl~8.14\n" }],
  *check(subject) {
    for (const call of callsOf(subject, APK))
      if (call.verb === "add")
        yield* unpinned(call, call.operands, isPinned, (name) => `Name the version: "${name}~1.2" takes its fixes too.`);
  },
});
