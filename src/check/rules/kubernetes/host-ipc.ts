import { podRule } from "../../kubernetes/define.ts";
import { inPod } from "../../kubernetes/examples.ts";
import { policyFlag } from "../../kubernetes/policies.ts";
import { flag, spot } from "../../../source/yaml/index.ts";

export const hostIpc = podRule({
  id: "kubernetes/host-ipc",
  aliases: ["trivy:KSV-0008", "checkov:CKV_K8S_18", "checkov:CKV_K8S_3", "kubelinter:host-ipc", "polaris:hostIPCSet"],
  item: "no-host-access",
  severity: "error",
  confidence: "certain",
  summary: "A pod does not share memory with its node.",
  why: "In the node's IPC namespace a pod reads and writes the shared memory of the node's own processes and of every other pod there.",
  source: "https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline",
  examples: [{ bad: inPod("hostIPC: true"), good: inPod("hostIPC: false") }],
  policies: { PodSecurityPolicy: policyFlag(["spec", "hostIPC"], "share memory with the node", { peers: ["checkov:CKV_K8S_3"] }) },
  holds: "share no memory with the node",
  *pod({ pod: { spec }, name }) {
    if (flag(spec, "hostIPC") === true)
      yield {
        at: spot(spec, "hostIPC"),
        message: `${name} shares memory with its node`,
        advice: "Remove hostIPC; use an emptyDir with medium: Memory between containers.",
      };
  },
});
