import { objectRule } from "../../kubernetes/define.ts";
import { minReplicas } from "../../kubernetes/services.ts";
import { number, spot } from "../../../source/yaml/index.ts";

export const autoscalerBounds = objectRule({
  id: "kubernetes/autoscaler-bounds",
  aliases: [
    "kubelinter:hpa-minimum-three-replicas",
    "kubescore:horizontalpodautoscaler-replicas",
    "polaris:hpaMinAvailability",
    "polaris:hpaMaxAvailability",
  ],
  item: "zero-downtime",
  severity: "warning",
  confidence: "certain",
  summary: "An autoscaler leaves more than one pod and has room to add some.",
  why: "At night, when an autoscaler goes down to its minimum, a minimum of one makes every failure an outage; when minimum and maximum are the same it does nothing at all.",
  source: "https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/",
  kinds: ["HorizontalPodAutoscaler", "ScaledObject"],
  examples: [
    {
      bad: "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: web}\nspec: {minReplicas: 1, maxReplicas: 9, scaleTargetRef: {kind: Deployment, name: web}}\n",
      good: "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: web}\nspec: {minReplicas: 3, maxReplicas: 9, scaleTargetRef: {kind: Deployment, name: web}}\n",
    },
  ],
  *object({ resource, name }) {
    const least = minReplicas(resource);
    const keda = resource.kind === "ScaledObject";
    const most = number(resource.root, "spec", keda ? "maxReplicaCount" : "maxReplicas");
    const at = spot(resource.root, "spec", keda ? "minReplicaCount" : "minReplicas");
    const count = least ?? (keda ? 0 : 1);
    if (count < 3)
      yield {
        at,
        severity: count < 2 ? "warning" : "info",
        message:
          count < 2
            ? `${name} goes down to ${count} pod${count === 0 ? "s" : ""}`
            : `${name} goes down to two pods: one left while the other is replaced`,
        advice: "Set the minimum to 3.",
        peers: [
          "kubelinter:hpa-minimum-three-replicas",
          ...(count < 2 ? ["kubescore:horizontalpodautoscaler-replicas"] : []),
          ...(least !== undefined && least < 2 ? ["polaris:hpaMinAvailability"] : []),
        ],
      };
    if (!keda && least !== undefined && most === undefined)
      yield {
        at: spot(resource.root, "spec", "maxReplicas"),
        message: `${name} has no maximum, without which the API server refuses it`,
        advice: "Set maxReplicas above the minimum.",
        peers: ["polaris:hpaMaxAvailability"],
      };
    if (least !== undefined && most !== undefined && most <= least)
      yield {
        at: spot(resource.root, "spec", keda ? "maxReplicaCount" : "maxReplicas"),
        message: `${name} has no room: from ${least} to ${most} pods`,
        advice: "Set the maximum above the minimum.",
        peers: ["polaris:hpaMaxAvailability"],
      };
  },
});
