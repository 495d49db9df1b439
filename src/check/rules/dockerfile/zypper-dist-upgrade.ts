import { scriptRule } from "../../packages/define.ts";
import { ZYPPER, callsOf } from "../../packages/managers.ts";
import { placeOf } from "../../packages/scripts.ts";

export const zypperDistUpgrade = scriptRule({
  id: "dockerfile/zypper-dist-upgrade",
  aliases: ["hadolint:DL3035"],
  severity: "warning",
  summary: "An image is not lifted to another release of its distribution.",
  why: "A dist-upgrade may remove packages and replace whole parts of the system: what is then in the image no one has chosen, and the old files stay in the layers below.",
  source: "https://manpages.opensuse.org/Tumbleweed/zypper/zypper.8.en.html",
  examples: [
    {
      bad: "FROM opensuse/leap:15.6\nRUN zypper -n dist-upgrade && zypper clean\n",
      good: "FROM opensuse/leap:15.6\nRUN zypper -n patch && zypper clean\n",
    },
  ],
  *check(subject) {
    for (const call of callsOf(subject, ZYPPER))
      if (call.verb === "dist-upgrade" || call.verb === "dup")
        yield { at: placeOf(call), message: `zypper ${call.verb} in an image`, advice: "Take a newer base image." };
  },
});
