import { objectRule } from "../../kubernetes/define.ts";
import { has, items, spot } from "../../../source/yaml/index.ts";

const OF_A_RANGE = ["max", "min", "default", "defaultRequest"];
const OF_A_QUOTA = ["requests.cpu", "requests.memory", "limits.cpu", "limits.memory"];

export const namespaceLimits = objectRule({
  id: "kubernetes/namespace-limits",
  aliases: ["trivy:KSV-0039", "trivy:KSV-0040"],
  item: "resource-limits",
  severity: "info",
  confidence: "certain",
  summary: "The limits of a namespace leave nothing open.",
  why: "A LimitRange without defaults leaves containers without limits, a quota without memory lets one namespace take the whole cluster's.",
  source: "https://kubernetes.io/docs/concepts/policy/limit-range/",
  kinds: ["LimitRange", "ResourceQuota"],
  examples: [
    {
      bad: "apiVersion: v1\nkind: ResourceQuota\nmetadata: {name: shop, namespace: shop}\nspec: {hard: {requests.cpu: '4'}}\n",
      good: "apiVersion: v1\nkind: ResourceQuota\nmetadata: {name: shop, namespace: shop}\nspec: {hard: {requests.cpu: '4', requests.memory: 8Gi, limits.cpu: '8', limits.memory: 8Gi}}\n",
    },
  ],
  *object({ resource: { root, kind }, name }) {
    const range = kind === "LimitRange";
    const limits = items(root, "spec", "limits");
    const missing = range
      ? OF_A_RANGE.filter((key) => !limits.some((limit) => has(limit, key)))
      : OF_A_QUOTA.filter((key) => !has(root, "spec", "hard", key));
    if (missing.length > 0)
      yield {
        at: spot(root, "spec", range ? "limits" : "hard"),
        message: `${name} says nothing of ${missing.join(", ")}`,
        advice: `Set ${missing.join(", ")}.`,
        peers: [range ? "trivy:KSV-0039" : "trivy:KSV-0040"],
      };
  },
});
