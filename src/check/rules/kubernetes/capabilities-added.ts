import { containerRule } from "../../kubernetes/define.ts";
import { inContainer } from "../../kubernetes/examples.ts";
import { capabilities } from "../../kubernetes/security.ts";
import { spot, texts } from "../../../source/yaml/index.ts";

/** Powers over the node or over other pods. */
const DANGEROUS = [
  "ALL",
  "NET_ADMIN",
  "SYS_PTRACE",
  "SYS_ADMIN",
  "SYS_MODULE",
  "SYS_RAWIO",
  "SYS_BOOT",
  "SYS_TIME",
  "BPF",
  "PERFMON",
  "DAC_READ_SEARCH",
  "MAC_ADMIN",
  "MAC_OVERRIDE",
  "SYSLOG",
  "MKNOD",
];
/** What Polaris calls dangerous by default. */
const POLARIS = ["ALL", "SYS_ADMIN", "NET_ADMIN"];
const SHARED = ["trivy:KSV-0022", "checkov:CKV_K8S_25"];

export const capabilitiesAdded = containerRule({
  id: "kubernetes/capabilities-added",
  aliases: ["trivy:KSV-0022", "checkov:CKV_K8S_25", "checkov:CKV_K8S_24", "polaris:dangerousCapabilities"],
  item: "least-capabilities",
  severity: "warning",
  confidence: "certain",
  summary: "A container is given no capability beyond what it was shown to need.",
  why: "A capability is a part of root. NET_ADMIN changes routes and firewalls, SYS_PTRACE reads other processes, ALL is root itself.",
  source: "https://man7.org/linux/man-pages/man7/capabilities.7.html",
  examples: [
    {
      bad: inContainer("securityContext: {capabilities: {add: [NET_ADMIN]}}"),
      good: inContainer("securityContext: {capabilities: {drop: [ALL]}}"),
    },
  ],
  policies: {
    *PodSecurityPolicy({ resource, name }) {
      if (texts(resource.root, "spec", "allowedCapabilities").length > 0)
        yield {
          at: spot(resource.root, "spec", "allowedCapabilities"),
          message: `${name} lets pods add ${texts(resource.root, "spec", "allowedCapabilities").join(", ")}`,
          advice: "Remove allowedCapabilities.",
          peers: ["checkov:CKV_K8S_24"],
        };
    },
  },
  *container({ node, name }) {
    for (const [index, added] of capabilities(node, "add").entries()) {
      const dangerous = DANGEROUS.includes(added);
      yield {
        at: spot(node, "securityContext", "capabilities", "add", index),
        severity: dangerous ? "error" : "info",
        message: `${name} is given ${added}${dangerous ? ", which reaches beyond the container" : ""}`,
        advice: `Remove ${added} from capabilities.add, or say in an ignore what needs it.`,
        peers: POLARIS.includes(added) ? [...SHARED, "polaris:dangerousCapabilities"] : SHARED,
      };
    }
  },
});
