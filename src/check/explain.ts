import { itemOf } from "../checklist/index.ts";
import { RULES } from "./catalogue.ts";
import type { AnyRule, DockerfileExample } from "./rule.ts";

const LANGUAGE = {
  compose: "yaml",
  "compose-file": "yaml",
  image: "json",
  context: "text",
  kubernetes: "yaml",
  workflow: "yaml",
  dockerfile: "dockerfile",
} as const;

const dockerfileText = ({ text, ignore, settings }: DockerfileExample): string =>
  [
    ...(settings === undefined ? [] : [`# with the settings ${JSON.stringify(settings)}`]),
    ...(ignore === undefined ? [] : [`# with the .dockerignore ${JSON.stringify(ignore)}`]),
    text,
  ].join("\n");

const exampleText = (rule: AnyRule, example: AnyRule["examples"][number]["bad"]): string => {
  if (typeof example === "string") return example;
  if (rule.kind === "dockerfile") return dockerfileText(example as DockerfileExample);
  if (rule.kind === "image") return JSON.stringify(example, null, 2);
  return Object.entries(example)
    .map(([path, content]) => (content === "" ? path : `${path}: ${JSON.stringify(content)}`))
    .join("\n");
};

/** A rule as a page of Markdown: what `explain` prints and what docs/reference/rules.md is made of. */
export const explainRule = (rule: AnyRule): string => {
  const item = itemOf(rule.item);
  const examples = rule.examples.flatMap(({ bad, good }) => [
    `Refused:\n\n\`\`\`${LANGUAGE[rule.kind]}\n${exampleText(rule, bad)}\n\`\`\``,
    `Accepted:\n\n\`\`\`${LANGUAGE[rule.kind]}\n${exampleText(rule, good)}\n\`\`\``,
  ]);
  return [
    `## ${rule.id}`,
    `${rule.summary} **${rule.severity}**, ${rule.confidence}.`,
    rule.why,
    `Checklist item \`${item.id}\`: ${item.holds}.`,
    ...examples,
    `To live with it: \`# seaworthy ignore=${rule.id} until=YYYY-MM-DD <reason>\` on the line, or the line above.`,
    ...(rule.aliases.length === 0 ? [] : [`Elsewhere: ${rule.aliases.join(", ")}.`]),
    `Source: <${rule.source}>`,
  ].join("\n\n");
};

/** docs/reference/rules.md. */
export const rulesReference = (): string =>
  ["# Rules", "Generated from `src/check/catalogue.ts`; the examples are the rules' tests.", ...RULES.map(explainRule)]
    .join("\n\n")
    .concat("\n");
