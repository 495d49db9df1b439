import { SCRIPT_RULES } from "./packages/catalogue.ts";
import type { AnyRule } from "./rule.ts";
import { COMPOSE_FILE_RULES } from "./rules/compose-file/catalogue.ts";
import { COMPOSE_RULES } from "./rules/compose/catalogue.ts";
import { CONTEXT_RULES } from "./rules/context/catalogue.ts";
import { DOCKERFILE_RULES } from "./rules/dockerfile/catalogue.ts";
import { IMAGE_RULES } from "./rules/image/catalogue.ts";
import { KUBERNETES_RULES } from "./rules/kubernetes/catalogue.ts";
import { WORKFLOW_RULES } from "./rules/workflow/catalogue.ts";

/** Every rule, by kind. The folders under rules/ hold exactly these (catalogue.test.ts). */
export const RULES: readonly AnyRule[] = [
  ...COMPOSE_RULES,
  ...COMPOSE_FILE_RULES,
  ...CONTEXT_RULES,
  ...IMAGE_RULES,
  ...DOCKERFILE_RULES,
  ...SCRIPT_RULES,
  ...KUBERNETES_RULES,
  ...WORKFLOW_RULES,
];

/** Trivy writes one rule as KSV-0017, KSV017 and AVD-KSV-0017, in any case. */
const canonicalName = (name: string): string => {
  const [, tool = "", family = "", number = ""] = /^(trivy:)?(?:avd-)?(ksv|kcv|ds)-?(\d+)$/i.exec(name) ?? [];
  return family === "" ? name : `${tool}${family.toUpperCase()}-${number.padStart(4, "0")}`;
};

const idOf = (alias: string): string => alias.slice(alias.indexOf(":") + 1);

const index = (): ReadonlyMap<string, readonly AnyRule[]> => {
  const found = new Map<string, Set<AnyRule>>();
  const add = (name: string, rule: AnyRule): void => {
    const rules = found.get(name);
    if (rules === undefined) found.set(name, new Set([rule]));
    else rules.add(rule);
  };
  for (const rule of RULES)
    for (const name of [rule.id, rule.id.slice(rule.kind.length + 1), ...rule.aliases.flatMap((alias) => [alias, idOf(alias)])])
      add(name, rule);
  return new Map([...found].map(([name, rules]) => [name, [...rules]]));
};

const byTool = new Map<string, readonly AnyRule[]>();
let byName: ReadonlyMap<string, readonly AnyRule[]> | undefined;

/**
 * By its id, its name alone (which rules of several kinds may share), or a peer's id for the same meaning (`hadolint:DL3002`, `DL3002`).
 * `trivy:*` is every rule that Trivy has too. Empty when there is none.
 */
export const findRules = (text: string): readonly AnyRule[] => {
  const [, tool] = /^(\w+):\*$/.exec(text) ?? [];
  if (tool !== undefined) {
    const ofTool = byTool.get(tool) ?? RULES.filter((rule) => rule.aliases.some((alias) => alias.startsWith(`${tool}:`)));
    // Tools without a rule are not kept: their names are the user's words.
    if (ofTool.length > 0) byTool.set(tool, ofTool);
    return ofTool;
  }
  byName ??= index();
  return byName.get(canonicalName(text)) ?? [];
};

/** The aliases of a rule that a name means; none when it names the rule itself. */
export const aliasesNamed = (rule: AnyRule, text: string): readonly string[] => {
  const name = canonicalName(text);
  if (name === rule.id || name === rule.id.slice(rule.kind.length + 1)) return [];
  return rule.aliases.filter((alias) => alias === name || idOf(alias) === name);
};
