import { objectRule } from "../../kubernetes/define.ts";
import { SERVING_KINDS, hpaOf, replicasOf } from "../../kubernetes/services.ts";
import { get, isSet, spot, text, textMap } from "../../../source/yaml/index.ts";
import {
  type Manifests,
  type Resource,
  isEmptySelector,
  labelSelector,
  resourceName,
  sameNamespace,
  selects,
} from "../../../source/kubernetes/index.ts";

/** A share of 100 % or more, or a number, of so many pods. */
const podsOf = (written: string | undefined, of: number): number | undefined => {
  if (written === undefined) return undefined;
  const share = /^(\d+)%$/.exec(written.trim());
  return share === null ? Number(written) : Math.ceil((Number(share[1]) * of) / 100);
};

const selectorOf = (resource: Resource): ReadonlyMap<string, string> =>
  resource.pod !== undefined && resource.pod.labels.size > 0
    ? resource.pod.labels
    : textMap(resource.root, "spec", "selector", "matchLabels");

const targetsOf = (budget: Resource, manifests: Manifests): readonly Resource[] => {
  const selector = labelSelector(get(budget.root, "spec", "selector"));
  return isEmptySelector(selector)
    ? []
    : manifests
        .ofKind(...SERVING_KINDS)
        .filter((one) => sameNamespace(one.namespace, budget.namespace) && selects(selector, selectorOf(one)));
};

export const disruptionPolicy = objectRule({
  id: "kubernetes/disruption-policy",
  aliases: [
    "kubelinter:pdb-max-unavailable",
    "kubelinter:pdb-min-available",
    "kubelinter:pdb-unhealthy-pod-eviction-policy",
    "kubescore:poddisruptionbudget-has-policy",
    "polaris:pdbDisruptionsIsZero",
    "polaris:pdbMinAvailableGreaterThanHPAMinReplicas",
  ],
  item: "zero-downtime",
  severity: "warning",
  confidence: "certain",
  summary: "A PodDisruptionBudget lets at least one pod go, and says what becomes of sick ones.",
  why: "A budget that never allows an eviction blocks every drain: nodes cannot be updated until somebody deletes it, usually at night.",
  source: "https://kubernetes.io/docs/tasks/run-application/configure-pdb/",
  kinds: ["PodDisruptionBudget"],
  examples: [
    {
      bad: "apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: web}\nspec: {maxUnavailable: 0, unhealthyPodEvictionPolicy: AlwaysAllow}\n",
      good: "apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: web}\nspec: {maxUnavailable: 1, unhealthyPodEvictionPolicy: AlwaysAllow}\n",
    },
  ],
  *object({ resource, name, manifests }) {
    const most = text(resource.root, "spec", "maxUnavailable");
    const least = text(resource.root, "spec", "minAvailable");
    const advice = "Set maxUnavailable: 1.";
    if (most !== undefined && /^0%?$/.test(most))
      yield {
        at: spot(resource.root, "spec", "maxUnavailable"),
        message: `${name} allows no pod to be evicted`,
        advice,
        peers: ["kubelinter:pdb-max-unavailable", "polaris:pdbDisruptionsIsZero"],
      };
    if (least === "100%")
      yield {
        at: spot(resource.root, "spec", "minAvailable"),
        message: `${name} allows no pod to be evicted`,
        advice,
        peers: ["kubelinter:pdb-min-available", "polaris:pdbDisruptionsIsZero"],
      };
    if (most === undefined && least === undefined)
      yield {
        at: spot(resource.root, "spec"),
        severity: "info",
        message: `${name} says neither minAvailable nor maxUnavailable`,
        advice,
        peers: ["kubescore:poddisruptionbudget-has-policy"],
      };
    if (!isSet(resource.root, "spec", "unhealthyPodEvictionPolicy"))
      yield {
        at: spot(resource.root, "spec"),
        severity: "info",
        message: `${name} keeps pods that do not work from being evicted, which is the default`,
        advice: "Set unhealthyPodEvictionPolicy: AlwaysAllow.",
        peers: ["kubelinter:pdb-unhealthy-pod-eviction-policy"],
      };
    for (const target of targetsOf(resource, manifests)) {
      const count = replicasOf(target, manifests);
      const kept = podsOf(least, count);
      if (kept !== undefined && kept >= count)
        yield {
          at: spot(resource.root, "spec", "minAvailable"),
          message: `${name} wants ${kept} of the ${count} pods that ${resourceName(target)} may have: none can be evicted`,
          advice,
          peers: [
            "kubelinter:pdb-min-available",
            ...(kept > count && hpaOf(target, manifests) !== undefined ? ["polaris:pdbMinAvailableGreaterThanHPAMinReplicas"] : []),
          ],
        };
    }
  },
});
