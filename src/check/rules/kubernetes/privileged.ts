import { containerRule } from "../../kubernetes/define.ts";
import { inContainer } from "../../kubernetes/examples.ts";
import { policyFlag } from "../../kubernetes/policies.ts";
import { flag, spot } from "../../../source/yaml/index.ts";

export const privileged = containerRule({
  id: "kubernetes/privileged",
  aliases: [
    "trivy:KSV-0017",
    "checkov:CKV_K8S_16",
    "checkov:CKV_K8S_2",
    "kubelinter:privileged-container",
    "kubelinter:scc-deny-privileged-container",
    "kubescore:container-security-context-privileged",
    "polaris:runAsPrivileged",
  ],
  item: "least-capabilities",
  severity: "error",
  confidence: "certain",
  summary: "No container is privileged.",
  why: "A privileged container has every capability and every device of its node: who gets into it is root on the node, and from there reads the secrets of all other pods on it.",
  source: "https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline",
  examples: [{ bad: inContainer("securityContext: {privileged: true}"), good: inContainer("securityContext: {privileged: false}") }],
  roles: ["main", "init", "ephemeral"],
  policies: {
    PodSecurityPolicy: policyFlag(["spec", "privileged"], "run privileged", { peers: ["checkov:CKV_K8S_2"] }),
    SecurityContextConstraints: policyFlag(["allowPrivilegedContainer"], "run privileged", {
      peers: ["kubelinter:scc-deny-privileged-container"],
    }),
  },
  holds: "are not privileged",
  *container({ node, name }) {
    if (flag(node, "securityContext", "privileged") === true)
      yield {
        at: spot(node, "securityContext", "privileged"),
        message: `${name} is privileged: it is root on its node`,
        advice: "Remove privileged, and add the one capability or device that it fails without.",
      };
  },
});
