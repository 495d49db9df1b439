import { podRule } from "../../kubernetes/define.ts";
import { inPod } from "../../kubernetes/examples.ts";
import { policyFlag } from "../../kubernetes/policies.ts";
import { flag, spot } from "../../../source/yaml/index.ts";

export const hostPid = podRule({
  id: "kubernetes/host-pid",
  aliases: ["trivy:KSV-0010", "checkov:CKV_K8S_17", "checkov:CKV_K8S_1", "kubelinter:host-pid", "polaris:hostPIDSet"],
  item: "no-host-access",
  severity: "error",
  confidence: "certain",
  summary: "A pod does not see its node's processes.",
  why: "Who sees the node's processes reads their environment and command lines, secrets included, and with a capability or the same user id can change or end them.",
  source: "https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline",
  examples: [{ bad: inPod("hostPID: true"), good: inPod("shareProcessNamespace: true") }],
  policies: { PodSecurityPolicy: policyFlag(["spec", "hostPID"], "see the node's processes", { peers: ["checkov:CKV_K8S_1"] }) },
  holds: "do not see the node's processes",
  *pod({ pod: { spec }, name }) {
    if (flag(spec, "hostPID") === true)
      yield {
        at: spot(spec, "hostPID"),
        message: `${name} sees its node's processes`,
        advice: "Remove hostPID; shareProcessNamespace is for containers of one pod.",
      };
  },
});
