import { containerRule } from "../../kubernetes/define.ts";
import { inContainer } from "../../kubernetes/examples.ts";
import { requirement } from "../../kubernetes/requirement.ts";

const ALIASES = [
  "trivy:KSV-0018",
  "checkov:CKV_K8S_13",
  "kubelinter:unset-memory-requirements",
  "kubescore:container-resources",
  "polaris:memoryLimitsMissing",
];

export const memoryLimit = containerRule({
  id: "kubernetes/memory-limit",
  aliases: ALIASES,
  item: "resource-limits",
  severity: "warning",
  confidence: "certain",
  summary: "A container has a memory limit.",
  why: "A container without one that leaks takes its node's memory, and the kernel then ends whatever it likes there, also pods that did nothing wrong.",
  source: "https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/",
  examples: [{ bad: inContainer("resources: {limits: {cpu: '1'}}"), good: inContainer("resources: {limits: {memory: 256Mi}}") }],
  holds: "have a memory limit",
  *container(input) {
    yield* requirement(input, ALIASES, "limits", "memory", "It can take all of the node's memory.");
  },
});
