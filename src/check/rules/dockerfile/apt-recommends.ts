import { scriptRule } from "../../packages/define.ts";
import { APT, callsOf } from "../../packages/managers.ts";
import { hasOption, optionValues } from "../../packages/options.ts";
import { ifLeftBehind, placeOf, upTo } from "../../packages/scripts.ts";

/** On the command line, or written to apt's configuration. */
const OFF = /APT::Install-Recommends\W+(?:false|0|no)/i;

export const aptRecommends = scriptRule({
  id: "dockerfile/apt-recommends",
  aliases: ["hadolint:DL3015", "trivy:DS-0029", "kics:apt_get_not_avoiding_additional_packages"],
  item: "small-image",
  severity: "info",
  summary: "Only what is asked for is installed, not what its packagers recommend with it.",
  why: "Recommended packages can double an image: documentation, mail servers, compilers; each is one more thing that can be out of date.",
  source: "https://docs.docker.com/build/building/best-practices/#apt-get",
  examples: [
    {
      bad: "FROM debian:12\nRUN apt-get update && apt-get install -y python3\n",
      good: "FROM debian:12\nRUN apt-get update && apt-get install -y --no-install-recommends python3\n",
    },
  ],
  *check(subject) {
    for (const call of callsOf(subject, APT)) {
      if (call.verb !== "install" || hasOption(call.line, "no-install-recommends", "R", "without-recommends")) continue;
      const isSet =
        optionValues(call.line, "o", "option").some((value) => OFF.test(value)) ||
        upTo(subject, call.script).some(({ text }) => OFF.test(text));
      if (!isSet)
        yield {
          at: placeOf(call),
          message: "packages that are only recommended are installed too",
          advice: "Add --no-install-recommends, and name what is then missing.",
          ...ifLeftBehind(subject, call.script),
        };
    }
  },
});
