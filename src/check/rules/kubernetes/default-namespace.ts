import { spot } from "../../../source/yaml/index.ts";
import { NOTHING, kubernetesRule } from "../../rule.ts";

/** Kinds that stand in no namespace, or say by their own name which. */
const CLUSTER_WIDE =
  /^(?:Namespace|Node|Cluster|PersistentVolume$|StorageClass|CustomResourceDefinition|PriorityClass|IngressClass|GatewayClass|APIService|CSI|.*WebhookConfiguration|PodSecurityPolicy|SecurityContextConstraints|RuntimeClass|VolumeAttachment|Kustomization|List$|K8s)/;

/** What else than workloads Checkov asks (checks/resource/k8s/DefaultNamespace.py). */
const CHECKOV = ["Service", "Secret", "ServiceAccount", "Role", "RoleBinding", "ConfigMap", "Ingress"];

export const defaultNamespace = kubernetesRule({
  id: "kubernetes/default-namespace",
  aliases: ["trivy:KSV-0110", "checkov:CKV_K8S_21", "kubelinter:use-namespace"],
  item: "no-host-access",
  severity: "info",
  confidence: "likely",
  profile: "strict",
  summary: "An object says in which namespace it belongs, and it is not default.",
  why: "In the namespace default everything without a home meets: no quota, no policy and no access rule can tell one application from another.",
  source: "https://kubernetes.io/docs/concepts/overview/working-with-objects/namespaces/",
  examples: [
    {
      bad: "apiVersion: v1\nkind: Service\nmetadata: {name: web, namespace: default}\nspec: {ports: [{port: 80}]}\n",
      good: "apiVersion: v1\nkind: Service\nmetadata: {name: web, namespace: shop}\nspec: {ports: [{port: 80}]}\n",
    },
  ],
  applies: ({ resource, name }) => !CLUSTER_WIDE.test(resource.kind) || `${name} stands in no namespace`,
  proves: () => NOTHING,
  *check({ resource, name }) {
    // The cluster's own, which are there whether one likes it or not.
    if (
      (resource.kind === "ServiceAccount" && resource.name === "default") ||
      (resource.kind === "Service" && resource.name === "kubernetes")
    )
      return;
    if ((resource.namespace ?? "default") === "default")
      yield {
        at: spot(resource.root, "metadata", "namespace"),
        message:
          resource.namespace === undefined
            ? `${name} names no namespace: it is put into default unless a command says otherwise`
            : `${name} is in the namespace default`,
        advice: "Set metadata.namespace.",
        peers: [
          ...(resource.pod !== undefined ? ["trivy:KSV-0110"] : []),
          ...(resource.pod !== undefined || CHECKOV.includes(resource.kind) ? ["checkov:CKV_K8S_21"] : []),
          ...(resource.pod !== undefined || resource.kind === "Service" ? ["kubelinter:use-namespace"] : []),
        ],
      };
  },
});
