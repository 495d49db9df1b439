import { containerRule } from "../../kubernetes/define.ts";
import { inContainer } from "../../kubernetes/examples.ts";
import { items, spot, text } from "../../../source/yaml/index.ts";

const PROBES = [
  ["livenessProbe", "kubelinter:liveness-port"],
  ["readinessProbe", "kubelinter:readiness-port"],
  ["startupProbe", "kubelinter:startup-port"],
] as const;

export const probePort = containerRule({
  id: "kubernetes/probe-port",
  aliases: ["kubelinter:liveness-port", "kubelinter:readiness-port", "kubelinter:startup-port"],
  item: "healthcheck",
  severity: "info",
  confidence: "likely",
  summary: "A probe asks at a port that its container names.",
  why: "A probe at a wrong port fails for ever: the container is restarted in a loop, or never gets a request.",
  source: "https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/",
  examples: [
    {
      bad: inContainer("ports: [{name: web, containerPort: 8080}]\nlivenessProbe: {httpGet: {port: http}}"),
      good: inContainer("ports: [{name: http, containerPort: 8080}]\nlivenessProbe: {httpGet: {port: http}}"),
    },
  ],
  roles: ["main"],
  *container({ node, name }) {
    const ports = items(node, "ports").filter((port) => (text(port, "protocol") ?? "TCP").toUpperCase() === "TCP");
    for (const [probe, peer] of PROBES)
      for (const kind of ["httpGet", "tcpSocket", "grpc"]) {
        const asked = text(node, probe, kind, "port");
        if (asked === undefined) continue;
        const byNumber = /^\d+$/.test(asked);
        if (ports.some((port) => text(port, byNumber ? "containerPort" : "name") === asked)) continue;
        yield {
          at: spot(node, probe, kind, "port"),
          // A number works without being named; a name that nothing has never does.
          severity: byNumber ? "info" : "error",
          confidence: byNumber ? "possible" : "certain",
          message: `the ${probe} of ${name} asks at port ${asked}, which the container does not name`,
          advice: "Correct the port, or name it under ports with protocol TCP.",
          peers: [peer],
        };
      }
  },
});
