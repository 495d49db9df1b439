import { spot } from "../../../source/yaml/index.ts";
import { NOTHING, kubernetesRule } from "../../rule.ts";

export const systemNamespace = kubernetesRule({
  id: "kubernetes/system-namespace",
  aliases: ["trivy:KSV-0037"],
  item: "no-host-access",
  severity: "warning",
  confidence: "certain",
  summary: "Nothing of yours is in kube-system.",
  why: "What runs there is exempt from most policies and sits beside the cluster's own secrets: a hole in it is a hole in the cluster.",
  source: "https://kubernetes.io/docs/concepts/overview/working-with-objects/namespaces/#initial-namespaces",
  examples: [
    {
      bad: "apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: kube-system}\nspec: {containers: [{name: web, image: 'shop/web:1.2.3'}]}\n",
      good: "apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: shop}\nspec: {containers: [{name: web, image: 'shop/web:1.2.3'}]}\n",
    },
  ],
  applies: ({ resource, name }) => resource.pod !== undefined || `${name} runs no pod`,
  proves: () => NOTHING,
  *check({ resource, name }) {
    const ofTheCluster =
      resource.labels.get("tier") === "control-plane" &&
      /^(?:kube-(?:apiserver|controller-manager|scheduler)|etcd)$/.test(resource.labels.get("component") ?? "");
    if (resource.namespace === "kube-system" && !ofTheCluster)
      yield {
        at: spot(resource.root, "metadata", "namespace"),
        message: `${name} is in kube-system`,
        advice: "Give it a namespace of its own.",
      };
  },
});
