import { inPod } from "../../kubernetes/examples.ts";
import { BINDINGS, subjectsOf } from "../../kubernetes/rbac.ts";
import { flag, head, spot, text } from "../../../source/yaml/index.ts";
import { NOTHING, kubernetesRule } from "../../rule.ts";

export const defaultServiceAccount = kubernetesRule({
  id: "kubernetes/default-service-account",
  aliases: ["checkov:CKV_K8S_41", "checkov:CKV_K8S_42", "kubelinter:default-service-account"],
  item: "least-capabilities",
  severity: "info",
  confidence: "certain",
  summary: "A workload has a service account of its own, and default can do nothing.",
  why: "What the service account default may do, every pod of the namespace may that names no other: a right given to one of them is given to all.",
  source: "https://kubernetes.io/docs/concepts/security/service-accounts/",
  examples: [
    { bad: inPod("serviceAccountName: default"), good: inPod("serviceAccountName: shop") },
    {
      bad: "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: default}\n",
      good: "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: default}\nautomountServiceAccountToken: false\n",
    },
    {
      bad: "apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: read}\nsubjects: [{kind: ServiceAccount, name: default}]\nroleRef: {kind: Role, name: read}\n",
      good: "apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: read}\nsubjects: [{kind: ServiceAccount, name: shop}]\nroleRef: {kind: Role, name: read}\n",
    },
  ],
  applies: ({ resource, name }) =>
    resource.pod !== undefined ||
    resource.kind === "ServiceAccount" ||
    BINDINGS.includes(resource.kind) ||
    `${name} has nothing to do with service accounts`,
  proves: () => NOTHING,
  *check({ resource, name }) {
    const { root, pod } = resource;
    const named = ["serviceAccountName", "serviceAccount"].map((key) => text(pod?.spec, key) ?? "").find((one) => one !== "");
    // Without a token an account can do nothing.
    if (pod !== undefined && (named ?? "default") === "default" && flag(pod.spec, "automountServiceAccountToken") !== false)
      yield {
        at: spot(pod.spec, "serviceAccountName"),
        message: `${name} runs as the namespace's default service account`,
        advice: "Set serviceAccountName to one of its own.",
        peers: ["kubelinter:default-service-account"],
      };
    if (resource.kind === "ServiceAccount" && resource.name === "default" && flag(root, "automountServiceAccountToken") !== false)
      yield {
        at: resource.spot,
        message: `${name} gives its token to every pod that names no other`,
        advice: "Set automountServiceAccountToken: false on it.",
        peers: ["checkov:CKV_K8S_41"],
      };
    if (BINDINGS.includes(resource.kind))
      for (const { node, kind, name: subject } of subjectsOf(resource))
        if (kind === "ServiceAccount" && subject === "default")
          yield {
            at: head(node),
            severity: "warning",
            message: `${name} gives a role to every pod of the namespace that names no service account`,
            advice: "Give it to a service account of the one workload that needs it.",
            peers: ["checkov:CKV_K8S_42"],
          };
  },
});
