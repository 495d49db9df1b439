import { roleWith } from "../../kubernetes/examples.ts";
import { BINDINGS, ROLES, WRITE_VERBS, allows, boundRole, covers, isOneReach, isSystem, rulesOf } from "../../kubernetes/rbac.ts";
import { spot } from "../../../source/yaml/index.ts";
import { resourceName } from "../../../source/kubernetes/index.ts";
import { NOTHING, kubernetesRule } from "../../rule.ts";

const WORKLOADS = ["pods", "deployments", "jobs", "cronjobs", "statefulsets", "daemonsets", "replicasets", "replicationcontrollers"];

export const rbacWorkloads = kubernetesRule({
  id: "kubernetes/rbac-workloads",
  aliases: ["trivy:KSV-0048", "kubelinter:access-to-create-pods"],
  item: "least-capabilities",
  severity: "warning",
  confidence: "certain",
  summary: "Only who deploys may create or change workloads.",
  why: "Who starts a pod chooses its service account, its node and its volumes: in effect they have every secret and every right of the namespace.",
  source: "https://kubernetes.io/docs/concepts/security/rbac-good-practices/#workload-creation",
  examples: [
    {
      bad: roleWith("{apiGroups: [apps], resources: [deployments], verbs: [update]}"),
      good: roleWith("{apiGroups: [apps], resources: [deployments], verbs: [get, list]}"),
    },
  ],
  applies: ({ resource, name }) => ROLES.includes(resource.kind) || BINDINGS.includes(resource.kind) || `${name} gives no rights`,
  proves: () => NOTHING,
  *check({ resource, name, manifests }) {
    if (ROLES.includes(resource.kind) && !isSystem(resource))
      for (const rule of rulesOf(resource))
        if (rule.resources.some((one) => WORKLOADS.includes(one)) && covers(rule.verbs, [...WRITE_VERBS, "impersonate"]))
          yield {
            at: spot(rule.node, "resources"),
            message: `${name} may change ${rule.resources.filter((one) => WORKLOADS.includes(one)).join(", ")}`,
            advice: "Leave this to the role that deploys, in the one namespace.",
            peers: ["trivy:KSV-0048"],
          };
    const role = BINDINGS.includes(resource.kind) ? boundRole(resource, manifests) : undefined;
    if (role !== undefined && rulesOf(role).some((rule) => allows(rule, { resources: WORKLOADS, verbs: ["create"] })))
      yield {
        at: spot(resource.root, "roleRef", "name"),
        message: `${name} lets its subjects start pods, by ${resourceName(role)}`,
        advice: "Give it only to who deploys.",
        peers: isOneReach(resource, role) ? ["kubelinter:access-to-create-pods"] : [],
      };
  },
});
