import { podRule } from "../../kubernetes/define.ts";
import { inDeployment, together } from "../../kubernetes/examples.ts";
import { policiesFor } from "../../kubernetes/services.ts";
import { has, items, texts } from "../../../source/yaml/index.ts";
import type { Resource } from "../../../source/kubernetes/index.ts";

/** Which ways a policy closes; by default incoming, and outgoing when it has rules for it (API reference, NetworkPolicySpec). */
const directionsOf = (policy: Resource): readonly string[] => {
  const written = texts(policy.root, "spec", "policyTypes");
  return written.length > 0 ? written : ["Ingress", ...(has(policy.root, "spec", "egress") ? ["Egress"] : [])];
};

export const networkPolicy = podRule({
  id: "kubernetes/network-policy",
  aliases: ["checkov:CKV2_K8S_6", "kubelinter:non-isolated-pod", "kubescore:pod-networkpolicy", "polaris:missingNetworkPolicy"],
  item: "narrow-ports",
  severity: "info",
  confidence: "likely",
  summary: "A NetworkPolicy says who may talk to a pod, and whom it may talk to.",
  why: "Without one every pod of the cluster reaches every port of every other: whoever takes the weakest of them has the network of all.",
  source: "https://kubernetes.io/docs/concepts/services-networking/network-policies/",
  examples: [
    {
      bad: inDeployment("replicas: 3"),
      good: together(
        inDeployment("replicas: 3"),
        "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: web}\nspec:\n  podSelector: {matchLabels: {app: web}}\n  policyTypes: [Ingress, Egress]\n  ingress: [{ports: [{port: 8080}]}]\n  egress: [{to: [{podSelector: {matchLabels: {app: db}}}]}]\n",
      ),
    },
  ],
  *pod({ name, pod, resource, subject }) {
    const policies = policiesFor({ ...resource, pod }, subject.manifests);
    const polaris = "polaris:missingNetworkPolicy";
    if (policies.length === 0) {
      yield {
        at: resource.spot,
        message: `no NetworkPolicy speaks of ${name}`,
        advice: "Add one that lets in and out what it needs, or one for the whole namespace that lets nothing.",
        peers: ["checkov:CKV2_K8S_6", "kubelinter:non-isolated-pod", "kubescore:pod-networkpolicy", polaris],
      };
      return;
    }
    for (const direction of ["Ingress", "Egress"]) {
      const closing = policies.filter((policy) => directionsOf(policy).includes(direction));
      const rules = direction.toLowerCase();
      if (!closing.some((policy) => items(policy.root, "spec", rules).length > 0))
        yield {
          at: resource.spot,
          confidence: "possible",
          message:
            closing.length === 0
              ? `no NetworkPolicy speaks of the ${rules} of ${name}`
              : `the NetworkPolicies of ${name} let no ${rules} through at all`,
          advice: `Write the ${rules} that it needs.`,
          peers: [polaris],
        };
    }
  },
});
