import { podRule } from "../../kubernetes/define.ts";
import { inPod } from "../../kubernetes/examples.ts";
import { items, spot, text } from "../../../source/yaml/index.ts";

export const dnsOptions = podRule({
  id: "kubernetes/dns-options",
  aliases: ["kubelinter:dnsconfig-options"],
  item: "observable",
  severity: "info",
  confidence: "certain",
  profile: "strict",
  summary: "A pod that calls outside names sets ndots.",
  why: "By default each look-up of a name with fewer than five dots is tried with every search domain first: four useless questions, each a chance to wait, for every request that leaves the cluster.",
  source: "https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/#pod-dns-config",
  examples: [{ bad: inPod("dnsPolicy: ClusterFirst"), good: inPod("dnsConfig: {options: [{name: ndots, value: '2'}]}") }],
  *pod({ name, pod: { spec } }) {
    if (!items(spec, "dnsConfig", "options").some((option) => text(option, "name") === "ndots"))
      yield {
        at: spot(spec, "dnsConfig"),
        message: `${name} asks for outside names five times over`,
        advice: 'Set dnsConfig.options: [{name: ndots, value: "2"}].',
      };
  },
});
