import { objectRule } from "../../kubernetes/define.ts";
import { roleWith } from "../../kubernetes/examples.ts";
import { ROLES, isSystem, rulesOf } from "../../kubernetes/rbac.ts";
import { spot } from "../../../source/yaml/index.ts";

/** Resources whose every verb amounts to more than was meant. */
const SENSITIVE = [
  "secrets",
  "pods",
  "deployments",
  "daemonsets",
  "statefulsets",
  "replicationcontrollers",
  "replicasets",
  "cronjobs",
  "jobs",
  "roles",
  "clusterroles",
  "rolebindings",
  "clusterrolebindings",
  "users",
  "groups",
  "serviceaccounts",
];
/** What Trivy asks for: neither patch nor watch. */
const MANAGING = ["*", "create", "delete", "deletecollection", "get", "impersonate", "list", "update"];

export const rbacWildcard = objectRule({
  id: "kubernetes/rbac-wildcard",
  aliases: ["trivy:KSV-0044", "trivy:KSV-0045", "trivy:KSV-0046", "trivy:KSV-0112", "checkov:CKV_K8S_49", "kubelinter:wildcard-in-rules"],
  item: "least-capabilities",
  severity: "warning",
  confidence: "certain",
  summary: "A role names the resources and verbs it is for.",
  why: "A star also means what is added later: a new kind of resource, a new verb. Few who write one need more than three of either.",
  source: "https://kubernetes.io/docs/concepts/security/rbac-good-practices/#least-privilege",
  kinds: ROLES,
  examples: [
    {
      bad: roleWith("{apiGroups: ['*'], resources: ['*'], verbs: ['*']}"),
      good: roleWith("{apiGroups: [''], resources: [configmaps], verbs: [get, list]}"),
    },
  ],
  *object({ resource, name }) {
    if (isSystem(resource)) return;
    for (const { node, groups, resources, verbs } of rulesOf(resource)) {
      const star = { groups: groups.includes("*"), resources: resources.includes("*"), verbs: verbs.includes("*") };
      if (![...groups, ...resources, ...verbs].some((one) => one.includes("*"))) continue;
      const cluster = resource.kind === "ClusterRole";
      const manages = verbs.some((verb) => MANAGING.includes(verb));
      const peers = [
        ...(star.groups && star.resources && star.verbs ? ["trivy:KSV-0044"] : []),
        ...(star.verbs && resources.some((one) => SENSITIVE.includes(one)) ? ["trivy:KSV-0045"] : []),
        ...(star.resources && manages ? [cluster ? "trivy:KSV-0046" : "trivy:KSV-0112"] : []),
        "checkov:CKV_K8S_49",
        ...(star.resources || star.verbs ? ["kubelinter:wildcard-in-rules"] : []),
      ];
      yield {
        at: spot(
          node,
          star.resources ? "resources" : star.verbs ? "verbs" : resources.some((one) => one.includes("*")) ? "resources" : "apiGroups",
        ),
        severity: star.resources && star.verbs ? "error" : star.resources || star.verbs ? "warning" : "info",
        message: `${name} allows ${star.verbs ? "everything" : verbs.join(", ")} on ${star.resources ? "every resource" : resources.join(", ")}${star.groups && !star.resources ? " of any API" : ""}`,
        advice: "Write out what is needed.",
        peers,
      };
    }
  },
});
