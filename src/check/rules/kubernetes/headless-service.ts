import { podRule } from "../../kubernetes/define.ts";
import { together } from "../../kubernetes/examples.ts";
import { get, spot, text } from "../../../source/yaml/index.ts";
import { plainSelector, selects } from "../../../source/kubernetes/index.ts";

export const headlessService = podRule({
  id: "kubernetes/headless-service",
  aliases: ["kubescore:statefulset-has-servicename"],
  item: "zero-downtime",
  severity: "warning",
  confidence: "likely",
  summary: "A StatefulSet names a headless Service that selects its pods.",
  why: "The names web-0.web, web-1.web come from that Service: without it the members of a cluster do not find each other.",
  source: "https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#stable-network-id",
  kinds: ["StatefulSet"],
  examples: [
    {
      bad: "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: db}\nspec: {serviceName: db, template: {metadata: {labels: {app: db}}, spec: {containers: [{name: db, image: 'shop/db:1.2.3'}]}}}\n",
      good: together(
        "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: db}\nspec: {serviceName: db, template: {metadata: {labels: {app: db}}, spec: {containers: [{name: db, image: 'shop/db:1.2.3'}]}}}\n",
        "apiVersion: v1\nkind: Service\nmetadata: {name: db}\nspec: {clusterIP: None, selector: {app: db}}\n",
      ),
    },
  ],
  *pod({ name, pod, resource, subject }) {
    const wanted = text(resource.root, "spec", "serviceName") ?? "";
    const found = subject.manifests.find("Service", wanted, resource.namespace);
    const fits =
      found !== undefined &&
      text(found.root, "spec", "clusterIP") === "None" &&
      selects(plainSelector(get(found.root, "spec", "selector")), pod.labels);
    if (!fits)
      yield {
        at: spot(resource.root, "spec", "serviceName"),
        message:
          wanted === ""
            ? `${name} names no Service`
            : `${name} names the Service ${wanted}, which is not here as a headless one for its pods`,
        advice: "Add a Service of that name with clusterIP: None and the pods' labels as its selector.",
      };
  },
});
