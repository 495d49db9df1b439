import { type ComposeNode } from "../../../source/index.ts";
import { entries, items } from "../../../source/yaml/index.ts";
import { composeFileRule, NOTHING } from "../../rule.ts";

const isPlain = (node: ComposeNode): boolean =>
  node.kind === "scalar" && node.value !== null && !/^["'|>]/.test(node.source.text.slice(node.start, node.start + 1));

export const quotedPorts = composeFileRule({
  id: "compose-file/quoted-ports",
  aliases: ["dclint:require-quotes-in-ports"],
  item: "narrow-ports",
  severity: "info",
  confidence: "likely",
  profile: "strict",
  summary: "Ports are written in quotes.",
  why: "YAML 1.1, which many tools still read, takes 22:22 for a number to the base of sixty: the port becomes 1342. In quotes it is what it looks like everywhere.",
  source: "https://docs.docker.com/reference/compose-file/services/#short-syntax-3",
  examples: [
    {
      bad: "services:\n  web:\n    image: shop/web:1.2.3\n    ports:\n      - 22:22\n",
      good: 'services:\n  web:\n    image: shop/web:1.2.3\n    ports:\n      - "22:22"\n',
    },
  ],
  applies: () => true,
  proves: () => NOTHING,
  *check({ tree, source, settings }) {
    const quote = settings.compose?.quotes === "single" ? "'" : '"';
    for (const [, { value: service }] of entries(tree, "services"))
      for (const item of [...items(service, "ports"), ...items(service, "expose")])
        if (isPlain(item))
          yield {
            at: item,
            message: `the port ${source.text.slice(item.start, item.end)} is not in quotes`,
            advice: "Put it in quotes.",
            fix: {
              path: source.path,
              edits: [
                { offset: item.start, length: 0, text: quote },
                { offset: item.end, length: 0, text: quote },
              ],
            },
          };
  },
});
