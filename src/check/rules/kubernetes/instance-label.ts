import { spot } from "../../../source/yaml/index.ts";
import { NOTHING, kubernetesRule } from "../../rule.ts";

export const instanceLabel = kubernetesRule({
  id: "kubernetes/instance-label",
  aliases: ["polaris:metadataAndInstanceMismatched"],
  item: "observable",
  severity: "info",
  confidence: "certain",
  profile: "strict",
  summary: "A workload's label app.kubernetes.io/instance is its name.",
  why: "Dashboards and cost reports group by that label; where it differs from the name, or is missing, they show a workload under another's name.",
  source: "https://kubernetes.io/docs/concepts/overview/working-with-objects/common-labels/",
  examples: [
    {
      bad: "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: [{name: web, image: 'shop/web:1.2.3'}]}\n",
      good: "apiVersion: v1\nkind: Pod\nmetadata: {name: web, labels: {app.kubernetes.io/instance: web}}\nspec: {containers: [{name: web, image: 'shop/web:1.2.3'}]}\n",
    },
  ],
  applies: ({ resource, name }) => resource.pod !== undefined || `${name} runs no pod`,
  proves: () => NOTHING,
  *check({ resource, name }) {
    if (resource.labels.get("app.kubernetes.io/instance") !== resource.name)
      yield {
        at: spot(resource.root, "metadata", "labels", "app.kubernetes.io/instance"),
        message: `${name} does not have its name as app.kubernetes.io/instance`,
        advice: `Set the label to ${resource.name}.`,
      };
  },
});
