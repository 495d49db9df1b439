import { RULES } from "../../src/check/index.ts";
import { ITEMS, type ItemId } from "../../src/checklist/index.ts";
import { READINGS } from "../../src/release/readings.ts";
import { code, table } from "./markdown.ts";

/** Evidence that comes from neither a rule nor a reading, by the `source` its code writes. */
export const OTHER_SOURCES: Readonly<Partial<Record<ItemId, string>>> = {
  signed: "trust/verify",
  "multi-arch": "ship/platform",
  "zero-downtime": "release/history",
  rollback: "release/history",
};

/** docs/reference/checklist.md. */
export const checklistReference = (): string => {
  const rows = ITEMS.map(({ id, holds, evidence }) => {
    const rules = RULES.filter(({ item }) => item === id).map((rule) => `[${rule.id}](rules/${rule.id}.md)`);
    const readings = READINGS.some(({ item }) => item === id) ? [code("release/readings")] : [];
    const other = OTHER_SOURCES[id];
    const answers = [...rules, ...readings, ...(other === undefined ? [] : [code(other)])];
    return [code(id), holds, evidence.join(", "), answers.length === 0 ? "nothing yet" : answers.join(", ")];
  });
  const untried = rows.filter((row) => row[3] === "nothing yet").length;
  return [
    "# The production checklist",
    "Generated from `src/checklist/items.ts`. For each item: what must be so, the kinds of evidence that can prove or disprove it (weakest first), and what gives evidence for it in this version: a rule that reads files and images, `release/readings` (settings of the running containers), `release/history` (what past releases showed), `trust/verify` (signatures), `ship/platform` (the image's architecture).",
    `${ITEMS.length - untried} of ${ITEMS.length} items have a source of evidence. The others are always \`not-tried\`, with that as the reason; the gate of the production profile lets \`not-tried\` pass, the strict one does not.`,
    table(["item", "what must be so", "evidence", "answered by"], rows),
  ]
    .join("\n\n")
    .concat("\n");
};
