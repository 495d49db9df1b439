import { has } from "../../../source/yaml/index.ts";
import { podRule } from "../../kubernetes/define.ts";
import { inDeployment, together } from "../../kubernetes/examples.ts";
import { budgetsFor, replicasOf } from "../../kubernetes/services.ts";

export const disruptionBudget = podRule({
  id: "kubernetes/disruption-budget",
  aliases: [
    "kubescore:deployment-has-poddisruptionbudget",
    "kubescore:statefulset-has-poddisruptionbudget",
    "polaris:missingPodDisruptionBudget",
  ],
  item: "zero-downtime",
  severity: "info",
  confidence: "likely",
  summary: "A service with several pods has a PodDisruptionBudget.",
  why: "When nodes are drained for an update, every pod that is on them is evicted at once; a budget makes the drain wait until the next ones are ready.",
  source: "https://kubernetes.io/docs/tasks/run-application/configure-pdb/",
  kinds: ["Deployment", "StatefulSet"],
  examples: [
    {
      bad: inDeployment("replicas: 3"),
      good: together(
        inDeployment("replicas: 3"),
        "apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: web}\nspec: {maxUnavailable: 1, selector: {matchLabels: {app: web}}}\n",
      ),
    },
  ],
  *pod({ name, pod, resource, subject }) {
    if (budgetsFor({ ...resource, pod }, subject.manifests).length > 0) return;
    const single = replicasOf(resource, subject.manifests) < 2;
    // Of one pod on purpose a budget could only forbid the eviction.
    if (single && has(resource.root, "spec", "replicas")) return;
    yield {
      at: resource.spot,
      message: `no PodDisruptionBudget speaks of ${name}${single ? ", should it ever have more than one pod" : ""}`,
      advice: "Add one with maxUnavailable: 1 and the pods' labels.",
      ...(single ? { confidence: "possible" as const } : {}),
      peers: [
        ...(single ? [] : ["kubescore:deployment-has-poddisruptionbudget", "kubescore:statefulset-has-poddisruptionbudget"]),
        ...(resource.kind === "Deployment" ? ["polaris:missingPodDisruptionBudget"] : []),
      ],
    };
  },
});
