import { replaceValue } from "../../kubernetes/fixes.ts";
import { spot } from "../../../source/yaml/index.ts";
import { NOTHING, kubernetesRule } from "../../rule.ts";

/** Kubernetes' own deprecation guide: version and kinds, since when it is gone, and what replaces it. */
const GONE: readonly (readonly [version: string, kinds: readonly string[] | "*", removed: string, replacement: string])[] = [
  ["extensions/v1beta1", ["Ingress"], "1.22", "networking.k8s.io/v1"],
  ["extensions/v1beta1", ["NetworkPolicy"], "1.16", "networking.k8s.io/v1"],
  ["extensions/v1beta1", ["PodSecurityPolicy"], "1.16", "Pod Security Admission"],
  ["extensions/v1beta1", "*", "1.16", "apps/v1"],
  ["apps/v1beta1", "*", "1.16", "apps/v1"],
  ["apps/v1beta2", "*", "1.16", "apps/v1"],
  ["networking.k8s.io/v1beta1", ["Ingress", "IngressClass"], "1.22", "networking.k8s.io/v1"],
  ["rbac.authorization.k8s.io/v1alpha1", "*", "1.22", "rbac.authorization.k8s.io/v1"],
  ["rbac.authorization.k8s.io/v1beta1", "*", "1.22", "rbac.authorization.k8s.io/v1"],
  [
    "admissionregistration.k8s.io/v1beta1",
    ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"],
    "1.22",
    "admissionregistration.k8s.io/v1",
  ],
  ["apiextensions.k8s.io/v1beta1", "*", "1.22", "apiextensions.k8s.io/v1"],
  ["apiregistration.k8s.io/v1beta1", "*", "1.22", "apiregistration.k8s.io/v1"],
  ["authentication.k8s.io/v1beta1", ["TokenReview"], "1.22", "authentication.k8s.io/v1"],
  ["authorization.k8s.io/v1beta1", "*", "1.22", "authorization.k8s.io/v1"],
  ["certificates.k8s.io/v1beta1", "*", "1.22", "certificates.k8s.io/v1"],
  ["coordination.k8s.io/v1beta1", ["Lease"], "1.22", "coordination.k8s.io/v1"],
  ["scheduling.k8s.io/v1beta1", "*", "1.22", "scheduling.k8s.io/v1"],
  ["storage.k8s.io/v1beta1", ["CSIDriver", "CSINode", "StorageClass", "VolumeAttachment"], "1.22", "storage.k8s.io/v1"],
  ["batch/v2alpha1", ["CronJob"], "1.21", "batch/v1"],
  ["batch/v1beta1", "*", "1.25", "batch/v1"],
  ["discovery.k8s.io/v1beta1", "*", "1.25", "discovery.k8s.io/v1"],
  ["events.k8s.io/v1beta1", "*", "1.25", "events.k8s.io/v1"],
  ["autoscaling/v2beta1", "*", "1.25", "autoscaling/v2"],
  ["autoscaling/v2beta2", "*", "1.26", "autoscaling/v2"],
  ["policy/v1beta1", ["PodDisruptionBudget"], "1.25", "policy/v1"],
  ["policy/v1beta1", ["PodSecurityPolicy"], "1.25", "Pod Security Admission"],
  ["node.k8s.io/v1beta1", "*", "1.25", "node.k8s.io/v1"],
  ["flowcontrol.apiserver.k8s.io/v1beta1", "*", "1.26", "flowcontrol.apiserver.k8s.io/v1"],
  ["flowcontrol.apiserver.k8s.io/v1beta2", "*", "1.29", "flowcontrol.apiserver.k8s.io/v1"],
  ["storage.k8s.io/v1beta1", ["CSIStorageCapacity"], "1.27", "storage.k8s.io/v1"],
  ["flowcontrol.apiserver.k8s.io/v1beta3", "*", "1.32", "flowcontrol.apiserver.k8s.io/v1"],
];

/** Versions whose successor has the same fields, so that the version alone is to be written anew (deprecation guide, "Notable changes": none). */
const SAME_FIELDS = [
  "autoscaling/v2beta2",
  "batch/v1beta1",
  "coordination.k8s.io/v1beta1",
  "node.k8s.io/v1beta1",
  "rbac.authorization.k8s.io/v1alpha1",
  "rbac.authorization.k8s.io/v1beta1",
  "scheduling.k8s.io/v1beta1",
  "storage.k8s.io/v1beta1",
];

export const apiVersion = kubernetesRule({
  id: "kubernetes/api-version",
  aliases: ["trivy:KSV-0107", "kubelinter:no-extensions-v1beta", "kubescore:stable-version"],
  item: "zero-downtime",
  severity: "error",
  confidence: "certain",
  summary: "An object uses a version of the API that clusters still have.",
  why: "After an upgrade the API server does not know the old version: what runs goes on running, and the next release is refused.",
  source: "https://kubernetes.io/docs/reference/using-api/deprecation-guide/",
  examples: [
    {
      bad: "apiVersion: extensions/v1beta1\nkind: Ingress\nmetadata: {name: web}\nspec: {rules: [{host: shop.example}]}\n",
      good: "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: web}\nspec: {rules: [{host: shop.example}]}\n",
    },
  ],
  applies: () => true,
  proves: () => NOTHING,
  *check({ resource, name, settings }) {
    const found = GONE.find(([version, kinds]) => version === resource.apiVersion && (kinds === "*" || kinds.includes(resource.kind)));
    if (found === undefined) return;
    const [, , removed, replacement] = found;
    const [, cluster] = /^v?1\.(\d+)/.exec(settings.kubernetesVersion ?? "") ?? [];
    const still = cluster !== undefined && Number(cluster) < Number(removed.slice(2));
    yield {
      at: spot(resource.root, "apiVersion"),
      severity: still ? "warning" : "error",
      message: `${name} uses ${resource.apiVersion}, which is gone since Kubernetes ${removed}`,
      advice: `Use ${replacement}.`,
      ...(SAME_FIELDS.includes(resource.apiVersion) ? replaceValue(resource.root, "apiVersion", replacement) : {}),
      ...(resource.apiVersion.startsWith("extensions/") ? {} : { peers: ["trivy:KSV-0107", "kubescore:stable-version"] }),
    };
  },
});
