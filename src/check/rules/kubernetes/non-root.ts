import { containerRule } from "../../kubernetes/define.ts";
import { inContainer } from "../../kubernetes/examples.ts";
import { effective, effectiveFlag, isWindows, securitySpot } from "../../kubernetes/security.ts";
import { items, number, spot, text } from "../../../source/yaml/index.ts";

const ROOT_BY_DEFAULT = ["trivy:KSV-0012", "checkov:CKV_K8S_23", "kubelinter:run-as-non-root", "polaris:runAsRootAllowed"];

export const nonRoot = containerRule({
  id: "kubernetes/non-root",
  aliases: [
    "trivy:KSV-0012",
    "trivy:KSV-0105",
    "checkov:CKV_K8S_23",
    "checkov:CKV_K8S_6",
    "kubelinter:run-as-non-root",
    "polaris:runAsRootAllowed",
  ],
  item: "non-root",
  severity: "warning",
  confidence: "certain",
  summary: "A container runs as a user other than root, and the kubelet refuses it otherwise.",
  why: "Root in a container is root to the kernel: one hole in it, or one mounted folder too many, and the node is lost. runAsNonRoot makes the kubelet refuse an image that would start as root.",
  source: "https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted",
  examples: [
    { bad: inContainer("args: [serve]"), good: inContainer("securityContext: {runAsNonRoot: true}") },
    { bad: inContainer("securityContext: {runAsUser: 0}"), good: inContainer("securityContext: {runAsUser: 10001}") },
  ],
  policies: {
    *PodSecurityPolicy({ resource, name }) {
      const rule = text(resource.root, "spec", "runAsUser", "rule");
      const ranges = items(resource.root, "spec", "runAsUser", "ranges");
      const aboveRoot = ranges.length > 0 && ranges.every((range) => (number(range, "min") ?? 0) > 0);
      if (rule !== "MustRunAsNonRoot" && !(rule === "MustRunAs" && aboveRoot))
        yield {
          at: spot(resource.root, "spec", "runAsUser", "rule"),
          message: `${name} lets pods run as root`,
          advice: "Set runAsUser.rule: MustRunAsNonRoot.",
          peers: ["checkov:CKV_K8S_6"],
        };
    },
  },
  holds: "run as a user other than root",
  *container({ node, name, pod }) {
    if (isWindows(pod)) return;
    const user = number(effective(node, pod, "runAsUser"));
    const refused = effectiveFlag(node, pod, "runAsNonRoot");
    if (user === 0)
      yield {
        at: securitySpot(node, pod, "runAsUser"),
        message: `${name} runs as root`,
        advice: "Set runAsUser to a number above 0 that the image's files allow, and runAsNonRoot: true.",
      };
    else if (number(effective(node, pod, "runAsGroup")) === 0)
      yield {
        at: securitySpot(node, pod, "runAsGroup"),
        message: `${name} runs in root's group`,
        advice: "Set runAsGroup to a number above 0.",
        peers: ["kubelinter:run-as-non-root"],
      };
    else if (user === undefined && refused !== true)
      yield {
        at: securitySpot(node, pod, "runAsNonRoot"),
        confidence: "likely",
        message: `${name} runs as whatever user its image names, root if none`,
        advice: "Set securityContext.runAsNonRoot: true, and USER in the image.",
        peers: ROOT_BY_DEFAULT,
      };
  },
});
