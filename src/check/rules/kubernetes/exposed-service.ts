import { objectRule } from "../../kubernetes/define.ts";
import { spot, text, texts } from "../../../source/yaml/index.ts";

export const exposedService = objectRule({
  id: "kubernetes/exposed-service",
  aliases: ["trivy:KSV-0108", "kubelinter:exposed-services", "kubescore:service-type"],
  item: "narrow-ports",
  severity: "warning",
  confidence: "likely",
  summary: "A Service is reached from within the cluster; what is public goes through an Ingress or Gateway.",
  why: "A NodePort is open on every node, a LoadBalancer on the internet unless told otherwise, and neither has TLS, a name or an access log in front. External IPs let a Service take traffic meant for others (CVE-2020-8554).",
  source: "https://kubernetes.io/docs/concepts/services-networking/service/#publishing-services-service-types",
  kinds: ["Service"],
  examples: [
    {
      bad: "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {type: NodePort, selector: {app: web}, ports: [{port: 80}]}\n",
      good: "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {selector: {app: web}, ports: [{port: 80}]}\n",
    },
  ],
  *object({ resource: { root }, name }) {
    const type = text(root, "spec", "type") ?? "ClusterIP";
    if (type === "NodePort" || type === "LoadBalancer")
      yield {
        at: spot(root, "spec", "type"),
        severity: type === "NodePort" ? "warning" : "info",
        message: type === "NodePort" ? `${name} is open on every node` : `${name} is given an address outside the cluster`,
        advice: "Use ClusterIP behind an Ingress or Gateway; for a load balancer say loadBalancerSourceRanges.",
        peers: ["kubelinter:exposed-services", ...(type === "NodePort" ? ["kubescore:service-type"] : [])],
      };
    if (texts(root, "spec", "externalIPs").length > 0)
      yield {
        at: spot(root, "spec", "externalIPs"),
        severity: "error",
        message: `${name} takes traffic for addresses of others`,
        advice: "Remove externalIPs.",
        peers: ["trivy:KSV-0108"],
      };
    const other = text(root, "spec", "externalName");
    if (other !== undefined && other !== "")
      yield {
        at: spot(root, "spec", "externalName"),
        severity: "info",
        message: `${name} is another name for ${other}, which is outside the cluster`,
        advice: "Let programs name it themselves: whoever may change the Service sends them elsewhere.",
        peers: ["trivy:KSV-0108"],
      };
  },
});
