import { containerRule } from "../../kubernetes/define.ts";
import { inContainer } from "../../kubernetes/examples.ts";
import { items, spot, text } from "../../../source/yaml/index.ts";

export const duplicateEnv = containerRule({
  id: "kubernetes/duplicate-env",
  aliases: ["kubelinter:duplicate-env-var", "kubescore:environment-variable-key-duplication"],
  item: "one-image",
  severity: "warning",
  confidence: "certain",
  summary: "A container sets an environment variable once.",
  why: "The last one counts, whoever reads the first believes it; and a later kubectl apply merges lists by name and may drop one.",
  source: "https://kubernetes.io/docs/tasks/inject-data-application/define-environment-variable-container/",
  examples: [
    {
      bad: inContainer("env: [{name: PORT, value: '8080'}, {name: PORT, value: '9090'}]"),
      good: inContainer("env: [{name: PORT, value: '8080'}, {name: HOST, value: 0.0.0.0}]"),
    },
  ],
  *container({ node, name }) {
    const seen = new Set<string>();
    for (const [index, variable] of items(node, "env").entries()) {
      const key = text(variable, "name") ?? "";
      if (seen.has(key))
        yield {
          at: spot(node, "env", index, "name"),
          message: `${name} sets ${key} twice`,
          advice: "Keep the last one: it is the one that counts.",
        };
      seen.add(key);
    }
  },
});
