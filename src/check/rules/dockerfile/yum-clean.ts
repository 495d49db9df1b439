import { scriptRule } from "../../packages/define.ts";
import { isMounted, laterThan, removes } from "../../packages/leftovers.ts";
import { YUM, YUM_VERBS, callsOf } from "../../packages/managers.ts";
import { hasOption } from "../../packages/options.ts";
import { type Located, ifLeftBehind, lastOfEach, placeOf } from "../../packages/scripts.ts";

const CACHES = ["/var/cache/dnf", "/var/cache/yum", "/var/cache/libdnf5"];
const CLEANERS = new Set(["yum", "dnf", "dnf5", "microdnf", "tdnf"]);

const isCleaned = (call: Located): boolean =>
  laterThan(call).some(({ command }) => {
    const words = command.args.filter(({ text }) => !text.startsWith("-")).map(({ text }) => text);
    return removes(command, ...CACHES) || (CLEANERS.has(command.name) && words[0] === "clean" && words[1] === "all");
  });

export const yumClean = scriptRule({
  id: "dockerfile/yum-clean",
  aliases: ["hadolint:DL3032", "trivy:DS-0015", "kics:yum_clean_all_missing"],
  item: "small-image",
  severity: "warning",
  summary: "No cache of yum is left behind: clean all ends the RUN.",
  why: "What one instruction leaves behind stays in its layer for good, even when a later one deletes it: tens of megabytes that every pull carries and every scan reads.",
  source: "https://dnf.readthedocs.io/en/latest/command_ref.html",
  examples: [
    { bad: "FROM centos:7\nRUN yum install -y httpd-2.4.57\n", good: "FROM centos:7\nRUN yum install -y httpd-2.4.57 && yum clean all\n" },
    {
      bad: "FROM centos:7\nRUN yum clean all && yum install -y httpd-2.4.57\n",
      good: "FROM centos:7\nRUN --mount=type=cache,target=/var/cache/yum yum install -y httpd-2.4.57\n",
    },
  ],
  *check(subject) {
    const calls = callsOf(subject, YUM).filter(({ verb, line }) => YUM_VERBS.has(verb) && !hasOption(line, "h", "help", "version"));
    for (const call of lastOfEach(calls)) {
      const { script } = call;
      if (!isMounted(script, ...CACHES) && !isCleaned(call))
        yield {
          at: placeOf(call),
          message: `what ${call.command.name} fetched stays in the layer`,
          advice: `End the same RUN with ${call.command.name} clean all, or mount a cache on /var/cache/yum.`,
          ...ifLeftBehind(subject, script),
        };
    }
  },
});
