import { containerRule } from "../../kubernetes/define.ts";
import { inContainer } from "../../kubernetes/examples.ts";
import { capabilities, isWindows } from "../../kubernetes/security.ts";
import { get, spot, texts } from "../../../source/yaml/index.ts";

/** What an engine gives by default (containerd, CRI-O); who drops all of them has dropped ALL, to Polaris with NET_ADMIN besides. */
const DEFAULTS = [
  "AUDIT_WRITE",
  "CHOWN",
  "DAC_OVERRIDE",
  "FOWNER",
  "FSETID",
  "KILL",
  "MKNOD",
  "NET_BIND_SERVICE",
  "NET_RAW",
  "SETFCAP",
  "SETGID",
  "SETPCAP",
  "SETUID",
  "SYS_CHROOT",
];
const POLARIS = "polaris:insecureCapabilities";
const ALL = ["trivy:KSV-0003", "trivy:KSV-0004", "trivy:KSV-0106", "checkov:CKV_K8S_37", POLARIS];

export const capabilitiesDropped = containerRule({
  id: "kubernetes/capabilities-dropped",
  aliases: [
    "trivy:KSV-0003",
    "trivy:KSV-0004",
    "trivy:KSV-0106",
    "checkov:CKV_K8S_37",
    "checkov:CKV_K8S_36",
    "checkov:CKV_K8S_28",
    "polaris:insecureCapabilities",
    "kubelinter:drop-net-raw-capability",
  ],
  item: "least-capabilities",
  severity: "warning",
  confidence: "certain",
  summary: "A container drops all capabilities and adds back only what it needs.",
  why: "By default a container keeps fourteen of root's powers, among them making raw packets and changing owners. Most need none; each one left is a step for an intruder.",
  source: "https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted",
  examples: [
    {
      bad: inContainer("securityContext: {capabilities: {drop: [NET_RAW]}}"),
      good: inContainer("securityContext: {capabilities: {drop: [ALL], add: [NET_BIND_SERVICE]}}"),
    },
  ],
  policies: {
    *PodSecurityPolicy({ resource, name }) {
      if (texts(resource.root, "spec", "requiredDropCapabilities").length === 0)
        yield {
          at: spot(resource.root, "spec", "requiredDropCapabilities"),
          message: `${name} makes no pod drop a capability`,
          advice: "Set requiredDropCapabilities: [ALL].",
          peers: ["checkov:CKV_K8S_36"],
        };
    },
  },
  *container({ node, name, pod }) {
    if (isWindows(pod)) return;
    const dropped = capabilities(node, "drop");
    const added = capabilities(node, "add");
    if (dropped.includes("ALL")) {
      if (added.some((one) => one !== "NET_BIND_SERVICE"))
        yield {
          at: spot(node, "securityContext", "capabilities", "add"),
          severity: "info",
          message: `${name} drops all capabilities and takes ${added.join(", ")} back`,
          advice: "Keep only NET_BIND_SERVICE, or say in an ignore why it needs more.",
          peers: ["trivy:KSV-0106"],
        };
      return;
    }
    const oneByOne = DEFAULTS.every((one) => dropped.includes(one));
    yield {
      at: spot(node, "securityContext", "capabilities", "drop"),
      severity: oneByOne ? "info" : "warning",
      message: oneByOne
        ? `${name} drops the capabilities one by one: those of a later engine stay`
        : `${name} keeps the engine's default capabilities${dropped.length === 0 ? "" : `, but for ${dropped.join(", ")}`}`,
      advice: "Set securityContext.capabilities.drop: [ALL], then add what it fails without.",
      peers: [
        ...ALL.filter(
          (peer) => !(oneByOne && dropped.includes("NET_ADMIN") && peer === POLARIS) && !(dropped.length > 0 && peer === "trivy:KSV-0004"),
        ),
        ...(dropped.includes("NET_RAW") ? [] : ["checkov:CKV_K8S_28"]),
        // KubeLinter asks those alone who write capabilities down (templates/containercapabilities).
        ...(dropped.includes("NET_RAW") || get(node, "securityContext", "capabilities")?.kind !== "mapping"
          ? []
          : ["kubelinter:drop-net-raw-capability"]),
      ],
    };
  },
});
