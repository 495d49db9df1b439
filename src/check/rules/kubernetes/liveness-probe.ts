import { containerRule } from "../../kubernetes/define.ts";
import { inContainer } from "../../kubernetes/examples.ts";
import { isLongRunning } from "../../kubernetes/services.ts";
import { head, isSet } from "../../../source/yaml/index.ts";

export const livenessProbe = containerRule({
  id: "kubernetes/liveness-probe",
  aliases: ["checkov:CKV_K8S_8", "kubelinter:no-liveness-probe", "kubescore:pod-probes", "polaris:livenessProbeMissing"],
  item: "healthcheck",
  severity: "info",
  confidence: "certain",
  summary: "A container that serves says whether it is alive.",
  why: "A process that hangs does not exit: without a liveness probe it stays, and only a person notices. It asks the process alone: one that fails when a database is away makes things worse.",
  source: "https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/",
  examples: [{ bad: inContainer("args: [serve]"), good: inContainer("livenessProbe: {httpGet: {path: /healthz, port: 8080}}") }],
  roles: ["main"],
  *container({ node, name, resource }) {
    const endsByItself = !isLongRunning(resource);
    if ((!endsByItself || resource.kind === "Pod") && !isSet(node, "livenessProbe"))
      yield {
        at: head(node),
        message: `nothing notices when ${name} hangs`,
        advice: "Add a livenessProbe that asks the process itself and nothing behind it.",
        // Polaris leaves out jobs alone, not pods that end of themselves.
        ...(endsByItself ? { severity: "info" as const, confidence: "possible" as const, peers: ["polaris:livenessProbeMissing"] } : {}),
      };
  },
});
