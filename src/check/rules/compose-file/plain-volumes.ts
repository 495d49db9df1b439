import { entries, get, items, text } from "../../../source/yaml/index.ts";
import { composeFileRule, NOTHING } from "../../rule.ts";

/** What means the same without quotes: no indicator of YAML at its start, no ": " or " #" in it, and not another type. In `[]` braces end the text. */
const isSafePlain = (value: string, inFlow: boolean): boolean =>
  /^[\w./~$][^\n]*$/.test(value) &&
  !/:(?:\s|$)|\s#|^\s|\s$/.test(value) &&
  !/[[\]{},]/.test(inFlow ? value : value.replaceAll(/\$\{[^{}]*\}/g, "")) &&
  !/^(?:~|null|true|false|[\d.]+)$/i.test(value);

export const plainVolumes = composeFileRule({
  id: "compose-file/plain-volumes",
  aliases: ["dclint:no-quotes-in-volumes"],
  item: "stateless",
  severity: "info",
  confidence: "certain",
  profile: "strict",
  summary: "Volumes are written without quotes that they do not need.",
  why: "Quotes around one volume and none around the next look like a difference where there is none; a list in one style is read and compared more easily.",
  source: "https://docs.docker.com/reference/compose-file/services/#volumes",
  examples: [
    {
      bad: 'services:\n  web:\n    image: shop/web:1.2.3\n    volumes:\n      - "./conf:/conf:ro"\n',
      good: "services:\n  web:\n    image: shop/web:1.2.3\n    volumes:\n      - ./conf:/conf:ro\n",
    },
  ],
  applies: () => true,
  proves: () => NOTHING,
  *check({ tree, source }) {
    for (const [, { value: service }] of entries(tree, "services")) {
      const list = get(service, "volumes");
      const inFlow = list?.source.text[list.start] === "[";
      for (const item of items(service, "volumes")) {
        const value = text(item);
        if (value === undefined || !/^["']/.test(source.text.slice(item.start, item.start + 1)) || !isSafePlain(value, inFlow)) continue;
        yield {
          at: item,
          message: `the volume ${value} is in quotes that it does not need`,
          advice: "Leave the quotes out.",
          fix: { path: source.path, edits: [{ offset: item.start, length: item.end - item.start, text: value }] },
        };
      }
    }
  },
});
