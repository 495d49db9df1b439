import { objectRule } from "../../kubernetes/define.ts";
import { inDeployment, together } from "../../kubernetes/examples.ts";
import { type YamlNode, get, has, items, spot } from "../../../source/yaml/index.ts";
import { isEmptySelector, labelSelector } from "../../../source/kubernetes/index.ts";

/** Peers of a rule: what it lets in or out. */
const peersOf = (policy: YamlNode): readonly YamlNode[] =>
  [
    ["ingress", "from"],
    ["egress", "to"],
  ].flatMap(([way = "", side = ""]) => items(policy, "spec", way).flatMap((rule) => items(rule, side)));

const isNarrow = (peer: YamlNode): boolean => ["podSelector", "namespaceSelector"].some((key) => has(peer, key));

export const networkPolicySelector = objectRule({
  id: "kubernetes/network-policy-selector",
  aliases: [
    "trivy:KSV-0038",
    "kubelinter:dangling-networkpolicy",
    "kubelinter:dangling-networkpolicypeer-podselector",
    "kubescore:networkpolicy-targets-pod",
  ],
  item: "narrow-ports",
  severity: "warning",
  confidence: "likely",
  summary: "A NetworkPolicy selects pods that there are, and says which.",
  why: "A policy whose labels match no pod protects nothing, and nobody notices: everything works. One that was meant for one service and selects all cuts the others off.",
  source: "https://kubernetes.io/docs/concepts/services-networking/network-policies/#networkpolicy-resource",
  kinds: ["NetworkPolicy"],
  examples: [
    {
      bad: together(
        inDeployment("replicas: 3"),
        "kind: NetworkPolicy\nmetadata: {name: web}\nspec: {podSelector: {matchLabels: {app: wbe}}}\n",
      ),
      good: together(
        inDeployment("replicas: 3"),
        "kind: NetworkPolicy\nmetadata: {name: web}\nspec: {podSelector: {matchLabels: {app: web}}}\n",
      ),
    },
  ],
  *object({ resource, name, manifests }) {
    const { root } = resource;
    const selector = get(root, "spec", "podSelector");
    const advice = "Write the labels of the pods it is for.";
    if (selector === undefined && !has(root, "spec", "namespaceSelector") && !peersOf(root).some(isNarrow))
      yield { at: spot(root, "spec"), message: `${name} says of no pod that it is for it`, advice, peers: ["trivy:KSV-0038"] };
    const wanted = labelSelector(selector);
    if (!isEmptySelector(wanted) && manifests.selectedBy(wanted, resource.namespace).length === 0)
      yield {
        at: spot(root, "spec", "podSelector"),
        message: `${name} selects no pod that is here`,
        advice,
        peers: ["kubelinter:dangling-networkpolicy", "kubescore:networkpolicy-targets-pod"],
      };
    for (const peer of peersOf(root)) {
      const other = labelSelector(get(peer, "podSelector"));
      if (isEmptySelector(other) || has(peer, "namespaceSelector") || manifests.selectedBy(other, resource.namespace).length > 0) continue;
      yield {
        at: spot(peer, "podSelector"),
        confidence: "possible",
        message: `${name} lets through pods with labels that no pod here has`,
        advice,
        peers: ["kubelinter:dangling-networkpolicypeer-podselector"],
      };
    }
  },
});
