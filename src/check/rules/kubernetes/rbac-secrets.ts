import { roleWith } from "../../kubernetes/examples.ts";
import {
  BINDINGS,
  ROLES,
  type RbacRule,
  WRITE_VERBS,
  allows,
  boundRole,
  givenToWorkloads,
  isOneReach,
  isSystem,
  rulesOf,
} from "../../kubernetes/rbac.ts";
import { spot } from "../../../source/yaml/index.ts";
import { resourceName } from "../../../source/kubernetes/index.ts";
import { NOTHING, kubernetesRule } from "../../rule.ts";

const MANAGING = ["create", "update", "patch", "delete", "deletecollection", "impersonate", "get", "list", "watch"];
const READING = ["get", "list", "watch"];

export const rbacSecrets = kubernetesRule({
  id: "kubernetes/rbac-secrets",
  aliases: ["trivy:KSV-0041", "trivy:KSV-0113", "checkov:CKV2_K8S_5", "kubelinter:access-to-secrets"],
  item: "runtime-secrets",
  severity: "warning",
  confidence: "certain",
  summary: "A role that reads secrets says which.",
  why: "Among the secrets of a namespace are the tokens of its service accounts: who reads all of them can do whatever any of its workloads can, in a ClusterRole of any namespace.",
  source: "https://kubernetes.io/docs/concepts/security/rbac-good-practices/#listing-secrets",
  examples: [
    {
      bad: roleWith("{apiGroups: [''], resources: [secrets], verbs: [get, list]}"),
      good: roleWith("{apiGroups: [''], resources: [secrets], resourceNames: [web-tls], verbs: [get]}"),
    },
  ],
  applies: ({ resource, name }) => ROLES.includes(resource.kind) || BINDINGS.includes(resource.kind) || `${name} gives no rights`,
  proves: () => NOTHING,
  *check({ resource, name, manifests }) {
    const cluster = resource.kind === "ClusterRole";
    const readsAll = (rule: RbacRule, verbs: readonly string[]): boolean =>
      rule.names.length === 0 && allows(rule, { groups: [""], resources: ["secrets"], verbs });
    if (ROLES.includes(resource.kind) && !isSystem(resource))
      for (const rule of rulesOf(resource))
        if (rule.resources.includes("secrets") && readsAll(rule, MANAGING))
          yield {
            at: spot(rule.node, "resources"),
            severity: cluster ? "error" : "warning",
            message: `${name} may ${rule.verbs.join(", ")} every secret of ${cluster ? "the cluster" : "its namespace"}`,
            advice: "Name the secrets under resourceNames, or mount them instead.",
            peers: [cluster ? "trivy:KSV-0041" : "trivy:KSV-0113"],
          };
    const role = BINDINGS.includes(resource.kind) ? boundRole(resource, manifests) : undefined;
    const reading =
      role === undefined
        ? []
        : rulesOf(role).filter((rule) => allows(rule, { groups: [""], resources: ["secrets"], verbs: [...READING, ...WRITE_VERBS] }));
    if (role !== undefined && reading.length > 0) {
      const all = reading.some((rule) => readsAll(rule, READING));
      yield {
        at: spot(resource.root, "roleRef", "name"),
        severity: all ? "warning" : "info",
        message: `${name} gives its subjects secrets, by ${resourceName(role)}`,
        advice: "Give them the one secret they need as a mounted file.",
        peers: [
          ...(isOneReach(resource, role) ? ["kubelinter:access-to-secrets"] : []),
          ...(all && resource.kind === "ClusterRoleBinding" && role.kind === "ClusterRole" && givenToWorkloads(resource)
            ? ["checkov:CKV2_K8S_5"]
            : []),
        ],
      };
    }
  },
});
