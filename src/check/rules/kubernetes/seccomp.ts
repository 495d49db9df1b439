import { containerRule } from "../../kubernetes/define.ts";
import { inContainer, inPod } from "../../kubernetes/examples.ts";
import { effective, isWindows, securitySpot } from "../../kubernetes/security.ts";
import { spot, text } from "../../../source/yaml/index.ts";

const WRITTEN = ["trivy:KSV-0030", "trivy:KSV-0104", "checkov:CKV_K8S_31", "kubescore:container-seccomp-profile"];
const CONTAINER_ANNOTATION = "container.seccomp.security.alpha.kubernetes.io/";
const POD_ANNOTATION = "seccomp.security.alpha.kubernetes.io/pod";

const isProfile = (type: string | undefined): boolean =>
  type !== undefined &&
  ["runtimedefault", "localhost", "runtime/default", "docker/default"].some((known) => type.toLowerCase().startsWith(known));

export const seccomp = containerRule({
  id: "kubernetes/seccomp",
  aliases: ["trivy:KSV-0030", "trivy:KSV-0104", "checkov:CKV_K8S_31", "checkov:CKV_K8S_32", "kubescore:container-seccomp-profile"],
  item: "least-capabilities",
  severity: "warning",
  confidence: "certain",
  summary: "A container runs under a seccomp profile, at least the engine's default one.",
  why: "Without a profile a container may make every system call of the kernel, also the three hundred that no application needs and in which the holes are found. Kubernetes sets none unless told to.",
  source: "https://kubernetes.io/docs/tutorials/security/seccomp/",
  examples: [
    {
      bad: inContainer("securityContext: {seccompProfile: {type: Unconfined}}"),
      good: inContainer("securityContext: {seccompProfile: {type: RuntimeDefault}}"),
    },
    { bad: inContainer("args: [serve]"), good: inPod("securityContext: {seccompProfile: {type: RuntimeDefault}}") },
  ],
  policies: {
    *PodSecurityPolicy({ resource, name }) {
      const allowed = resource.annotations.get("seccomp.security.alpha.kubernetes.io/defaultProfileName");
      if (!isProfile(allowed))
        yield {
          at: spot(resource.root, "metadata", "annotations"),
          message: `${name} gives pods no seccomp profile`,
          advice: "Set the annotation seccomp.security.alpha.kubernetes.io/defaultProfileName: runtime/default.",
          peers: ["checkov:CKV_K8S_32"],
        };
    },
  },
  *container({ node, name, pod, container, resource }) {
    if (isWindows(pod)) return;
    const written = effective(node, pod, "seccompProfile");
    const annotated = [pod.annotations, resource.annotations]
      .map((annotations) => annotations.get(`${CONTAINER_ANNOTATION}${container.name}`) ?? annotations.get(POD_ANNOTATION))
      .find((one) => one !== undefined);
    const type = text(written, "type") ?? annotated;
    if (isProfile(type)) return;
    yield {
      at: securitySpot(node, pod, "seccompProfile"),
      message:
        type === undefined
          ? `${name} runs without a seccomp profile`
          : `${name} runs under the seccomp profile "${type}", which confines nothing`,
      advice: "Set securityContext.seccompProfile.type: RuntimeDefault on the pod.",
      // Checkov asks main containers alone.
      peers: WRITTEN.filter((alias) => container.role === "main" || alias !== "checkov:CKV_K8S_31"),
    };
  },
});
