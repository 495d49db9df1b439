import { podRule } from "../../kubernetes/define.ts";
import { inPod } from "../../kubernetes/examples.ts";
import { policyFlag } from "../../kubernetes/policies.ts";
import { flag, spot } from "../../../source/yaml/index.ts";

export const hostNetwork = podRule({
  id: "kubernetes/host-network",
  aliases: ["trivy:KSV-0009", "checkov:CKV_K8S_19", "checkov:CKV_K8S_4", "kubelinter:host-network", "polaris:hostNetworkSet"],
  item: "narrow-ports",
  severity: "error",
  confidence: "certain",
  summary: "A pod has a network of its own, not its node's.",
  why: "On the node's network a pod reaches what listens on the node's loopback only, network policies do not hold for it, and its ports clash with those of the node.",
  source: "https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline",
  examples: [{ bad: inPod("hostNetwork: true"), good: inPod("hostNetwork: false") }],
  policies: { PodSecurityPolicy: policyFlag(["spec", "hostNetwork"], "use the node's network", { peers: ["checkov:CKV_K8S_4"] }) },
  holds: "have a network of their own",
  *pod({ pod: { spec }, name }) {
    if (flag(spec, "hostNetwork") === true)
      yield {
        at: spot(spec, "hostNetwork"),
        message: `${name} is on its node's network`,
        advice: "Remove hostNetwork; publish what must be reached by a Service.",
      };
  },
});
