import { type AnyRule, pageOf, rulePage, RULES } from "../../src/check/index.ts";
import { checkExample } from "../../src/check/test-data/subjects.ts";
import { code, table } from "./markdown.ts";

const KINDS = {
  compose: "Services of compose files",
  "compose-file": "Compose files as they are written",
  context: "Build contexts",
  image: "Images",
  dockerfile: "Dockerfiles",
  kubernetes: "Kubernetes manifests",
  workflow: "CI workflows",
} as const satisfies Record<AnyRule["kind"], string>;

/** Whether `--fix` mends what one of the rule's own examples has wrong. */
const isFixable = async (rule: AnyRule): Promise<boolean> => {
  for (const { bad } of rule.examples) if ((await checkExample(rule, bad)).findings.some(({ fix }) => fix !== undefined)) return true;
  return false;
};

const index = (fixable: ReadonlySet<AnyRule>): string =>
  [
    "# Rules",
    `Generated from \`src/check/catalogue.ts\`: ${RULES.length} rules, each with a page of its own. How to set, ignore and fix: [the guide](../guide/check.md).`,
    ...Object.entries(KINDS).flatMap(([kind, title]) => {
      const rules = RULES.filter((rule) => rule.kind === kind).toSorted((a, b) => a.id.localeCompare(b.id));
      return [
        `## ${title}`,
        table(
          ["rule", "severity", "profile", "item", "--fix", "what must be so"],
          rules.map((rule) => [
            `[${rule.id}](rules/${rule.id}.md)`,
            rule.severity,
            rule.profile,
            code(rule.item),
            fixable.has(rule) ? "yes" : "",
            rule.summary,
          ]),
        ),
      ];
    }),
  ]
    .join("\n\n")
    .concat("\n");

/** docs/reference/rules.md and a page for each rule, by path. */
export const rulesReference = async (): Promise<Readonly<Record<string, string>>> => {
  const fixable = new Set<AnyRule>();
  for (const rule of RULES) if (await isFixable(rule)) fixable.add(rule);
  return {
    "docs/reference/rules.md": index(fixable),
    ...Object.fromEntries(RULES.map((rule) => [pageOf(rule), rulePage(rule, fixable.has(rule))])),
  };
};
