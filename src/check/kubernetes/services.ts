import { labelSelector, type Manifests, type Pod, type Resource, sameNamespace, selects } from "../../source/kubernetes/index.ts";
import { get, number, text } from "../../source/yaml/index.ts";

/** Kinds whose pods are meant to run for good. */
export const LONG_RUNNING: ReadonlySet<string> = new Set([
  "Pod",
  "Deployment",
  "StatefulSet",
  "DaemonSet",
  "ReplicaSet",
  "ReplicationController",
  "DeploymentConfig",
  "Rollout",
]);

/** Whether a workload is a service: no job, and no pod that ends of itself. */
export const isLongRunning = ({ kind, pod }: Resource): boolean =>
  LONG_RUNNING.has(kind) && !(kind === "Pod" && ["Never", "OnFailure"].includes(text(pod?.spec, "restartPolicy") ?? ""));

/** Kinds with a number of like pods. */
export const SERVING_KINDS: readonly string[] = [
  "Deployment",
  "StatefulSet",
  "ReplicaSet",
  "ReplicationController",
  "DeploymentConfig",
  "Rollout",
];

/** The autoscaler of a workload: a HorizontalPodAutoscaler or KEDA's ScaledObject. */
export const hpaOf = (resource: Resource, manifests: Manifests): Resource | undefined =>
  manifests
    .ofKind("HorizontalPodAutoscaler", "ScaledObject")
    .find(
      (scaler) =>
        sameNamespace(scaler.namespace, resource.namespace) &&
        text(scaler.root, "spec", "scaleTargetRef", "name") === resource.name &&
        (text(scaler.root, "spec", "scaleTargetRef", "kind") ?? "Deployment") === resource.kind,
    );

/** The fewest pods that an autoscaler leaves; both kinds have their own word and default. */
export const minReplicas = (scaler: Resource): number | undefined =>
  scaler.kind === "ScaledObject" ? number(scaler.root, "spec", "minReplicaCount") : number(scaler.root, "spec", "minReplicas");

/** Pods that a workload has at least: its autoscaler's, else its own, else one. */
export const replicasOf = (resource: Resource, manifests: Manifests): number => {
  const scaler = hpaOf(resource, manifests);
  return (scaler === undefined ? undefined : minReplicas(scaler)) ?? number(resource.root, "spec", "replicas") ?? 1;
};

const selecting =
  (kind: string, selector: readonly string[]) =>
  (resource: Resource & { readonly pod: Pod }, manifests: Manifests): readonly Resource[] =>
    manifests
      .ofKind(kind)
      .filter(
        (one) =>
          sameNamespace(one.namespace, resource.namespace) && selects(labelSelector(get(one.root, ...selector)), resource.pod.labels),
      );

/** PodDisruptionBudgets that speak of a workload's pods. */
export const budgetsFor = selecting("PodDisruptionBudget", ["spec", "selector"]);
/** NetworkPolicies that speak of a workload's pods. */
export const policiesFor = selecting("NetworkPolicy", ["spec", "podSelector"]);
