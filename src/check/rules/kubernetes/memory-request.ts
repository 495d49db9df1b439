import { containerRule } from "../../kubernetes/define.ts";
import { inContainer } from "../../kubernetes/examples.ts";
import { requirement } from "../../kubernetes/requirement.ts";

const ALIASES = ["trivy:KSV-0016", "checkov:CKV_K8S_12", "kubescore:container-resources", "polaris:memoryRequestsMissing"];

export const memoryRequest = containerRule({
  id: "kubernetes/memory-request",
  aliases: ALIASES,
  item: "resource-limits",
  severity: "warning",
  confidence: "certain",
  summary: "A container asks for the memory it needs.",
  why: "The scheduler places pods by what they ask for, and when a node runs out, the pods that use more than they asked for are ended first.",
  source: "https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/",
  examples: [{ bad: inContainer("resources: {requests: {cpu: 250m}}"), good: inContainer("resources: {requests: {memory: 256Mi}}") }],
  holds: "ask for memory",
  *container(input) {
    yield* requirement(input, ALIASES, "requests", "memory", "The scheduler cannot know what it needs.");
  },
});
