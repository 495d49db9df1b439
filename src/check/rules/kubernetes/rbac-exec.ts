import { roleWith } from "../../kubernetes/examples.ts";
import { BINDINGS, ROLES, allows, boundRole, covers, givenToWorkloads, isSystem, referencedRole, rulesOf } from "../../kubernetes/rbac.ts";
import { spot } from "../../../source/yaml/index.ts";
import { type FileComplaint, NOTHING, kubernetesRule } from "../../rule.ts";
import type { KubernetesSubject } from "../../subject.ts";

const SHELL = { groups: [""], resources: ["pods/exec", "pods/attach"], verbs: ["create", "get"] } as const;
/** What Checkov's graph check asks of a bound role. */
const CHECKOV = { groups: ["", "rbac.authorization.k8s.io"], resources: ["nodes/proxy", "pods/exec"], verbs: ["create"] } as const;

const polarisWord = (binding: string, role: string): string =>
  binding === "ClusterRoleBinding"
    ? "clusterrolebindingPodExecAttach"
    : role === "ClusterRole"
      ? "rolebindingClusterRolePodExecAttach"
      : "rolebindingRolePodExecAttach";

function* ofRole({ resource, name }: KubernetesSubject): Iterable<FileComplaint> {
  const own = !isSystem(resource);
  const advice = "Give it to nobody for good; for an emergency, bind it for an hour.";
  const polaris = resource.kind === "ClusterRole" ? "polaris:clusterrolePodExecAttach" : "polaris:rolePodExecAttach";
  for (const rule of rulesOf(resource)) {
    const creates = covers(rule.verbs, ["create"]);
    if (own && allows(rule, SHELL))
      yield {
        at: spot(rule.node, "resources"),
        message: `${name} may open a shell in pods`,
        advice,
        peers: [
          ...(rule.groups.length > 0 ? [polaris] : []),
          ...(creates && rule.resources.includes("pods/exec") ? ["trivy:KSV-0053"] : []),
          ...(creates && rule.resources.includes("pods/attach") ? ["trivy:KSV-0054"] : []),
        ],
      };
    if (rule.resources.includes("nodes/proxy") && covers(rule.verbs, ["get", "create"]))
      yield {
        at: spot(rule.node, "resources"),
        message: `${name} may speak to the kubelets themselves, past every audit`,
        advice,
        peers: rule.verbs.some((verb) => ["get", "create"].includes(verb)) ? ["trivy:KSV-0047"] : [],
      };
  }
}

export const rbacExec = kubernetesRule({
  id: "kubernetes/rbac-exec",
  aliases: [
    "trivy:KSV-0053",
    "trivy:KSV-0054",
    "trivy:KSV-0047",
    "checkov:CKV2_K8S_2",
    "polaris:clusterrolePodExecAttach",
    "polaris:clusterrolebindingPodExecAttach",
    "polaris:rolePodExecAttach",
    "polaris:rolebindingClusterRolePodExecAttach",
    "polaris:rolebindingRolePodExecAttach",
  ],
  item: "least-capabilities",
  severity: "warning",
  confidence: "certain",
  summary: "Nobody is given shells in pods, or the way to the kubelets, for good.",
  why: "A shell in a pod is everything that the pod is, its secrets and its data included; through nodes/proxy it is every pod of the node, unseen by audit and admission.",
  source: "https://kubernetes.io/docs/concepts/security/rbac-good-practices/#access-to-proxy-subresource-of-nodes",
  examples: [
    {
      bad: roleWith("{apiGroups: [''], resources: [pods/exec], verbs: [create]}"),
      good: roleWith("{apiGroups: [''], resources: [pods, pods/log], verbs: [get, list]}"),
    },
  ],
  applies: ({ resource, name }) => ROLES.includes(resource.kind) || BINDINGS.includes(resource.kind) || `${name} gives no rights`,
  proves: () => NOTHING,
  *check(subject) {
    const { resource, name, manifests } = subject;
    if (ROLES.includes(resource.kind)) {
      yield* ofRole(subject);
      return;
    }
    const { kind, name: role } = referencedRole(resource);
    const bound = boundRole(resource, manifests);
    const unknown = bound === undefined && !/^(?:system:|view$|edit$|admin$|cluster-admin$)/.test(role);
    const at = spot(resource.root, "roleRef", "name");
    const shells = bound === undefined || isSystem(resource) ? [] : rulesOf(bound).filter((rule) => allows(rule, SHELL));
    if (shells.length > 0)
      yield {
        at,
        message: `${name} lets its subjects open shells in pods, by ${kind}/${role}`,
        advice: "Remove the binding, or bind it for an hour.",
        peers: shells.some((rule) => rule.groups.length > 0) ? [`polaris:${polarisWord(resource.kind, kind)}`] : [],
      };
    else if (!isSystem(resource) && unknown)
      yield {
        at,
        severity: "info",
        confidence: "possible",
        message: `${name} gives ${kind}/${role}, which is not here: what it allows is not known`,
        advice: "Keep the role beside its binding.",
        peers: [`polaris:${polarisWord(resource.kind, kind)}`],
      };
    if (bound !== undefined && givenToWorkloads(resource) && rulesOf(bound).some((rule) => allows(rule, CHECKOV)))
      yield {
        at,
        message: `${name} lets workloads reach into pods or kubelets, by ${kind}/${role}`,
        advice: "Remove the binding.",
        peers: ["checkov:CKV2_K8S_2"],
      };
  },
});
