import { containerRule } from "../../kubernetes/define.ts";
import { inContainer } from "../../kubernetes/examples.ts";
import { requirement } from "../../kubernetes/requirement.ts";

const ALIASES = [
  "trivy:KSV-0015",
  "checkov:CKV_K8S_10",
  "kubelinter:unset-cpu-requirements",
  "kubescore:container-resources",
  "polaris:cpuRequestsMissing",
];

export const cpuRequest = containerRule({
  id: "kubernetes/cpu-request",
  aliases: ALIASES,
  item: "resource-limits",
  severity: "warning",
  confidence: "certain",
  summary: "A container asks for the CPU it needs.",
  why: "The scheduler places pods by what they ask for: a pod that asks for nothing is put on a full node, and gets what is left there.",
  source: "https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/",
  examples: [{ bad: inContainer("resources: {requests: {memory: 256Mi}}"), good: inContainer("resources: {requests: {cpu: 250m}}") }],
  holds: "ask for CPU",
  *container(input) {
    yield* requirement(input, ALIASES, "requests", "cpu", "The scheduler cannot know what it needs.");
  },
});
