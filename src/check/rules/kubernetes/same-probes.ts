import { containerRule } from "../../kubernetes/define.ts";
import { inContainer } from "../../kubernetes/examples.ts";
import { type YamlNode, get, has, spot } from "../../../source/yaml/index.ts";

/** What a probe asks, apart from how often. */
const asked = (node: YamlNode, probe: string): string =>
  JSON.stringify(["exec", "httpGet", "tcpSocket", "grpc"].map((kind) => plain(get(node, probe, kind))));

const plain = (node: YamlNode | undefined): unknown => {
  if (node === undefined) return null;
  if (node.kind === "scalar") return node.text;
  return node.kind === "sequence"
    ? node.items.map(plain)
    : Object.fromEntries([...node.entries].map(([key, { value }]) => [key, plain(value)]));
};

export const sameProbes = containerRule({
  id: "kubernetes/same-probes",
  aliases: ["kubescore:pod-probes-identical"],
  item: "healthcheck",
  severity: "warning",
  confidence: "likely",
  summary: "Liveness and readiness ask different things.",
  why: "Not ready means send no requests, not alive means restart. When both ask the same, a pod that is only busy or waits for its database is restarted, and all of them at once.",
  source: "https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/",
  examples: [
    {
      bad: inContainer("livenessProbe: {httpGet: {path: /health, port: 80}}\nreadinessProbe: {httpGet: {path: /health, port: 80}}"),
      good: inContainer("livenessProbe: {httpGet: {path: /healthz, port: 80}}\nreadinessProbe: {httpGet: {path: /readyz, port: 80}}"),
    },
  ],
  roles: ["main"],
  *container({ node, name }) {
    if (has(node, "livenessProbe") && has(node, "readinessProbe") && asked(node, "livenessProbe") === asked(node, "readinessProbe"))
      yield {
        at: spot(node, "livenessProbe"),
        message: `${name} is restarted whenever it is not ready`,
        advice: "Let the liveness probe ask only whether the process still turns.",
      };
  },
});
