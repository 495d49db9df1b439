import { containerRule } from "../../kubernetes/define.ts";
import { inContainer } from "../../kubernetes/examples.ts";
import { requirement } from "../../kubernetes/requirement.ts";

const ALIASES = ["trivy:KSV-0011", "checkov:CKV_K8S_11", "kubescore:container-resources", "polaris:cpuLimitsMissing"];

export const cpuLimit = containerRule({
  id: "kubernetes/cpu-limit",
  aliases: ALIASES,
  item: "resource-limits",
  severity: "info",
  confidence: "certain",
  summary: "A container has a CPU limit.",
  why: "Without one a container takes all the CPU that its node has free, and what it got used to is gone when a neighbour wakes up. Some leave it out on purpose, so that idle CPU is used; then the request decides.",
  source: "https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/",
  examples: [{ bad: inContainer("resources: {limits: {memory: 256Mi}}"), good: inContainer("resources: {limits: {cpu: '1'}}") }],
  holds: "have a CPU limit",
  *container(input) {
    yield* requirement(input, ALIASES, "limits", "cpu", "A container may use all of the node's CPU.");
  },
});
