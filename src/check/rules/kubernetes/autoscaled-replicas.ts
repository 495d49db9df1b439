import { podRule } from "../../kubernetes/define.ts";
import { inDeployment, together } from "../../kubernetes/examples.ts";
import { SERVING_KINDS, hpaOf } from "../../kubernetes/services.ts";
import { has, spot } from "../../../source/yaml/index.ts";
import { resourceName } from "../../../source/kubernetes/index.ts";

export const autoscaledReplicas = podRule({
  id: "kubernetes/autoscaled-replicas",
  aliases: ["kubescore:deployment-targeted-by-hpa-does-not-have-replicas-configured"],
  item: "zero-downtime",
  severity: "warning",
  confidence: "certain",
  summary: "A workload with an autoscaler does not also set a number of pods.",
  why: "Each apply sets the number back to what is written, in the middle of the busiest hour if need be, until the autoscaler notices.",
  source:
    "https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#migrating-deployments-and-statefulsets-to-horizontal-autoscaling",
  kinds: SERVING_KINDS,
  examples: [
    {
      bad: together(
        inDeployment("replicas: 3"),
        "kind: HorizontalPodAutoscaler\nmetadata: {name: web}\nspec: {scaleTargetRef: {kind: Deployment, name: web}}\n",
      ),
      good: together(
        inDeployment("minReadySeconds: 5"),
        "kind: HorizontalPodAutoscaler\nmetadata: {name: web}\nspec: {scaleTargetRef: {kind: Deployment, name: web}}\n",
      ),
    },
  ],
  *pod({ name, resource, subject }) {
    const scaler = hpaOf(resource, subject.manifests);
    if (scaler !== undefined && has(resource.root, "spec", "replicas"))
      yield {
        at: spot(resource.root, "spec", "replicas"),
        message: `${name} sets its number of pods, and so does ${resourceName(scaler)}`,
        advice: "Remove replicas.",
      };
  },
});
