import { podRule } from "../../kubernetes/define.ts";
import { inContainer, inPod } from "../../kubernetes/examples.ts";
import { type YamlNode, spot, text, textMap } from "../../../source/yaml/index.ts";
import type { FileComplaint } from "../../rule.ts";

const APPARMOR = "container.apparmor.security.beta.kubernetes.io/";
/** Types the baseline of the Pod Security Standards allows. */
const TYPES = ["", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"];

function* selinux(root: YamlNode, name: string): Iterable<FileComplaint> {
  const options = ["securityContext", "seLinuxOptions"];
  const type = text(root, ...options, "type") ?? "";
  const advice = "Remove it: the engine's own label confines the container.";
  const peers = ["trivy:KSV-0025"];
  if (!TYPES.includes(type)) yield { at: spot(root, ...options, "type"), message: `${name} has the SELinux type ${type}`, advice, peers };
  for (const key of ["role", "user"])
    if ((text(root, ...options, key) ?? "") !== "")
      yield { at: spot(root, ...options, key), message: `${name} sets its SELinux ${key}`, advice, peers };
}

export const mandatoryAccess = podRule({
  id: "kubernetes/mandatory-access",
  aliases: ["trivy:KSV-0002", "trivy:KSV-0025"],
  item: "least-capabilities",
  severity: "warning",
  confidence: "certain",
  summary: "AppArmor and SELinux are left at what the engine sets, or made stricter.",
  why: "These two stop a process that has left its container. A profile of one's own, or none, takes that last fence away.",
  source: "https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline",
  examples: [
    {
      bad: inPod("securityContext: {appArmorProfile: {type: Unconfined}}"),
      good: inPod("securityContext: {appArmorProfile: {type: RuntimeDefault}}"),
    },
    {
      bad: inContainer("securityContext: {seLinuxOptions: {type: spc_t}}"),
      good: inContainer("securityContext: {seLinuxOptions: {level: 's0:c1,c2'}}"),
    },
  ],
  *pod({ pod, name, resource }) {
    const { spec, containers } = pod;
    const advice = "Leave it to runtime/default.";
    const peers = ["trivy:KSV-0002"];
    for (const node of [pod.template, ...(pod.template === resource.root ? [] : [resource.root])])
      for (const [key, value] of textMap(node, "metadata", "annotations"))
        if (key.startsWith(APPARMOR) && value !== "runtime/default" && !(value.startsWith("localhost/") && value.length > 10))
          yield {
            at: spot(node, "metadata", "annotations", key),
            message: `${name} runs ${key.slice(APPARMOR.length)} under the AppArmor profile ${value}`,
            advice,
            peers,
          };
    for (const [node, subject] of [
      [spec, name] as const,
      ...containers.map((one) => [one.node, `container ${one.name} of ${name}`] as const),
    ]) {
      if (text(node, "securityContext", "appArmorProfile", "type") === "Unconfined")
        yield { at: spot(node, "securityContext", "appArmorProfile", "type"), message: `${subject} runs without AppArmor`, advice, peers };
      yield* selinux(node, subject);
    }
  },
});
