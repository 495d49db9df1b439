import { podRule } from "../../kubernetes/define.ts";
import { inPod } from "../../kubernetes/examples.ts";
import { flag, items, spot, text } from "../../../source/yaml/index.ts";

const TOKEN = "/var/run/secrets/kubernetes.io/serviceaccount";

export const tokenMount = podRule({
  id: "kubernetes/token-mount",
  aliases: ["trivy:KSV-0036", "checkov:CKV_K8S_38", "polaris:automountServiceAccountToken"],
  item: "runtime-secrets",
  severity: "info",
  confidence: "likely",
  summary: "A pod that does not talk to the API server has no token for it.",
  why: "The token is in every container unless told otherwise; who reads one file of it speaks to the API server as that service account.",
  source: "https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/#opt-out-of-api-credential-automounting",
  examples: [{ bad: inPod("automountServiceAccountToken: true"), good: inPod("automountServiceAccountToken: false") }],
  *pod({ name, pod: { spec, containers }, resource, subject }) {
    const own = flag(spec, "automountServiceAccountToken");
    const account = text(spec, "serviceAccountName") ?? text(spec, "serviceAccount") ?? "default";
    const ofAccount = flag(subject.manifests.find("ServiceAccount", account, resource.namespace)?.root, "automountServiceAccountToken");
    if (own === false) return;
    const mounted = containers.some(({ node }) => items(node, "volumeMounts").some((mount) => text(mount, "mountPath") === TOKEN));
    const trivy = own === undefined && !mounted ? [] : ["trivy:KSV-0036"];
    if (own === undefined && ofAccount === false && trivy.length === 0) return;
    yield {
      at: spot(spec, "automountServiceAccountToken"),
      message: `${name} is given a token for the API server`,
      advice: "Set automountServiceAccountToken: false, or say in an ignore what asks the API server.",
      peers: [
        ...trivy,
        "checkov:CKV_K8S_38",
        ...(own === undefined && ofAccount === false ? [] : ["polaris:automountServiceAccountToken"]),
      ],
    };
  },
});
