import { objectRule } from "../../kubernetes/define.ts";
import { inDeployment } from "../../kubernetes/examples.ts";
import { SERVING_KINDS, hpaOf } from "../../kubernetes/services.ts";
import { number, spot } from "../../../source/yaml/index.ts";

export const replicas = objectRule({
  id: "kubernetes/replicas",
  aliases: ["kubelinter:minimum-three-replicas", "kubescore:deployment-replicas", "polaris:deploymentMissingReplicas"],
  item: "zero-downtime",
  severity: "warning",
  confidence: "certain",
  summary: "A service runs in more than one pod.",
  why: "With one pod every failure of a node, every drain and every crash is an outage. With three, one may be away while another is replaced.",
  source: "https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#replicas",
  kinds: SERVING_KINDS,
  examples: [{ bad: inDeployment("replicas: 1"), good: inDeployment("replicas: 3") }],
  *object({ name, resource, manifests }) {
    if (hpaOf(resource, manifests) !== undefined) return;
    const count = number(resource.root, "spec", "replicas") ?? 1;
    if (count >= 3 || count === 0) return;
    yield {
      at: spot(resource.root, "spec", "replicas"),
      severity: count < 2 ? "warning" : "info",
      message: count < 2 ? `${name} runs in one pod` : `${name} runs in two pods: one left while the other is replaced`,
      advice: "Set replicas: 3, or give it an autoscaler; ignore this for what must be single.",
      peers: [
        "kubelinter:minimum-three-replicas",
        ...(count < 2 ? ["kubescore:deployment-replicas"] : []),
        ...(count < 2 && resource.kind === "Deployment" ? ["polaris:deploymentMissingReplicas"] : []),
      ],
    };
  },
});
