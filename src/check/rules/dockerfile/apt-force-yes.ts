import { scriptRule } from "../../packages/define.ts";
import { APT, callsOf } from "../../packages/managers.ts";
import { placeOf } from "../../packages/scripts.ts";

export const aptForceYes = scriptRule({
  id: "dockerfile/apt-force-yes",
  aliases: ["checkov:CKV2_DOCKER_11"],
  severity: "error",
  summary: "Checks of apt are not forced away.",
  why: "The option --force-yes answers yes to everything, to unsigned packages and to removing what the system needs to run as well.",
  source: "https://manpages.debian.org/bookworm/apt/apt-get.8.en.html",
  examples: [{ bad: "FROM debian:12\nRUN apt-get install -y --force-yes tool\n", good: "FROM debian:12\nRUN apt-get install -y tool\n" }],
  *check(subject) {
    for (const call of callsOf(subject, APT))
      if (call.line.options.some(({ name }) => name === "force-yes"))
        yield {
          at: placeOf(call),
          message: "--force-yes turns off every check of apt",
          advice: "Use -y; where a downgrade or a held package is meant, --allow-downgrades or --allow-change-held-packages.",
        };
  },
});
