import { scriptRule } from "../../packages/define.ts";
import { optionBehind } from "../../packages/fix.ts";
import { isMounted, laterThan, removes } from "../../packages/leftovers.ts";
import { APK, callsOf } from "../../packages/managers.ts";
import { hasOption } from "../../packages/options.ts";
import { ifLeftBehind, placeOf } from "../../packages/scripts.ts";

export const apkCache = scriptRule({
  id: "dockerfile/apk-cache",
  aliases: ["hadolint:DL3019", "trivy:DS-0025", "dockle:DKL-DI-0004", "kics:apk_add_using_local_cache_path"],
  item: "small-image",
  severity: "info",
  summary: "No index and no cache of apk add is left behind.",
  why: "What one instruction leaves behind stays in its layer for good, even when a later one deletes it: tens of megabytes that every pull carries and every scan reads.",
  source: "https://wiki.alpinelinux.org/wiki/Alpine_Package_Keeper",
  examples: [
    { bad: "FROM alpine:3.22\nRUN apk add curl~8.14\n", good: "FROM alpine:3.22\nRUN apk add --no-cache curl~8.14\n" },
    {
      bad: "FROM alpine:3.22\nRUN apk add -U curl~8.14\n",
      good: "FROM alpine:3.22\nRUN --mount=type=cache,target=/var/cache/apk apk add -U curl~8.14\n",
    },
  ],
  *check(subject) {
    for (const call of callsOf(subject, APK)) {
      if (call.verb !== "add" || hasOption(call.line, "no-cache") || isMounted(call.script, "/var/cache/apk", "/etc/apk/cache")) continue;
      if (laterThan(call).some(({ command }) => removes(command, "/var/cache/apk"))) continue;
      yield {
        at: placeOf(call),
        message: "apk keeps its index in the layer",
        advice: "Add --no-cache.",
        ...optionBehind(subject, call, call.line.operands[0], "--no-cache"),
        ...ifLeftBehind(subject, call.script),
      };
    }
  },
});
