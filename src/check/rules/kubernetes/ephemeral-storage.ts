import { containerRule } from "../../kubernetes/define.ts";
import { inContainer } from "../../kubernetes/examples.ts";
import { has, spot } from "../../../source/yaml/index.ts";

export const ephemeralStorage = containerRule({
  id: "kubernetes/ephemeral-storage",
  aliases: ["kubescore:container-ephemeral-storage-request-and-limit"],
  item: "resource-limits",
  severity: "info",
  confidence: "certain",
  summary: "A container's use of the node's disk is asked for and limited.",
  why: "What a container writes to its root, to an emptyDir and to its logs fills its node's disk; a full disk makes the kubelet evict pods, whoever wrote.",
  source: "https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/#local-ephemeral-storage",
  examples: [
    {
      bad: inContainer("resources: {limits: {memory: 256Mi}}"),
      good: inContainer("resources: {requests: {ephemeral-storage: 100Mi}, limits: {ephemeral-storage: 1Gi}}"),
    },
  ],
  *container({ node, name }) {
    const missing = (["limits", "requests"] as const).filter((part) => !has(node, "resources", part, "ephemeral-storage"));
    const [first] = missing;
    if (first === undefined) return;
    yield {
      at: spot(node, "resources", first),
      message: `${name} ${first === "limits" ? "can fill its node's disk" : "does not say how much disk it needs"}`,
      advice: `Set ${missing.map((part) => `resources.${part}.ephemeral-storage`).join(" and ")}.`,
    };
  },
});
