import { containerRule } from "../../kubernetes/define.ts";
import { inContainer } from "../../kubernetes/examples.ts";
import { capabilities, capability, isWindows } from "../../kubernetes/security.ts";
import { spot, texts } from "../../../source/yaml/index.ts";

export const netRaw = containerRule({
  id: "kubernetes/net-raw",
  aliases: ["trivy:KSV-0119", "checkov:CKV_K8S_28", "checkov:CKV_K8S_7", "kubelinter:drop-net-raw-capability"],
  item: "least-capabilities",
  severity: "warning",
  confidence: "certain",
  summary: "No container can make raw network packets.",
  why: "With NET_RAW a container forges packets: it answers for other pods, poisons the node's address tables and reads along what was not meant for it.",
  source: "https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline",
  examples: [
    {
      bad: inContainer("securityContext: {capabilities: {add: [NET_RAW]}}"),
      good: inContainer("securityContext: {capabilities: {drop: [NET_RAW]}}"),
    },
  ],
  policies: {
    *PodSecurityPolicy({ resource, name }) {
      const dropped = texts(resource.root, "spec", "requiredDropCapabilities").map(capability);
      if (!dropped.includes("ALL") && !dropped.includes("NET_RAW"))
        yield {
          at: spot(resource.root, "spec", "requiredDropCapabilities"),
          message: `${name} lets pods keep NET_RAW`,
          advice: "Set requiredDropCapabilities: [ALL].",
          peers: ["checkov:CKV_K8S_7"],
        };
    },
  },
  *container({ node, name, pod }) {
    if (isWindows(pod)) return;
    const added = capabilities(node, "add");
    // Who drops nothing at all keeps NET_RAW with the rest: capabilities-dropped says so.
    if (added.includes("NET_RAW") || added.includes("ALL"))
      yield {
        at: spot(node, "securityContext", "capabilities", "add"),
        message: `${name} is given NET_RAW`,
        advice: "Remove it; where ping is wanted, set the sysctl net.ipv4.ping_group_range.",
        peers: ["trivy:KSV-0119", "kubelinter:drop-net-raw-capability", "checkov:CKV_K8S_28"],
      };
  },
});
