import { containerRule } from "../../kubernetes/define.ts";
import { inContainer, inPod } from "../../kubernetes/examples.ts";
import { effective, isWindows, securitySpot } from "../../kubernetes/security.ts";
import { flag, number } from "../../../source/yaml/index.ts";

const ENOUGH = 10_000;
const ALIASES = ["trivy:KSV-0020", "checkov:CKV_K8S_40", "kubescore:container-security-context-user-group-id"];

export const userId = containerRule({
  id: "kubernetes/user-id",
  aliases: ALIASES,
  item: "non-root",
  severity: "info",
  confidence: "certain",
  profile: "strict",
  summary: "A container's user id is no user of the node.",
  why: "A process that leaves its container has on the node the powers of the user with the same number. Numbers above 10000 are given to nobody there.",
  source: "https://kubernetes.io/docs/tasks/configure-pod-container/security-context/",
  examples: [
    { bad: inContainer("securityContext: {runAsUser: 1000}"), good: inContainer("securityContext: {runAsUser: 10001}") },
    { bad: inContainer("args: [serve]"), good: inPod("securityContext: {runAsUser: 12000}") },
  ],
  *container({ node, name, pod, container: { role } }) {
    const user = number(effective(node, pod, "runAsUser"));
    // With hostUsers: false the kernel maps the pod's users to some that nobody has.
    if (isWindows(pod) || flag(pod.spec, "hostUsers") === false || (user !== undefined && user > ENOUGH)) return;
    yield {
      at: securitySpot(node, pod, "runAsUser"),
      message:
        user === undefined
          ? `${name} leaves its user id to the image`
          : `${name} runs with user id ${user}, which may be somebody on the node`,
      advice: `Set securityContext.runAsUser to more than ${ENOUGH}.`,
      // For the others it is enough by itself; Checkov asks main containers alone.
      peers: user === ENOUGH ? ["trivy:KSV-0020"] : ALIASES.filter((alias) => role === "main" || alias !== "checkov:CKV_K8S_40"),
    };
  },
});
