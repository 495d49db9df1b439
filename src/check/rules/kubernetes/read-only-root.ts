import { containerRule } from "../../kubernetes/define.ts";
import { inContainer } from "../../kubernetes/examples.ts";
import { isWindows } from "../../kubernetes/security.ts";
import { flag, spot } from "../../../source/yaml/index.ts";

export const readOnlyRoot = containerRule({
  id: "kubernetes/read-only-root",
  aliases: [
    "trivy:KSV-0014",
    "checkov:CKV_K8S_22",
    "kubelinter:no-read-only-root-fs",
    "kubescore:container-security-context-readonlyrootfilesystem",
    "polaris:notReadOnlyRootFilesystem",
  ],
  item: "read-only-rootfs",
  severity: "warning",
  confidence: "certain",
  summary: "A container's root file system is read-only.",
  why: "Whoever breaks into a container with a writable root leaves programs there, and what an application writes there is lost with the pod, unseen by any volume or limit.",
  source: "https://kubernetes.io/docs/tasks/configure-pod-container/security-context/",
  examples: [{ bad: inContainer("args: [serve]"), good: inContainer("securityContext: {readOnlyRootFilesystem: true}") }],
  roles: ["main", "init", "ephemeral"],
  holds: "run with a read-only root file system",
  *container({ node, name, pod, container: { role } }) {
    if (!isWindows(pod) && flag(node, "securityContext", "readOnlyRootFilesystem") !== true)
      yield {
        at: spot(node, "securityContext", "readOnlyRootFilesystem"),
        message: `${name} can write anywhere in its root file system`,
        advice: "Set securityContext.readOnlyRootFilesystem: true, and give what it must write an emptyDir or a volume.",
        ...(role === "ephemeral" ? { severity: "info" as const, peers: ["kubelinter:no-read-only-root-fs"] } : {}),
      };
  },
});
