import { roleWith } from "../../kubernetes/examples.ts";
import { BINDINGS, ROLES, type RbacRule, allows, boundRole, covers, givenToWorkloads, isSystem, rulesOf } from "../../kubernetes/rbac.ts";
import { spot } from "../../../source/yaml/index.ts";
import { resourceName } from "../../../source/kubernetes/index.ts";
import { NOTHING, kubernetesRule } from "../../rule.ts";

const GROUP = ["rbac.authorization.k8s.io"];
const ROLE_RESOURCES = ["roles", "clusterroles"];
const BINDING_RESOURCES = ["rolebindings", "clusterrolebindings"];

const creates = (rules: readonly RbacRule[], binding: string): boolean =>
  rules.some((rule) => rule.resources.includes(binding) && covers(rule.verbs, ["create"]));
const binds = (rules: readonly RbacRule[], roles: readonly string[]): boolean =>
  rules.some((rule) => rule.resources.some((one) => roles.includes(one)) && covers(rule.verbs, ["bind"]));

/** What a role's rules amount to: words, and the peers' ids that say so. */
const powers = (
  rules: readonly RbacRule[],
  cluster: boolean,
): readonly { readonly rule: RbacRule; readonly words: string; readonly peers: readonly string[] }[] => [
  ...rules
    .filter(
      (rule) =>
        rule.resources.some((one) => ["groups", "users", "serviceaccounts", "userextras", "uids"].includes(one)) &&
        covers(rule.verbs, ["impersonate"]) &&
        covers(rule.groups, ["", "authentication.k8s.io"]),
    )
    .map((rule) => ({
      rule,
      words: "may act as others",
      peers: rule.groups.includes("*") && rule.resources.includes("groups") ? ["trivy:KSV-0043"] : [],
    })),
  ...rules
    .filter(
      (rule) =>
        rule.resources.some((one) => ["roles", "rolebindings"].includes(one)) && covers(rule.verbs, ["escalate", "bind", "impersonate"]),
    )
    .map((rule) => ({ rule, words: "may give rights that it does not have", peers: ["trivy:KSV-0050"] })),
  ...rules
    .slice(0, creates(rules, "rolebindings") && binds(rules, ROLE_RESOURCES) ? 1 : 0)
    .map((rule) => ({ rule, words: "may bind any role in its namespace", peers: ["trivy:KSV-0051"] })),
  ...rules
    .slice(0, creates(rules, "clusterrolebindings") && binds(rules, ["clusterroles"]) ? 1 : 0)
    .map((rule) => ({ rule, words: "may bind any role in the cluster", peers: ["trivy:KSV-0052"] })),
  ...rules
    .filter((rule) => rule.resources.includes("rolebindings") && covers(rule.verbs, ["get"]) && covers(rule.verbs, ["patch"]))
    .map((rule) => ({
      rule,
      words: "may add others to the bindings it is in",
      peers: rule.groups.includes("*") && ["get", "patch"].every((verb) => rule.verbs.includes(verb)) ? ["trivy:KSV-0055"] : [],
    })),
  ...rules
    .filter((rule) => allows(rule, { groups: GROUP, resources: BINDING_RESOURCES, verbs: ["bind"] }) && rule.groups.length > 0)
    .map((rule) => ({ rule, words: "may bind roles", peers: ["checkov:CKV_K8S_157"] })),
  ...rules
    .filter((rule) => allows(rule, { groups: GROUP, resources: ROLE_RESOURCES, verbs: ["escalate"] }) && rule.groups.length > 0)
    .map((rule) => ({ rule, words: "may write roles with more rights than its own", peers: ["checkov:CKV_K8S_158"] })),
  ...(cluster && approves(rules, "certificatesigningrequests/approval", ["update", "patch"]) && approves(rules, "signers", ["approve"])
    ? rules
        .slice(0, 1)
        .map((rule) => ({ rule, words: "may approve certificates for anyone, also for system:masters", peers: ["checkov:CKV_K8S_156"] }))
    : []),
];

const approves = (rules: readonly RbacRule[], resource: string, verbs: readonly string[]): boolean =>
  rules.some((rule) => allows(rule, { groups: ["certificates.k8s.io"], resources: [resource], verbs }));

export const rbacEscalation = kubernetesRule({
  id: "kubernetes/rbac-escalation",
  aliases: [
    "trivy:KSV-0043",
    "trivy:KSV-0050",
    "trivy:KSV-0051",
    "trivy:KSV-0052",
    "trivy:KSV-0055",
    "checkov:CKV2_K8S_1",
    "checkov:CKV2_K8S_3",
    "checkov:CKV_K8S_156",
    "checkov:CKV_K8S_157",
    "checkov:CKV_K8S_158",
  ],
  item: "least-capabilities",
  severity: "error",
  confidence: "certain",
  summary: "No role can make more of itself.",
  why: "The verbs bind, escalate, impersonate and approve lift the rule that nobody can give what they do not have: whoever has one is administrator with one command more.",
  source: "https://kubernetes.io/docs/concepts/security/rbac-good-practices/#escalate-verb",
  examples: [
    {
      bad: roleWith("{apiGroups: [rbac.authorization.k8s.io], resources: [roles], verbs: [escalate]}"),
      good: roleWith("{apiGroups: [rbac.authorization.k8s.io], resources: [roles], verbs: [get, create]}"),
    },
  ],
  applies: ({ resource, name }) => ROLES.includes(resource.kind) || BINDINGS.includes(resource.kind) || `${name} gives no rights`,
  proves: () => NOTHING,
  *check({ resource, name, manifests }) {
    const advice = "Remove the verb; roles and bindings are applied by who administers the cluster.";
    if (ROLES.includes(resource.kind)) {
      if (isSystem(resource)) return;
      for (const { rule, words, peers } of powers(rulesOf(resource), resource.kind === "ClusterRole"))
        yield { at: spot(rule.node, "verbs"), message: `${name} ${words}`, advice, peers };
      return;
    }
    const role = boundRole(resource, manifests);
    if (role === undefined || !givenToWorkloads(resource)) return;
    const rules = rulesOf(role);
    const at = spot(resource.root, "roleRef", "name");
    const bindable = [...BINDING_RESOURCES, ...ROLE_RESOURCES];
    const binding = rules.some((rule) => allows(rule, { groups: GROUP, resources: bindable, verbs: ["bind"] }));
    const creating = rules.some((rule) => allows(rule, { groups: GROUP, resources: BINDING_RESOURCES, verbs: ["create"] }));
    if (binding && creating)
      yield {
        at,
        message: `${name} lets workloads give themselves any role, by ${resourceName(role)}`,
        advice,
        peers: ["checkov:CKV2_K8S_1"],
      };
    if (rules.some((rule) => allows(rule, { groups: [""], resources: ["users", "groups", "serviceaccounts"], verbs: ["impersonate"] })))
      yield { at, message: `${name} lets workloads act as others, by ${resourceName(role)}`, advice, peers: ["checkov:CKV2_K8S_3"] };
  },
});
