import { containerRule } from "../../kubernetes/define.ts";
import { inContainer } from "../../kubernetes/examples.ts";
import { isLongRunning } from "../../kubernetes/services.ts";
import { head, isSet } from "../../../source/yaml/index.ts";

export const readinessProbe = containerRule({
  id: "kubernetes/readiness-probe",
  aliases: ["checkov:CKV_K8S_9", "kubelinter:no-readiness-probe", "kubescore:pod-probes", "polaris:readinessProbeMissing"],
  item: "healthcheck",
  severity: "warning",
  confidence: "certain",
  summary: "A container that serves says when it is ready for requests.",
  why: "Without a readiness probe a pod gets requests from the moment its process exists: every rollout loses those that come before it listens, and a broken version replaces a good one.",
  source: "https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/",
  examples: [{ bad: inContainer("args: [serve]"), good: inContainer("readinessProbe: {httpGet: {path: /readyz, port: 8080}}") }],
  roles: ["main"],
  *container({ node, name, resource }) {
    const endsByItself = !isLongRunning(resource);
    if ((!endsByItself || resource.kind === "Pod") && !isSet(node, "readinessProbe"))
      yield {
        at: head(node),
        message: `${name} counts as ready from the moment it starts`,
        advice: "Add a readinessProbe that is met once it can do its work.",
        // Polaris leaves out jobs alone, not pods that end of themselves.
        ...(endsByItself ? { severity: "info" as const, confidence: "possible" as const, peers: ["polaris:readinessProbeMissing"] } : {}),
      };
  },
});
