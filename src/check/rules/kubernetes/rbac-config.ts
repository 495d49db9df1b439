import { roleWith } from "../../kubernetes/examples.ts";
import {
  BINDINGS,
  ROLES,
  type RbacRule,
  WRITE_VERBS,
  allows,
  boundRole,
  covers,
  givenToWorkloads,
  isSystem,
  rulesOf,
} from "../../kubernetes/rbac.ts";
import { spot } from "../../../source/yaml/index.ts";
import { resourceName } from "../../../source/kubernetes/index.ts";
import { NOTHING, kubernetesRule } from "../../rule.ts";

const NETWORKING = ["services", "endpoints", "endpointslices", "networkpolicies", "ingresses"];
const WEBHOOKS = ["mutatingwebhookconfigurations", "validatingwebhookconfigurations"];
const CHANGING = [...WRITE_VERBS, "impersonate"];

const named = (rule: RbacRule, resources: readonly string[]): boolean => rule.resources.some((one) => resources.includes(one));

/** What a rule lets change that others rely on. */
const reaches = (rule: RbacRule, cluster: boolean): readonly { readonly words: string; readonly peers: readonly string[] }[] => [
  ...(named(rule, ["configmaps"]) && rule.names.length === 0 && covers(rule.verbs, CHANGING)
    ? [{ words: "may change every ConfigMap", peers: ["trivy:KSV-0049"] }]
    : []),
  ...(named(rule, ["configmaps"]) && rule.names.includes("aws-auth") && covers(rule.verbs, CHANGING)
    ? [{ words: "may change who is who in EKS", peers: ["trivy:KSV-0115"] }]
    : []),
  ...(named(rule, NETWORKING) && covers(rule.verbs, CHANGING) ? [{ words: "may send traffic elsewhere", peers: ["trivy:KSV-0056"] }] : []),
  ...(named(rule, WEBHOOKS) && covers(rule.verbs, CHANGING)
    ? [{ words: "may change what the API server asks before it takes anything", peers: ["trivy:KSV-0114"] }]
    : []),
  ...(cluster && allows(rule, { groups: ["admissionregistration.k8s.io"], resources: WEBHOOKS, verbs: ["create", "update", "patch"] })
    ? [{ words: "may change admission webhooks", peers: ["checkov:CKV_K8S_155"] }]
    : []),
  ...(named(rule, ["pods/log"]) && covers(rule.verbs, ["delete", "deletecollection"])
    ? [{ words: "may clear logs away", peers: ["trivy:KSV-0042"] }]
    : []),
];

export const rbacConfig = kubernetesRule({
  id: "kubernetes/rbac-config",
  aliases: [
    "trivy:KSV-0049",
    "trivy:KSV-0056",
    "trivy:KSV-0114",
    "trivy:KSV-0115",
    "trivy:KSV-0042",
    "checkov:CKV2_K8S_4",
    "checkov:CKV_K8S_155",
  ],
  item: "least-capabilities",
  severity: "warning",
  confidence: "certain",
  summary: "A role does not change what others rely on: configuration, network, admission, logs.",
  why: "Who edits a ConfigMap decides what another's program does, who edits endpoints reads its traffic, and who edits webhooks sees and changes everything that is applied.",
  source: "https://kubernetes.io/docs/concepts/security/rbac-good-practices/#control-admission-webhooks",
  examples: [
    {
      bad: roleWith("{apiGroups: [networking.k8s.io], resources: [networkpolicies], verbs: [delete]}"),
      good: roleWith("{apiGroups: [networking.k8s.io], resources: [networkpolicies], verbs: [get, list]}"),
    },
  ],
  applies: ({ resource, name }) => ROLES.includes(resource.kind) || BINDINGS.includes(resource.kind) || `${name} gives no rights`,
  proves: () => NOTHING,
  *check({ resource, name, manifests }) {
    const advice = "Name the objects under resourceNames, or leave it to who administers the cluster.";
    if (ROLES.includes(resource.kind)) {
      if (isSystem(resource)) return;
      for (const rule of rulesOf(resource))
        for (const { words, peers } of reaches(rule, resource.kind === "ClusterRole"))
          yield { at: spot(rule.node, "resources"), message: `${name} ${words}`, advice, peers };
      return;
    }
    const role = boundRole(resource, manifests);
    const status = { groups: ["", "rbac.authorization.k8s.io"], resources: ["services/status"], verbs: ["update", "patch"] };
    if (role !== undefined && givenToWorkloads(resource) && rulesOf(role).some((rule) => allows(rule, status)))
      yield {
        at: spot(resource.root, "roleRef", "name"),
        message: `${name} lets workloads give a Service any address (CVE-2020-8554), by ${resourceName(role)}`,
        advice,
        peers: ["checkov:CKV2_K8S_4"],
      };
  },
});
