import { SERVING_KINDS } from "../../kubernetes/services.ts";
import { spot } from "../../../source/yaml/index.ts";
import { NOTHING, kubernetesRule } from "../../rule.ts";

export const owner = kubernetesRule({
  id: "kubernetes/owner",
  aliases: ["kubelinter:required-label-owner", "kubelinter:required-annotation-email"],
  item: "observable",
  severity: "info",
  confidence: "certain",
  profile: "strict",
  summary: "A workload says who answers for it.",
  why: "At three in the morning whoever is woken needs a name: a label owner and an annotation email say whom to ask.",
  source: "https://docs.kubelinter.io/#/generated/checks?id=required-label-owner",
  examples: [
    {
      bad: "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: [{name: web, image: 'shop/web:1.2.3'}]}\n",
      good: "apiVersion: v1\nkind: Pod\nmetadata: {name: web, labels: {owner: team-shop}, annotations: {email: shop@acme.example}}\nspec: {containers: [{name: web, image: 'shop/web:1.2.3'}]}\n",
    },
  ],
  applies: ({ resource, name }) =>
    resource.pod !== undefined || [...SERVING_KINDS, "DaemonSet"].includes(resource.kind) || `${name} is no workload`,
  proves: () => NOTHING,
  *check({ resource, name }) {
    const at = spot(resource.root, "metadata");
    if ((resource.labels.get("owner") ?? "") === "")
      yield {
        at,
        message: `${name} has no label owner`,
        advice: "Set the label owner to a team.",
        peers: ["kubelinter:required-label-owner"],
      };
    if (!/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(resource.annotations.get("email") ?? ""))
      yield {
        at,
        message: `${name} has no annotation email`,
        advice: "Set the annotation email to an address somebody reads.",
        peers: ["kubelinter:required-annotation-email"],
      };
  },
});
