import { itemOf, type Profile } from "../checklist/index.ts";
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

/** A fence longer than any in the text. */
const fenced = (language: string, text: string): string => {
  const longest = Math.max(2, ...[...text.matchAll(/^`{3,}/gm)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}${language}\n${text.replace(/\n$/, "")}\n${fence}`;
};

const exampleText = (rule: AnyRule, example: AnyRule["examples"][number]["bad"]): string => {
  if (typeof example === "string") return example;
  if (rule.kind === "dockerfile") return dockerfileText(example as DockerfileExample);
  if (rule.kind === "image") return JSON.stringify(example, null, 2);
  return Object.entries(example)
    .map(([path, content]) => (content === "" ? path : `${path}: ${JSON.stringify(content)}`))
    .join("\n");
};

/** Where a rule's page is, from the repository's root. */
export const pageOf = (rule: AnyRule): string => `docs/reference/rules/${rule.id}.md`;

const profileWords = {
  dev: "every profile",
  production: "profiles production and strict",
  strict: "profile strict",
} as const satisfies Record<Profile, string>;

const parts = (rule: AnyRule): readonly string[] => {
  const item = itemOf(rule.item);
  const examples = rule.examples.flatMap(({ bad, good }) => [
    `Refused:\n\n${fenced(LANGUAGE[rule.kind], exampleText(rule, bad))}`,
    `Accepted:\n\n${fenced(LANGUAGE[rule.kind], exampleText(rule, good))}`,
  ]);
  return [
    `${rule.summary} **${rule.severity}**, ${rule.confidence}, ${profileWords[rule.profile]}.`,
    rule.why,
    `Checklist item \`${item.id}\`: ${item.holds}.`,
    ...examples,
  ];
};

const ending = (rule: AnyRule): readonly string[] => [
  `To live with it: \`# seaworthy ignore=${rule.id} until=YYYY-MM-DD <reason>\` on the line, or the line above. For whole files, in \`x-seaworthy.check\` or \`.seaworthy.yaml\`: \`rules: {${rule.id}: {severity: off, reason: ..., paths: [...]}}\`.`,
  ...(rule.aliases.length === 0 ? [] : [`Elsewhere: ${rule.aliases.join(", ")}. Ignore comments of these tools are honoured.`]),
  `Source: <${rule.source}>`,
];

/** A rule for the terminal, as Markdown. */
export const explainRule = (rule: AnyRule): string =>
  [`## ${rule.id}`, ...parts(rule), ...ending(rule), `Page: ${pageOf(rule)}`].join("\n\n");

/** A rule's page. `fixable`: whether `--fix` mends its examples. */
export const rulePage = (rule: AnyRule, fixable: boolean): string =>
  [
    `# ${rule.id}`,
    "Generated from the rule; its examples are its tests. [All rules](../../rules.md), [settings and ignores](../../../guide/check.md).",
    ...parts(rule),
    fixable
      ? "`seaworthy check --fix` mends it where the text leaves no doubt."
      : "`--fix` does not mend it: what is right here only you can tell.",
    ...ending(rule),
  ]
    .join("\n\n")
    .concat("\n");

/** `seaworthy/rules@1`. */
export const rulesDocument = (rules: readonly AnyRule[]) => ({
  schema: "seaworthy/rules@1" as const,
  rules: rules.map(({ id, kind, item, severity, confidence, profile, summary, why, source, aliases }) => ({
    id,
    kind,
    item,
    severity,
    confidence,
    profile,
    summary,
    why,
    source,
    aliases,
  })),
});
