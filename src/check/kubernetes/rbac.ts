import { type Manifests, type Resource, sameNamespace } from "../../source/kubernetes/index.ts";
import { items, text, texts, type YamlNode } from "../../source/yaml/index.ts";

export const ROLES: readonly string[] = ["Role", "ClusterRole"];
export const BINDINGS: readonly string[] = ["RoleBinding", "ClusterRoleBinding"];
export const WRITE_VERBS: readonly string[] = ["create", "update", "patch", "delete", "deletecollection"];

/** One rule of a role: every verb on every resource of every group that it names. */
export interface RbacRule {
  readonly node: YamlNode;
  readonly groups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  /** Objects it is narrowed to; empty means all. */
  readonly names: readonly string[];
}

export const rulesOf = (role: Resource): readonly RbacRule[] =>
  items(role.root, "rules").map((node) => ({
    node,
    groups: texts(node, "apiGroups"),
    resources: texts(node, "resources"),
    verbs: texts(node, "verbs"),
    names: texts(node, "resourceNames"),
  }));

/** Whether a list names one of some words, or everything. */
export const covers = (list: readonly string[], words: readonly string[]): boolean =>
  list.some((one) => one === "*" || words.includes(one));

// A subresource such as pods/exec is meant by every wildcard that takes in its resource or its own name.
const names = (written: string, wanted: string): boolean => {
  if (written === "*" || written === wanted) return true;
  const [resource = "", part] = wanted.split("/");
  return part !== undefined && (written === `${resource}/*` || written === `*/${part}`);
};

/** Whether a rule allows one of some verbs on one of some resources of a group. Groups are not looked at when none are given. */
export const allows = (
  rule: RbacRule,
  {
    groups,
    resources,
    verbs,
  }: { readonly groups?: readonly string[]; readonly resources: readonly string[]; readonly verbs: readonly string[] },
): boolean =>
  (groups === undefined || rule.groups.length === 0 || covers(rule.groups, groups)) &&
  rule.resources.some((written) => resources.some((wanted) => names(written, wanted))) &&
  covers(rule.verbs, verbs);

/** The cluster's own roles and bindings, and those of its providers: nobody's repository decides about them. */
export const isSystem = ({ name }: Resource): boolean =>
  name.startsWith("system:") || name.startsWith("gce:podsecuritypolicy:") || ["cluster-admin", "admin", "edit", "view"].includes(name);

export const referencedRole = (binding: Resource): { readonly kind: string; readonly name: string } => ({
  kind: text(binding.root, "roleRef", "kind") ?? "",
  name: text(binding.root, "roleRef", "name") ?? "",
});

/** The role that a binding gives, when it is at hand. */
export const boundRole = (binding: Resource, manifests: Manifests): Resource | undefined => {
  const { kind, name } = referencedRole(binding);
  return manifests
    .ofKind(kind)
    .find((role) => role.name === name && (kind === "ClusterRole" || sameNamespace(role.namespace, binding.namespace)));
};

/** Whether binding and role are of the same reach: KubeLinter follows no RoleBinding to a ClusterRole. */
export const isOneReach = (binding: Resource, role: Resource): boolean =>
  binding.kind.startsWith("Cluster") === role.kind.startsWith("Cluster");

export const subjectsOf = (binding: Resource): readonly { readonly node: YamlNode; readonly kind: string; readonly name: string }[] =>
  items(binding.root, "subjects").map((node) => ({ node, kind: text(node, "kind") ?? "", name: text(node, "name") ?? "" }));

/** Whether a binding gives its role to what runs in the cluster: service accounts and nodes. */
export const givenToWorkloads = (binding: Resource): boolean =>
  subjectsOf(binding).some(({ kind }) => kind === "ServiceAccount" || kind === "Node");
