import { podRule } from "../../kubernetes/define.ts";
import { inDeployment } from "../../kubernetes/examples.ts";
import { get, has, spot } from "../../../source/yaml/index.ts";
import { type Resource, isEmptySelector, labelSelector, plainSelector, selects } from "../../../source/kubernetes/index.ts";

/** DeploymentConfig and ReplicationController write labels without matchLabels. */
const selectorOf = ({ root, kind }: Resource) =>
  ["DeploymentConfig", "ReplicationController"].includes(kind)
    ? plainSelector(get(root, "spec", "selector"))
    : labelSelector(get(root, "spec", "selector"));

export const selectorMismatch = podRule({
  id: "kubernetes/selector-mismatch",
  aliases: [
    "kubelinter:mismatching-selector",
    "kubescore:deployment-pod-selector-labels-match-template-metadata-labels",
    "kubescore:statefulset-pod-selector-labels-match-template-metadata-labels",
  ],
  item: "zero-downtime",
  severity: "error",
  confidence: "certain",
  summary: "A workload's selector matches the labels of its own pods.",
  why: "The API server refuses a workload that would not know its own pods, so the release fails; where it is old enough to take it, pods are started without end.",
  source: "https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#selector",
  kinds: ["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "DeploymentConfig", "ReplicationController", "Rollout"],
  examples: [{ bad: inDeployment("selector: {matchLabels: {app: shop}}"), good: inDeployment("selector: {matchLabels: {app: web}}") }],
  *pod({ name, pod, resource }) {
    const selector = selectorOf(resource);
    const optional = ["DeploymentConfig", "ReplicationController"].includes(resource.kind);
    if (has(resource.root, "spec", "selector") ? !isEmptySelector(selector) && selects(selector, pod.labels) : optional) return;
    if (!has(resource.root, "spec", "selector") && /^(?:extensions|apps)\/v1beta/.test(resource.apiVersion)) return;
    yield {
      at: spot(resource.root, "spec", "selector"),
      message: has(resource.root, "spec", "selector") ? `${name} does not select its own pods` : `${name} has no selector`,
      advice: "Write the labels of template.metadata.labels into selector.matchLabels.",
      ...(has(resource.root, "spec", "selector") ? {} : { peers: ["kubelinter:mismatching-selector"] }),
    };
  },
});
