import { objectRule } from "../../kubernetes/define.ts";
import { BINDINGS, boundRole, isSystem, referencedRole, rulesOf, subjectsOf } from "../../kubernetes/rbac.ts";
import { head, spot } from "../../../source/yaml/index.ts";
import type { Resource } from "../../../source/kubernetes/index.ts";

const SYSTEM_GROUPS: Readonly<Record<string, string>> = {
  "system:masters": "trivy:KSV-0123",
  "system:anonymous": "trivy:KSV-0122",
  "system:unauthenticated": "trivy:KSV-0122",
  "system:authenticated": "trivy:KSV-01011",
};
const EVERY_VERB = ["get", "list", "watch", "create", "update", "patch", "delete"];

/** A role that may do everything to everything. */
const isAdmin = (role: Resource): boolean =>
  rulesOf(role).some(
    (rule) =>
      rule.groups.includes("*") &&
      rule.resources.includes("*") &&
      (rule.verbs.includes("*") || EVERY_VERB.every((verb) => rule.verbs.includes(verb))),
  );

/** The words of Polaris for each pair of binding and role. */
const polarisWord = (binding: string, role: string): string =>
  binding === "ClusterRoleBinding"
    ? "clusterrolebindingClusterAdmin"
    : role === "ClusterRole"
      ? "rolebindingClusterAdminClusterRole"
      : "rolebindingClusterAdminRole";

export const rbacAdmin = objectRule({
  id: "kubernetes/rbac-admin",
  aliases: [
    "trivy:KSV-0111",
    "trivy:KSV-0122",
    "trivy:KSV-0123",
    "trivy:KSV-01011",
    "kubelinter:cluster-admin-role-binding",
    "polaris:clusterrolebindingClusterAdmin",
    "polaris:rolebindingClusterAdminClusterRole",
    "polaris:rolebindingClusterAdminRole",
  ],
  item: "least-capabilities",
  severity: "error",
  confidence: "certain",
  summary: "Nobody is bound to cluster-admin, and no role to everybody.",
  why: "Who is cluster-admin reads every secret and starts anything anywhere. What is given to system:anonymous or system:authenticated is given to the internet, as far as it reaches the API server.",
  source: "https://kubernetes.io/docs/concepts/security/rbac-good-practices/",
  kinds: BINDINGS,
  examples: [
    {
      bad: "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {name: ci}\nsubjects: [{kind: ServiceAccount, name: ci, namespace: ci}]\nroleRef: {kind: ClusterRole, name: cluster-admin}\n",
      good: "apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: ci}\nsubjects: [{kind: ServiceAccount, name: ci, namespace: ci}]\nroleRef: {kind: Role, name: deployer}\n",
    },
  ],
  *object({ resource, name, manifests }) {
    const { kind, name: role } = referencedRole(resource);
    const own = !isSystem(resource);
    const bound = boundRole(resource, manifests);
    const admin = role === "cluster-admin" || (bound !== undefined && isAdmin(bound));
    if (admin)
      yield {
        at: spot(resource.root, "roleRef", "name"),
        message: `${name} makes its subjects ${resource.kind === "ClusterRoleBinding" ? "administrators of the cluster" : "masters of the namespace"} by ${kind}/${role}`,
        advice: "Bind a role with what they need.",
        peers: [
          ...(role === "cluster-admin" || role === "admin" ? ["trivy:KSV-0111"] : []),
          ...(role === "cluster-admin" && resource.kind === "ClusterRoleBinding" ? ["kubelinter:cluster-admin-role-binding"] : []),
          ...(own ? [`polaris:${polarisWord(resource.kind, kind)}`] : []),
        ],
      };
    else if (role === "admin" || role === "edit")
      yield {
        at: spot(resource.root, "roleRef", "name"),
        severity: "info",
        message: `${name} gives its subjects nearly everything in the namespace by ${kind}/${role}, its secrets included`,
        advice: "Bind a role with what they need.",
        peers: ["trivy:KSV-0111"],
      };
    for (const { node, name: subject } of subjectsOf(resource)) {
      const peer = Object.hasOwn(SYSTEM_GROUPS, subject) ? SYSTEM_GROUPS[subject] : undefined;
      if (peer !== undefined)
        yield {
          at: head(node),
          message: `${name} gives ${kind}/${role} to ${subject}`,
          advice: "Name the users, groups or service accounts it is for.",
          peers: [peer],
        };
    }
  },
});
