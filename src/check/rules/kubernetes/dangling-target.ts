import { objectRule } from "../../kubernetes/define.ts";
import { inDeployment, together } from "../../kubernetes/examples.ts";
import { type YamlNode, flag, get, head, items, spot, text, texts } from "../../../source/yaml/index.ts";
import {
  type Manifests,
  type Resource,
  isEmptySelector,
  labelSelector,
  plainSelector,
  sameNamespace,
  selects,
} from "../../../source/kubernetes/index.ts";

/** Services that an Ingress sends to, with the port it asks for by number or name (`service.port`, of old `servicePort`). */
const backendsOf = (
  ingress: Resource,
): readonly { readonly name: string; readonly port: string | undefined; readonly node: YamlNode }[] => {
  const backends = [
    get(ingress.root, "spec", "defaultBackend"),
    get(ingress.root, "spec", "backend"),
    ...items(ingress.root, "spec", "rules").flatMap((rule) => items(rule, "http", "paths").map((path) => get(path, "backend"))),
  ];
  return backends.flatMap((node) => {
    const name = text(node, "service", "name") ?? text(node, "serviceName");
    const port = text(node, "service", "port", "number") ?? text(node, "service", "port", "name") ?? text(node, "servicePort");
    return node === undefined || name === undefined ? [] : [{ name, port, node }];
  });
};

const monitored = (monitor: Resource, manifests: Manifests): boolean => {
  const selector = labelSelector(get(monitor.root, "spec", "selector"));
  const namespaces = texts(monitor.root, "spec", "namespaceSelector", "matchNames");
  const any = flag(monitor.root, "spec", "namespaceSelector", "any") === true;
  return manifests
    .ofKind("Service")
    .some(
      (one) =>
        selects(selector, one.labels) &&
        (any ||
          (namespaces.length > 0
            ? namespaces.includes(one.namespace ?? "default")
            : isEmptySelector(selector) || sameNamespace(one.namespace, monitor.namespace) || monitor.namespace === undefined)),
    );
};

/** A Service without a selector has its endpoints from elsewhere. */
const findsPods = ({ root, namespace }: Resource, manifests: Manifests): boolean => {
  const selector = plainSelector(get(root, "spec", "selector"));
  return isEmptySelector(selector) || text(root, "spec", "type") === "ExternalName" || manifests.selectedBy(selector, namespace).length > 0;
};

export const danglingTarget = objectRule({
  id: "kubernetes/dangling-target",
  aliases: [
    "kubelinter:dangling-service",
    "kubelinter:dangling-ingress",
    "kubelinter:dangling-horizontalpodautoscaler",
    "kubelinter:dangling-servicemonitor",
    "kubescore:service-targets-pod",
    "kubescore:ingress-targets-service",
    "kubescore:horizontalpodautoscaler-has-target",
  ],
  item: "zero-downtime",
  severity: "warning",
  confidence: "likely",
  summary: "What points at something points at something that is there.",
  why: "A Service whose labels match no pod answers nobody, an autoscaler for a deployment that was renamed scales nothing: each is accepted without a word, and found when it is needed.",
  source: "https://kubernetes.io/docs/concepts/services-networking/service/",
  kinds: ["Service", "Ingress", "HorizontalPodAutoscaler", "ServiceMonitor"],
  examples: [
    {
      bad: together(
        inDeployment("replicas: 3"),
        "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {selector: {app: wbe}, ports: [{port: 80}]}\n",
      ),
      good: together(
        inDeployment("replicas: 3"),
        "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {selector: {app: web}, ports: [{port: 80}]}\n",
      ),
    },
  ],
  *object({ resource, name, manifests }) {
    const { root, kind, namespace } = resource;
    const advice = "Correct the name or the labels; when the other is applied from elsewhere, check both together or ignore this.";
    if (kind === "Service" && !findsPods(resource, manifests))
      yield {
        at: spot(root, "spec", "selector"),
        message: `${name} selects no pod that is here`,
        advice,
        peers: ["kubelinter:dangling-service", "kubescore:service-targets-pod"],
      };
    if (kind === "Ingress")
      for (const { name: target, port, node } of backendsOf(resource)) {
        const found = manifests.find("Service", target, namespace);
        const ports = items(found?.root, "spec", "ports");
        const answers =
          found !== undefined &&
          (port === undefined || ports.length === 0 || ports.some((one) => text(one, "port") === port || text(one, "name") === port));
        if (!answers)
          yield {
            at: head(node),
            message:
              found === undefined
                ? `${name} sends requests to the Service ${target}, which is not here`
                : `${name} sends requests to port ${port ?? ""} of the Service ${target}, which has none such`,
            advice,
            peers: ["kubelinter:dangling-ingress", "kubescore:ingress-targets-service"],
          };
      }
    if (kind === "HorizontalPodAutoscaler") {
      const target = ["kind", "name"].map((key) => text(root, "spec", "scaleTargetRef", key) ?? "");
      if (manifests.find(target[0] ?? "", target[1] ?? "", namespace) === undefined)
        yield {
          at: spot(root, "spec", "scaleTargetRef"),
          message: `${name} scales ${target.join("/")}, which is not here`,
          advice,
          peers: ["kubelinter:dangling-horizontalpodautoscaler", "kubescore:horizontalpodautoscaler-has-target"],
        };
    }
    if (kind === "ServiceMonitor" && !monitored(resource, manifests))
      yield {
        at: spot(root, "spec"),
        message: `${name} watches no Service that is here`,
        advice,
        peers: ["kubelinter:dangling-servicemonitor"],
      };
  },
});
