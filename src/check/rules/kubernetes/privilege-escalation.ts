import { containerRule } from "../../kubernetes/define.ts";
import { inContainer } from "../../kubernetes/examples.ts";
import { capabilities, isWindows } from "../../kubernetes/security.ts";
import { policyFlag } from "../../kubernetes/policies.ts";
import { flag, spot } from "../../../source/yaml/index.ts";

const BY_DEFAULT = ["trivy:KSV-0001", "checkov:CKV_K8S_20", "polaris:privilegeEscalationAllowed"];

export const privilegeEscalation = containerRule({
  id: "kubernetes/privilege-escalation",
  aliases: [
    "trivy:KSV-0001",
    "checkov:CKV_K8S_20",
    "checkov:CKV_K8S_5",
    "kubelinter:privilege-escalation-container",
    "polaris:privilegeEscalationAllowed",
  ],
  item: "least-capabilities",
  severity: "warning",
  confidence: "certain",
  summary: "A container's processes cannot gain more privileges than it was started with.",
  why: "Without allowPrivilegeEscalation: false a setuid program in the image makes root of any user, so that running as another user protects nothing.",
  source: "https://kubernetes.io/docs/tasks/configure-pod-container/security-context/",
  examples: [
    {
      bad: inContainer("securityContext: {allowPrivilegeEscalation: true}"),
      good: inContainer("securityContext: {allowPrivilegeEscalation: false}"),
    },
  ],
  policies: {
    PodSecurityPolicy: policyFlag(["spec", "allowPrivilegeEscalation"], "gain privileges", {
      whenMissing: true,
      peers: ["checkov:CKV_K8S_5"],
    }),
  },
  *container({ node, name, pod }) {
    const written = flag(node, "securityContext", "allowPrivilegeEscalation");
    if (isWindows(pod)) return;
    const forced = flag(node, "securityContext", "privileged") === true || capabilities(node, "add").includes("SYS_ADMIN");
    if (written === false && !forced) return;
    yield {
      at: spot(node, "securityContext", "allowPrivilegeEscalation"),
      message:
        written === false
          ? `${name} may gain privileges all the same: being privileged, or SYS_ADMIN, implies it`
          : `${name} may gain privileges by a setuid program`,
      advice: "Set securityContext.allowPrivilegeEscalation: false.",
      ...(written === true || forced
        ? written === false
          ? { peers: ["kubelinter:privilege-escalation-container"] }
          : {}
        : { peers: BY_DEFAULT }),
    };
  },
});
