import { scriptRule } from "../../packages/define.ts";
import { wordInstead } from "../../packages/fix.ts";
import { placeOf, runCommands } from "../../packages/scripts.ts";

/** Who does for scripts what apt does under the same name. */
const VERBS: ReadonlyMap<string, string> = new Map([
  ...[
    "update",
    "install",
    "reinstall",
    "remove",
    "purge",
    "upgrade",
    "autoremove",
    "clean",
    "autoclean",
    "build-dep",
    "source",
    "download",
  ].map((verb) => [verb, "apt-get"] as const),
  ...["search", "show", "policy", "depends", "rdepends"].map((verb) => [verb, "apt-cache"] as const),
]);

export const aptInterface = scriptRule({
  id: "dockerfile/apt-interface",
  aliases: ["hadolint:DL3027", "checkov:CKV_DOCKER_9", "kics:run_using_apt"],
  severity: "warning",
  summary: "Scripts call apt-get and apt-cache, not apt.",
  why: "The program apt is made for people: it says itself that its command line is not stable, and what it prints and asks may change with any release.",
  source: "https://manpages.debian.org/bookworm/apt/apt.8.en.html#SCRIPT_USAGE_AND_DIFFERENCES_FROM_OTHER_APT_TOOLS",
  examples: [
    {
      bad: "FROM debian:12\nRUN apt update && apt-get install -y curl\n",
      good: "FROM debian:12\nRUN apt-get update && apt-get install -y curl\n",
    },
  ],
  *check(subject) {
    for (const located of runCommands(subject, new Set(["apt"]))) {
      const verb = located.command.args.find(({ text }) => !text.startsWith("-"))?.text ?? "";
      const better = VERBS.get(verb);
      yield {
        at: placeOf(located),
        message: "apt is for people, not for scripts",
        advice: `Call ${better ?? "apt-get"} here.`,
        ...(better === undefined ? {} : wordInstead(subject, located, located.command.program, better)),
      };
    }
  },
});
