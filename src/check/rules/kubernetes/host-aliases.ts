import { podRule } from "../../kubernetes/define.ts";
import { inPod } from "../../kubernetes/examples.ts";
import { items, spot } from "../../../source/yaml/index.ts";

export const hostAliases = podRule({
  id: "kubernetes/host-aliases",
  aliases: ["trivy:KSV-0007"],
  item: "narrow-ports",
  severity: "info",
  confidence: "certain",
  summary: "Names are looked up, not written into a pod's /etc/hosts.",
  why: "An address in hostAliases stays when the machine behind it moves, and whoever may edit a manifest sends a pod's traffic for any name to a machine of their own.",
  source: "https://kubernetes.io/docs/tasks/network/customize-hosts-file-for-pods/",
  examples: [{ bad: inPod("hostAliases: [{ip: 10.0.0.7, hostnames: [db.example]}]"), good: inPod("dnsPolicy: ClusterFirst") }],
  *pod({ pod: { spec }, name }) {
    if (items(spec, "hostAliases").length > 0)
      yield {
        at: spot(spec, "hostAliases"),
        message: `${name} has its own entries in /etc/hosts`,
        advice: "Use a Service of type ExternalName, or the cluster's DNS.",
      };
  },
});
