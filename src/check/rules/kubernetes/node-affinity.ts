import { podRule } from "../../kubernetes/define.ts";
import { inDeployment } from "../../kubernetes/examples.ts";
import { isSet, spot } from "../../../source/yaml/index.ts";

export const nodeAffinity = podRule({
  id: "kubernetes/node-affinity",
  aliases: ["kubelinter:no-node-affinity"],
  item: "zero-downtime",
  severity: "info",
  confidence: "certain",
  profile: "strict",
  summary: "A workload says on which nodes it belongs.",
  why: "In a cluster of several kinds of nodes, a pod that says nothing lands on whatever is free: the small ones, those of another team, those that may be taken away at any minute.",
  source: "https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/",
  examples: [
    {
      bad: inDeployment("replicas: 3"),
      good: "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  template:\n    spec:\n      nodeSelector: {pool: web}\n      containers: [{name: web, image: 'shop/web:1.2.3'}]\n",
    },
  ],
  *pod({ name, pod: { spec } }) {
    if (!isSet(spec, "affinity", "nodeAffinity") && !isSet(spec, "nodeSelector") && !isSet(spec, "nodeName"))
      yield { at: spot(spec, "affinity"), message: `${name} may run on any node`, advice: "Add a nodeSelector or a nodeAffinity." };
  },
});
