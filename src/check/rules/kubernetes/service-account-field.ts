import { podRule } from "../../kubernetes/define.ts";
import { renameKey } from "../../kubernetes/fixes.ts";
import { inPod } from "../../kubernetes/examples.ts";
import { spot, text } from "../../../source/yaml/index.ts";

export const serviceAccountField = podRule({
  id: "kubernetes/service-account-field",
  aliases: ["kubelinter:deprecated-service-account-field"],
  item: "least-capabilities",
  severity: "info",
  confidence: "certain",
  summary: "A pod names its service account by serviceAccountName.",
  why: "The old field serviceAccount is only kept for old clients; when the two differ, which one counts depends on who reads it.",
  source: "https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#PodSpec",
  examples: [{ bad: inPod("serviceAccount: shop"), good: inPod("serviceAccountName: shop") }],
  *pod({ name, pod: { spec } }) {
    if ((text(spec, "serviceAccount") ?? "") !== "" && text(spec, "serviceAccountName") !== text(spec, "serviceAccount"))
      yield {
        at: spot(spec, "serviceAccount"),
        message: `${name} uses the old field serviceAccount`,
        advice: "Write serviceAccountName.",
        ...renameKey(spec, "serviceAccount", "serviceAccountName"),
      };
  },
});
