import { containerRule } from "../../kubernetes/define.ts";
import { inContainer } from "../../kubernetes/examples.ts";
import { items, number, spot, text } from "../../../source/yaml/index.ts";

const SSH = 22;

export const lowPorts = containerRule({
  id: "kubernetes/low-ports",
  aliases: ["trivy:KSV-0117", "kubelinter:privileged-ports", "kubelinter:ssh-port"],
  item: "narrow-ports",
  severity: "info",
  confidence: "certain",
  summary: "Containers listen on ports above 1023, and none runs an SSH server.",
  why: "Ports below 1024 are for root, so a container that listens there tends to run as root. An SSH server in a container is a second way in, with keys of its own that nobody rotates.",
  source: "https://kubernetes.io/docs/concepts/services-networking/service/",
  examples: [
    { bad: inContainer("ports: [{containerPort: 80}]"), good: inContainer("ports: [{containerPort: 8080}]") },
    { bad: inContainer("ports: [{containerPort: 22}]"), good: inContainer("ports: [{containerPort: 2222, protocol: UDP}]") },
  ],
  *container({ node, name }) {
    for (const [index, port] of items(node, "ports").entries()) {
      const value = number(port, "containerPort");
      if (value === undefined || value <= 0 || value >= 1024) continue;
      const ssh = value === SSH && (text(port, "protocol") ?? "TCP") === "TCP";
      yield {
        at: spot(node, "ports", index, "containerPort"),
        severity: ssh ? "warning" : "info",
        message: ssh ? `${name} offers SSH` : `${name} listens on port ${value}, which is root's`,
        advice: ssh
          ? "Remove the SSH server; kubectl exec is recorded and needs no key."
          : "Listen on a port above 1023; the Service keeps the one that clients know.",
        peers: ["trivy:KSV-0117", "kubelinter:privileged-ports", ...(ssh ? ["kubelinter:ssh-port"] : [])],
      };
    }
  },
});
