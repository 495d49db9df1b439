import { podRule } from "../../kubernetes/define.ts";
import { inPod, together } from "../../kubernetes/examples.ts";
import { spot, text } from "../../../source/yaml/index.ts";

export const serviceAccountExists = podRule({
  id: "kubernetes/service-account-exists",
  aliases: ["kubelinter:non-existent-service-account"],
  item: "zero-downtime",
  severity: "warning",
  confidence: "likely",
  summary: "The service account that a pod runs as is there.",
  why: "A pod whose service account does not exist is not created at all: the deployment waits, and its events say why to whoever looks.",
  source: "https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/",
  examples: [
    {
      bad: inPod("serviceAccountName: shop"),
      good: together(inPod("serviceAccountName: shop"), "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: shop}\n"),
    },
  ],
  *pod({ name, pod: { spec }, resource, subject }) {
    const key = (text(spec, "serviceAccountName") ?? "") === "" ? "serviceAccount" : "serviceAccountName";
    const account = text(spec, key) ?? "";
    if (account === "" || account === "default" || subject.manifests.find("ServiceAccount", account, resource.namespace) !== undefined)
      return;
    yield {
      at: spot(spec, key),
      message: `${name} runs as the service account ${account}, which is not here`,
      advice: "Add the ServiceAccount beside it, or check it together with where it comes from.",
    };
  },
});
