import { podRule } from "../../kubernetes/define.ts";
import { inDeployment } from "../../kubernetes/examples.ts";
import { spot, text } from "../../../source/yaml/index.ts";

export const updateStrategy = podRule({
  id: "kubernetes/update-strategy",
  aliases: ["kubelinter:no-rolling-update-strategy", "kubescore:deployment-strategy"],
  item: "zero-downtime",
  severity: "warning",
  confidence: "certain",
  summary: "A workload is updated pod by pod.",
  why: "Recreate ends all pods before it starts the first new one: each release is an outage. OnDelete releases nothing until somebody deletes pods.",
  source: "https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#strategy",
  kinds: ["Deployment", "DeploymentConfig", "DaemonSet", "StatefulSet"],
  examples: [{ bad: inDeployment("strategy: {type: Recreate}"), good: inDeployment("strategy: {type: RollingUpdate}") }],
  *pod({ name, resource }) {
    const key = ["Deployment", "DeploymentConfig"].includes(resource.kind) ? "strategy" : "updateStrategy";
    const type = text(resource.root, "spec", key, "type");
    if (type !== undefined && !/^Rolling(?:Update)?$/.test(type))
      yield {
        at: spot(resource.root, "spec", key, "type"),
        message: `${name} is updated by ${type}: nothing serves in between`,
        advice: "Use RollingUpdate; where two versions must not run at once, ignore this and say so.",
      };
  },
});
