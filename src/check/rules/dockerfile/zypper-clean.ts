import { scriptRule } from "../../packages/define.ts";
import { isMounted, laterThan, removes } from "../../packages/leftovers.ts";
import { ZYPPER, ZYPPER_VERBS, callsOf } from "../../packages/managers.ts";
import { ifLeftBehind, lastOfEach, placeOf } from "../../packages/scripts.ts";

const CLEANS = new Set(["clean", "cc"]);

export const zypperClean = scriptRule({
  id: "dockerfile/zypper-clean",
  aliases: ["hadolint:DL3036", "trivy:DS-0020", "kics:missing_zypper_clean"],
  item: "small-image",
  severity: "warning",
  summary: "No cache of zypper is left behind: clean ends the RUN.",
  why: "What one instruction leaves behind stays in its layer for good, even when a later one deletes it: tens of megabytes that every pull carries and every scan reads.",
  source: "https://manpages.opensuse.org/Tumbleweed/zypper/zypper.8.en.html",
  examples: [
    {
      bad: "FROM opensuse/leap:15.6\nRUN zypper -n install curl=8.0.1\n",
      good: "FROM opensuse/leap:15.6\nRUN zypper -n install curl=8.0.1 && zypper clean\n",
    },
  ],
  *check(subject) {
    const calls = callsOf(subject, ZYPPER).filter(({ verb }) => CLEANS.has(verb) || ZYPPER_VERBS.has(verb));
    for (const call of lastOfEach(calls)) {
      if (CLEANS.has(call.verb)) continue;
      if (isMounted(call.script, "/var/cache/zypp") || laterThan(call).some(({ command }) => removes(command, "/var/cache/zypp"))) continue;
      yield {
        at: placeOf(call),
        message: "what zypper fetched stays in the layer",
        advice: "End the same RUN with zypper clean --all, or mount a cache on /var/cache/zypp.",
        ...ifLeftBehind(subject, call.script),
      };
    }
  },
});
