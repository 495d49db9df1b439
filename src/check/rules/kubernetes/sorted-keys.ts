import { type YamlNode, spot } from "../../../source/yaml/index.ts";
import { NOTHING, kubernetesRule } from "../../rule.ts";

function* unsorted(node: YamlNode, path: string): Iterable<{ readonly node: YamlNode; readonly path: string; readonly first: string }> {
  if (node.kind === "mapping") {
    const keys = [...node.entries.keys()];
    const wrong = keys.findIndex((key, index) => index > 0 && key < (keys[index - 1] ?? ""));
    if (wrong > 0) yield { node, path, first: keys[wrong] ?? "" };
    for (const [key, { value }] of node.entries) yield* unsorted(value, path === "" ? key : `${path}.${key}`);
  }
  if (node.kind === "sequence") for (const [index, item] of node.items.entries()) yield* unsorted(item, `${path}[${index}]`);
}

export const sortedKeys = kubernetesRule({
  id: "kubernetes/sorted-keys",
  aliases: ["kubelinter:sorted-keys"],
  item: "versioned-dockerfile",
  severity: "info",
  confidence: "certain",
  profile: "strict",
  summary: "Keys stand in alphabetical order.",
  why: "Where several people and programs write the same manifests, one order makes a difference show only what changed. It is a matter of taste, so only strict asks for it.",
  source: "https://docs.kubelinter.io/#/generated/checks?id=sorted-keys",
  examples: [
    {
      bad: "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: shop}\ndata: {a: b}\n",
      good: "apiVersion: v1\ndata: {a: b}\nkind: ConfigMap\nmetadata: {name: shop}\n",
    },
  ],
  applies: () => true,
  proves: () => NOTHING,
  *check({ resource, name }) {
    for (const { node, path, first } of unsorted(resource.root, ""))
      yield {
        at: spot(node, first),
        message: `${path === "" ? name : `${path} of ${name}`} is not sorted: ${first} comes earlier`,
        advice: "Sort the keys.",
      };
  },
});
