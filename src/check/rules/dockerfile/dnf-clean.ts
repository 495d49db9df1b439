import { scriptRule } from "../../packages/define.ts";
import { isMounted, laterThan, removes } from "../../packages/leftovers.ts";
import { DNF, DNF_VERBS, callsOf } from "../../packages/managers.ts";
import { hasOption } from "../../packages/options.ts";
import { type Located, ifLeftBehind, lastOfEach, placeOf } from "../../packages/scripts.ts";

const CACHES = ["/var/cache/dnf", "/var/cache/yum", "/var/cache/libdnf5"];
const CLEANERS = new Set(["yum", "dnf", "dnf5", "microdnf", "tdnf"]);

const isCleaned = (call: Located): boolean =>
  laterThan(call).some(({ command }) => {
    const words = command.args.filter(({ text }) => !text.startsWith("-")).map(({ text }) => text);
    return removes(command, ...CACHES) || (CLEANERS.has(command.name) && words[0] === "clean" && words[1] === "all");
  });

export const dnfClean = scriptRule({
  id: "dockerfile/dnf-clean",
  aliases: ["hadolint:DL3040", "trivy:DS-0019", "trivy:DS-0027", "kics:missing_dnf_clean_all"],
  item: "small-image",
  severity: "warning",
  summary: "No cache of dnf is left behind: clean all ends the RUN.",
  why: "What one instruction leaves behind stays in its layer for good, even when a later one deletes it: tens of megabytes that every pull carries and every scan reads.",
  source: "https://dnf.readthedocs.io/en/latest/command_ref.html",
  examples: [
    {
      bad: "FROM rockylinux:9\nRUN dnf install -y httpd-2.4.57\n",
      good: "FROM rockylinux:9\nRUN dnf install -y httpd-2.4.57 && dnf clean all\n",
    },
    {
      bad: "FROM rockylinux:9\nRUN dnf clean all && dnf install -y httpd-2.4.57\n",
      good: "FROM rockylinux:9\nRUN --mount=type=cache,target=/var/cache/dnf dnf install -y httpd-2.4.57\n",
    },
  ],
  *check(subject) {
    const calls = callsOf(subject, DNF).filter(({ verb, line }) => DNF_VERBS.has(verb) && !hasOption(line, "h", "help", "version"));
    for (const call of lastOfEach(calls)) {
      const { script } = call;
      if (!isMounted(script, ...CACHES) && !isCleaned(call))
        yield {
          at: placeOf(call),
          message: `what ${call.command.name} fetched stays in the layer`,
          advice: `End the same RUN with ${call.command.name} clean all, or mount a cache on /var/cache/dnf.`,
          ...ifLeftBehind(subject, script),
          peers: ["hadolint:DL3040", call.command.name === "microdnf" ? "trivy:DS-0027" : "trivy:DS-0019", "kics:missing_dnf_clean_all"],
        };
    }
  },
});
