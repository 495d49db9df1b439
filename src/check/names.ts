import { BASE_RULES } from "./catalogue.ts";
import { LATER_NAMES } from "./later-names.ts";
import type { AnyRule } from "./rule.ts";

/** What a rule is called, known of every rule, loaded or not: what a name means must not depend on which rules are at hand. */
export type RuleName = Pick<AnyRule, "id" | "kind" | "aliases">;

const laterName = (line: string): readonly RuleName[] => {
  const [id = "", ...aliases] = line.split(" ");
  const [, kind, name] = /^(kubernetes|workflow)\/(.+)$/.exec(id) ?? [];
  return kind === "kubernetes" || kind === "workflow" ? [{ id: `${kind}/${name}`, kind, aliases }] : [];
};

let all: readonly RuleName[] | undefined;

/** In the catalogue's order. */
export const ruleNames = (): readonly RuleName[] => (all ??= [...BASE_RULES, ...LATER_NAMES.split("\n").flatMap(laterName)]);

/** Trivy writes one rule as KSV-0017, KSV017 and AVD-KSV-0017, in any case. */
const canonicalName = (name: string): string => {
  const [, tool = "", family = "", number = ""] = /^(trivy:)?(?:avd-)?(ksv|kcv|ds)-?(\d+)$/i.exec(name) ?? [];
  return family === "" ? name : `${tool}${family.toUpperCase()}-${number.padStart(4, "0")}`;
};

const idOf = (alias: string): string => alias.slice(alias.indexOf(":") + 1);

const index = (): ReadonlyMap<string, readonly RuleName[]> => {
  const found = new Map<string, Set<RuleName>>();
  const add = (name: string, rule: RuleName): void => {
    const rules = found.get(name);
    if (rules === undefined) found.set(name, new Set([rule]));
    else rules.add(rule);
  };
  for (const rule of ruleNames())
    for (const name of [rule.id, rule.id.slice(rule.kind.length + 1), ...rule.aliases.flatMap((alias) => [alias, idOf(alias)])])
      add(name, rule);
  return new Map([...found].map(([name, rules]) => [name, [...rules]]));
};

const byTool = new Map<string, readonly RuleName[]>();
let byName: ReadonlyMap<string, readonly RuleName[]> | undefined;

/**
 * By its id, its name alone (which rules of several kinds may share), or a peer's id for the same meaning (`hadolint:DL3002`, `DL3002`).
 * `trivy:*` is every rule that Trivy has too. Empty when there is none.
 */
export const findNames = (text: string): readonly RuleName[] => {
  const [, tool] = /^(\w+):\*$/.exec(text) ?? [];
  if (tool !== undefined) {
    const ofTool = byTool.get(tool) ?? ruleNames().filter((rule) => rule.aliases.some((alias) => alias.startsWith(`${tool}:`)));
    // Tools without a rule are not kept: their names are the user's words.
    if (ofTool.length > 0) byTool.set(tool, ofTool);
    return ofTool;
  }
  byName ??= index();
  return byName.get(canonicalName(text)) ?? [];
};

/** Those of some rules that a name means. */
export const rulesNamed = (rules: readonly AnyRule[], text: string): readonly AnyRule[] => {
  const ids = new Set<string>(findNames(text).map(({ id }) => id));
  return rules.filter(({ id }) => ids.has(id));
};

/** The aliases of a rule that a name means; none when it names the rule itself. */
export const aliasesNamed = (rule: RuleName, text: string): readonly string[] => {
  const name = canonicalName(text);
  if (name === rule.id || name === rule.id.slice(rule.kind.length + 1)) return [];
  return rule.aliases.filter((alias) => alias === name || idOf(alias) === name);
};
