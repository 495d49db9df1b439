import { objectRule } from "../../kubernetes/define.ts";
import { items, spot } from "../../../source/yaml/index.ts";

export const ingressTls = objectRule({
  id: "kubernetes/ingress-tls",
  aliases: ["polaris:tlsSettingsMissing"],
  item: "https",
  severity: "warning",
  confidence: "likely",
  summary: "An Ingress has TLS.",
  why: "Without it passwords and sessions cross the network in the clear, and whoever stands in between changes the pages.",
  source: "https://kubernetes.io/docs/concepts/services-networking/ingress/#tls",
  kinds: ["Ingress"],
  examples: [
    {
      bad: "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: web}\nspec: {rules: [{host: shop.example}]}\n",
      good: "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: web}\nspec: {tls: [{hosts: [shop.example], secretName: tls}], rules: [{host: shop.example}]}\n",
    },
  ],
  *object({ resource: { root }, name }) {
    if (items(root, "spec", "tls").length === 0)
      yield {
        at: spot(root, "spec"),
        message: `${name} serves in the clear`,
        advice: "Add spec.tls with its hosts and the secret of their certificate.",
      };
  },
});
