import type { SourceText } from "../../core/index.ts";
import { head, type MappingNode, spot, type Span, text, textMap } from "../yaml/index.ts";
import { type Pod, podOf } from "./pod.ts";

/** One Kubernetes object as it was written. */
export interface Resource {
  readonly source: SourceText;
  readonly root: MappingNode;
  readonly apiVersion: string;
  /** `apps` of `apps/v1`, empty for the core group. */
  readonly group: string;
  readonly kind: string;
  /** `metadata.name`, or generateName; empty when neither is written. */
  readonly name: string;
  /** As written; absent means the namespace that kubectl or Helm is told. */
  readonly namespace?: string;
  readonly labels: ReadonlyMap<string, string>;
  readonly annotations: ReadonlyMap<string, string>;
  /** What it runs, when it is a workload. */
  readonly pod?: Pod;
  /** The chart's file that Helm made it from, by its `# Source:` comment. */
  readonly template?: string;
  /** `metadata.name`, else `kind`. */
  readonly spot: Span;
  /** The whole document, for ignores that speak of the object. */
  readonly extent: { readonly start: number; readonly end: number };
}

/** `Deployment/web`, as kubectl calls it. */
export const resourceName = ({ kind, name }: Resource): string => (name === "" ? kind : `${kind}/${name}`);

/** Kinds that rules ask for. The API server takes no other case, but a manifest with one is not to be passed for it. */
const KINDS = [
  "ClusterRole",
  "ClusterRoleBinding",
  "ConfigMap",
  "CronJob",
  "DaemonSet",
  "Deployment",
  "HorizontalPodAutoscaler",
  "Ingress",
  "Job",
  "NetworkPolicy",
  "Pod",
  "PodDisruptionBudget",
  "ReplicaSet",
  "ReplicationController",
  "Role",
  "RoleBinding",
  "Secret",
  "Service",
  "ServiceAccount",
  "StatefulSet",
];
const canonicalKinds: ReadonlyMap<string, string> = new Map(KINDS.map((kind) => [kind.toLowerCase(), kind]));

/** A mapping as an object; undefined when it has no kind. A missing apiVersion is empty. */
export const readResource = (root: MappingNode, template?: string): Resource | undefined => {
  const apiVersion = text(root, "apiVersion") ?? "";
  const written = text(root, "kind") ?? "";
  if (written === "") return undefined;
  const kind = canonicalKinds.get(written.toLowerCase()) ?? written;
  const name = text(root, "metadata", "name") ?? text(root, "metadata", "generateName") ?? "";
  const namespace = text(root, "metadata", "namespace");
  const pod = podOf(kind, root);
  return {
    source: root.source,
    root,
    apiVersion,
    group: apiVersion.includes("/") ? apiVersion.slice(0, apiVersion.indexOf("/")) : "",
    kind,
    name,
    ...(namespace === undefined ? {} : { namespace }),
    labels: textMap(root, "metadata", "labels"),
    annotations: textMap(root, "metadata", "annotations"),
    ...(pod === undefined ? {} : { pod }),
    ...(template === undefined ? {} : { template }),
    spot:
      name === ""
        ? spot(root, "kind")
        : head(spot(root, "metadata", text(root, "metadata", "name") === undefined ? "generateName" : "name")),
    extent: { start: root.start, end: root.end },
  };
};
