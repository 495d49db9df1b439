import { containerRule } from "../../kubernetes/define.ts";
import { inContainer } from "../../kubernetes/examples.ts";
import { quantity } from "../../kubernetes/quantity.ts";
import { spot, text } from "../../../source/yaml/index.ts";

const RESOURCES = [
  ["cpu", "kubescore:container-cpu-requests-equal-limits"],
  ["memory", "kubescore:container-memory-requests-equal-limits"],
  ["ephemeral-storage", "kubescore:container-ephemeral-storage-request-equals-limit"],
] as const;

export const requestsEqualLimits = containerRule({
  id: "kubernetes/requests-equal-limits",
  aliases: [
    "kubescore:container-resource-requests-equal-limits",
    "kubescore:container-cpu-requests-equal-limits",
    "kubescore:container-memory-requests-equal-limits",
    "kubescore:container-ephemeral-storage-request-equals-limit",
  ],
  item: "resource-limits",
  severity: "info",
  confidence: "certain",
  profile: "strict",
  summary: "A container asks for as much as it may use.",
  why: "Only a pod whose requests equal its limits is of the class Guaranteed, which is ended last when its node runs short.",
  source: "https://kubernetes.io/docs/concepts/workloads/pods/pod-qos/",
  examples: [
    {
      bad: inContainer("resources: {requests: {memory: 128Mi}, limits: {memory: 256Mi}}"),
      good: inContainer("resources: {requests: {memory: 256Mi}, limits: {memory: 0.25Gi}}"),
    },
  ],
  *container({ node, name }) {
    for (const [resource, peer] of RESOURCES) {
      const request = quantity(text(node, "resources", "requests", resource));
      const limit = quantity(text(node, "resources", "limits", resource));
      // A request that is not written is taken from the limit.
      if (request === undefined || request === limit) continue;
      yield {
        at: spot(node, "resources", "requests", resource),
        message: `${name} asks for another amount of ${resource} than it may use`,
        advice: "Set both to what it was seen to need.",
        peers: resource === "ephemeral-storage" ? [peer] : [peer, "kubescore:container-resource-requests-equal-limits"],
      };
    }
  },
});
