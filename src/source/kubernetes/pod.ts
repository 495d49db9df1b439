import { get, items, type MappingNode, text, textMap, type YamlNode } from "../yaml/index.ts";

export const CONTAINER_ROLES = ["main", "init", "ephemeral"] as const;

export interface Container {
  readonly role: (typeof CONTAINER_ROLES)[number];
  /** Empty when none is written. */
  readonly name: string;
  /** As written; empty when none is. */
  readonly image: string;
  readonly node: MappingNode;
}

/** The pod that a workload runs, whatever its kind. */
export interface Pod {
  /** The pod's spec: of a Deployment `spec.template.spec`. */
  readonly spec: MappingNode;
  /** Where the pod's metadata and spec stand: the object itself, or its template. */
  readonly template: MappingNode;
  readonly labels: ReadonlyMap<string, string>;
  readonly annotations: ReadonlyMap<string, string>;
  /** Init containers first, then the main ones, then ephemeral ones. */
  readonly containers: readonly Container[];
}

/** Where kinds keep their pod (Kubernetes API reference, workload resources; Knative, Argo Rollouts and OpenShift keep theirs in the same place). */
const TEMPLATES: Readonly<Record<string, readonly string[]>> = {
  Pod: [],
  PodTemplate: ["template"],
  CronJob: ["spec", "jobTemplate", "spec", "template"],
  ScheduledJob: ["spec", "jobTemplate", "spec", "template"],
};
const DEFAULT_TEMPLATE: readonly string[] = ["spec", "template"];

const containersIn = (spec: MappingNode, key: string, role: Container["role"]): readonly Container[] =>
  items(spec, key).flatMap((node) =>
    node.kind === "mapping" ? [{ role, name: text(node, "name") ?? "", image: text(node, "image") ?? "", node }] : [],
  );

const isPodSpec = (node: YamlNode | undefined): node is MappingNode => node?.kind === "mapping";

/** The pod of an object; undefined for kinds that run none. Any kind with a `spec.template.spec.containers` counts as a workload. */
export const podOf = (kind: string, root: MappingNode): Pod | undefined => {
  const path = Object.hasOwn(TEMPLATES, kind) ? (TEMPLATES[kind] ?? []) : DEFAULT_TEMPLATE;
  const template = get(root, ...path);
  const spec = get(template, "spec");
  if (template?.kind !== "mapping" || !isPodSpec(spec)) return undefined;
  const known = Object.hasOwn(TEMPLATES, kind) || WORKLOADS.has(kind);
  if (!known && items(spec, "containers").length === 0) return undefined;
  return {
    spec,
    template,
    labels: textMap(template, "metadata", "labels"),
    annotations: textMap(template, "metadata", "annotations"),
    containers: [
      ...containersIn(spec, "initContainers", "init"),
      ...containersIn(spec, "containers", "main"),
      ...containersIn(spec, "ephemeralContainers", "ephemeral"),
    ],
  };
};

const WORKLOADS: ReadonlySet<string> = new Set([
  "Deployment",
  "StatefulSet",
  "DaemonSet",
  "ReplicaSet",
  "Job",
  "ReplicationController",
  "DeploymentConfig",
  "Rollout",
]);
