import { containerRule } from "../../kubernetes/define.ts";
import { inContainer } from "../../kubernetes/examples.ts";
import { items, number, spot, text } from "../../../source/yaml/index.ts";

export const hostPorts = containerRule({
  id: "kubernetes/host-ports",
  aliases: ["trivy:KSV-0024", "checkov:CKV_K8S_26", "polaris:hostPortSet"],
  item: "narrow-ports",
  severity: "warning",
  confidence: "certain",
  summary: "No container takes a port of its node.",
  why: "A host port is open on every address of the node, past Services and often past network policies, and no two pods with it fit on one node.",
  source: "https://kubernetes.io/docs/concepts/configuration/overview/#services",
  examples: [{ bad: inContainer("ports: [{containerPort: 8080, hostPort: 80}]"), good: inContainer("ports: [{containerPort: 8080}]") }],
  holds: "take no port of the node",
  *container({ node, name }) {
    for (const [index, port] of items(node, "ports").entries())
      if ((number(port, "hostPort") ?? 0) !== 0)
        yield {
          at: spot(node, "ports", index, "hostPort"),
          message: `${name} takes port ${text(port, "hostPort") ?? ""} of its node`,
          advice: "Remove hostPort and publish by a Service.",
        };
  },
});
