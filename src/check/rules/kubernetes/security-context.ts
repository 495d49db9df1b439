import { podRule } from "../../kubernetes/define.ts";
import { inContainer } from "../../kubernetes/examples.ts";
import { capabilities, effective } from "../../kubernetes/security.ts";
import type { Pod } from "../../../source/kubernetes/index.ts";
import { type YamlNode, entries, get, head, spot, text } from "../../../source/yaml/index.ts";

const says = (node: YamlNode | undefined, ...path: readonly string[]): boolean =>
  entries(node, ...path).some(([key]) => !key.startsWith("__"));
const HARDENED = ["appArmorProfile", "seccompProfile", "seLinuxOptions"];

const hardens = (setting: YamlNode | undefined): boolean => says(setting) && text(setting, "type") !== "Unconfined";

const isHardened = (node: YamlNode, pod: Pod): boolean =>
  HARDENED.some((key) => hardens(effective(node, pod, key))) ||
  (capabilities(node, "drop").length > 0 && !capabilities(node, "add").includes("ALL"));

export const securityContext = podRule({
  id: "kubernetes/security-context",
  aliases: ["trivy:KSV-0118", "checkov:CKV_K8S_29", "checkov:CKV_K8S_30", "polaris:linuxHardening"],
  item: "least-capabilities",
  severity: "warning",
  confidence: "certain",
  summary: "A pod says under what security settings it runs.",
  why: "Kubernetes' own defaults are made to run everything, not to confine anything: without a security context a container is root, with the engine's default capabilities and no system call filter.",
  source: "https://kubernetes.io/docs/tasks/configure-pod-container/security-context/",
  examples: [
    {
      bad: inContainer("args: [serve]"),
      good: inContainer("securityContext: {runAsNonRoot: true, capabilities: {drop: [ALL]}}"),
    },
  ],
  *pod({ pod, name }) {
    const { spec, containers, annotations } = pod;
    const ofPod = says(spec, "securityContext");
    const bare = containers.filter(({ node, role }) => role !== "ephemeral" && !says(node, "securityContext"));
    const annotated = (container: string): boolean =>
      (annotations.get(`container.apparmor.security.beta.kubernetes.io/${container}`) ?? "unconfined") !== "unconfined";
    const unhardened = containers.filter((one) => !isHardened(one.node, pod) && !annotated(one.name));
    const advice =
      "Begin with securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}} on the pod, capabilities: {drop: [ALL]} on its containers.";
    if (!ofPod && bare.length > 0)
      yield {
        at: spot(spec, "securityContext"),
        // The rules about users, capabilities, seccomp and the root file system say each what is missing.
        severity: "info",
        message: `${name} has no security context`,
        advice,
        peers: ["trivy:KSV-0118", "checkov:CKV_K8S_29", "checkov:CKV_K8S_30", ...(unhardened.length > 0 ? ["polaris:linuxHardening"] : [])],
      };
    else if (get(spec, "securityContext") !== undefined && !ofPod)
      yield {
        at: spot(spec, "securityContext"),
        message: `the security context of ${name} is empty`,
        advice,
        peers: ["trivy:KSV-0118", "checkov:CKV_K8S_29"],
      };
    else if (ofPod)
      for (const { node, name: container } of bare)
        yield {
          at: head(node),
          severity: "info",
          message: `container ${container} of ${name} has no security context of its own: capabilities, privilege escalation and the root file system can only be set there`,
          advice:
            "Set securityContext: {allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: {drop: [ALL]}} on it.",
          peers: ["checkov:CKV_K8S_30"],
        };
    if (ofPod || bare.length === 0)
      for (const { node, name: container } of unhardened)
        yield {
          at: spot(node, "securityContext"),
          severity: "info",
          message: `nothing hardens container ${container} of ${name}: no AppArmor, seccomp or SELinux setting, no dropped capability`,
          advice,
          peers: ["polaris:linuxHardening"],
        };
  },
});
