import { entries } from "../../../source/yaml/index.ts";
import { composeFileRule, NOTHING } from "../../rule.ts";

export const versionField = composeFileRule({
  id: "compose-file/version-field",
  aliases: ["dclint:no-version-field"],
  item: "one-image",
  severity: "info",
  confidence: "certain",
  summary: "The obsolete field version is not written.",
  why: "It has meant nothing since Compose 1.27: every file is read by the one specification. docker compose warns each time, and readers take it for a choice.",
  source: "https://docs.docker.com/reference/compose-file/version-and-name/#version-top-level-element-obsolete",
  examples: [{ bad: "version: '3.9'\nservices: {web: {image: 'shop/web:1.2.3'}}\n", good: "services: {web: {image: 'shop/web:1.2.3'}}\n" }],
  applies: () => true,
  proves: () => NOTHING,
  *check({ source, tree }) {
    const entry = entries(tree).find(([key]) => key === "version")?.[1];
    if (entry === undefined) return;
    const { key, value } = entry;
    const line = source.text.lastIndexOf("\n", key.start - 1) + 1;
    const newline = source.text.indexOf("\n", value.end);
    const end = newline < 0 ? source.text.length : newline + 1;
    const alone = line === key.start && /^\s*(?:#.*)?$/.test(source.text.slice(value.end, end));
    yield {
      at: { source, start: key.start, end: value.end },
      message: "version is obsolete and means nothing",
      advice: "Remove the line.",
      ...(alone ? { fix: { path: source.path, edits: [{ offset: line, length: end - line, text: "" }] } } : {}),
    };
  },
});
