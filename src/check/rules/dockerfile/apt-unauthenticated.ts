import { scriptRule } from "../../packages/define.ts";
import { APT, callsOf } from "../../packages/managers.ts";
import { optionValues } from "../../packages/options.ts";
import { placeOf } from "../../packages/scripts.ts";

export const aptUnauthenticated = scriptRule({
  id: "dockerfile/apt-unauthenticated",
  aliases: ["checkov:CKV2_DOCKER_8"],
  severity: "error",
  summary: "The signatures of what apt installs are checked.",
  why: "Whoever answers for the mirror, or stands between, chooses what is installed in the image, as root.",
  source: "https://manpages.debian.org/bookworm/apt/apt-secure.8.en.html",
  examples: [
    { bad: "FROM debian:12\nRUN apt-get install -y --allow-unauthenticated tool\n", good: "FROM debian:12\nRUN apt-get install -y tool\n" },
  ],
  *check(subject) {
    for (const call of callsOf(subject, APT)) {
      const isOff = call.line.options.some(({ name }) => name === "allow-unauthenticated" || name === "allow-insecure-repositories");
      const isSet = optionValues(call.line, "o", "option").some((value) =>
        /(?:AllowUnauthenticated|AllowInsecureRepositories)=(?:true|1|yes)/i.test(value),
      );
      if (isOff || isSet)
        yield {
          at: placeOf(call),
          message: "packages are installed whoever signed them",
          advice: "Add the repository's key with signed-by in its sources entry, and remove the option.",
        };
    }
  },
});
