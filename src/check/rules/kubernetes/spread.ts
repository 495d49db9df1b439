import { podRule } from "../../kubernetes/define.ts";
import { inDeployment } from "../../kubernetes/examples.ts";
import { SERVING_KINDS, replicasOf } from "../../kubernetes/services.ts";
import { get, has, items, spot, texts } from "../../../source/yaml/index.ts";
import { labelSelector, selects } from "../../../source/kubernetes/index.ts";

export const spread = podRule({
  id: "kubernetes/spread",
  aliases: [
    "kubelinter:no-anti-affinity",
    "kubescore:deployment-has-host-podantiaffinity",
    "kubescore:statefulset-has-host-podantiaffinity",
    "kubescore:pod-topology-spread-constraints",
    "polaris:topologySpreadConstraint",
  ],
  item: "zero-downtime",
  severity: "info",
  confidence: "likely",
  summary: "The pods of a service are spread over nodes.",
  why: "Three pods on one node are as good as one: the node's failure takes all of them. The scheduler tends to spread, but promises nothing.",
  source: "https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/",
  kinds: SERVING_KINDS,
  examples: [
    {
      bad: inDeployment("replicas: 3"),
      good: "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  replicas: 3\n  template:\n    metadata: {labels: {app: web}}\n    spec:\n      topologySpreadConstraints: [{maxSkew: 1, topologyKey: kubernetes.io/hostname, whenUnsatisfiable: ScheduleAnyway, labelSelector: {matchLabels: {app: web}}}]\n      containers: [{name: web, image: 'shop/web:1.2.3'}]\n",
    },
  ],
  *pod({ name, pod: { spec, labels }, resource, subject }) {
    const required = items(spec, "affinity", "podAntiAffinity", "requiredDuringSchedulingIgnoredDuringExecution");
    const preferred = items(spec, "affinity", "podAntiAffinity", "preferredDuringSchedulingIgnoredDuringExecution").map((one) =>
      get(one, "podAffinityTerm"),
    );
    const terms = [...required, ...preferred, ...items(spec, "topologySpreadConstraints")];
    const itself = terms.filter((term) => {
      const namespaces = texts(term, "namespaces");
      const here = namespaces.length === 0 || namespaces.includes(resource.namespace ?? "default");
      return has(term, "topologyKey") && here && selects(labelSelector(get(term, "labelSelector")), labels);
    });
    if (itself.length > 0) return;
    const single = replicasOf(resource, subject.manifests) < 2;
    // One pod on purpose has nothing to be spread.
    if (single && has(resource.root, "spec", "replicas")) return;
    yield {
      at: spot(spec, terms.length > 0 ? "affinity" : "containers"),
      message:
        terms.length > 0 ? `${name} is kept apart from other pods, not from its own` : `the pods of ${name} may all land on one node`,
      advice: "Add topologySpreadConstraints with topologyKey: kubernetes.io/hostname and the pods' own labels.",
      ...(single
        ? { confidence: "possible" as const, peers: ["polaris:topologySpreadConstraint", "kubescore:pod-topology-spread-constraints"] }
        : {}),
    };
  },
});
