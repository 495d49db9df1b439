import { type AnyRule, findRules, outOfScope, RULES } from "../../src/check/index.ts";
import type { Finding } from "../../src/checklist/index.ts";
import { judgeCase, judges } from "./judge.ts";
import type { CorpusCase } from "./record.ts";

export interface Outcome {
  readonly verdict: "agree" | "disagree" | "noRule" | "outOfScope";
  /** For a reader: what was expected and what came. */
  readonly words: string;
}

/** A corpus calls its tool by its package's name, the aliases by one word. */
const toolOf = (source: string): string => ({ "compose-lint": "composelint", "buildkit-docs": "buildkit" })[source] ?? source;

/** Whether a finding says what a peer's rule says. */
const says = (finding: Finding, alias: string): boolean =>
  !finding.rule.startsWith("internal/") &&
  !finding.rule.startsWith("suppression/") &&
  !finding.rule.startsWith("input/") &&
  (finding.peers === undefined || finding.peers.includes(alias));

const shown = (findings: readonly Finding[]): string =>
  findings
    .slice(0, 3)
    .map((finding) => `${finding.range?.start.line ?? 0}: ${finding.message}`)
    .join(" | ") || "nothing";

/** A tool's whole list against the aliases of ours that speak: the same rules, however often. */
const compareAll = async (record: CorpusCase, tool: string): Promise<Outcome> => {
  const rules = RULES.filter((rule) => judges(record.file_kind, rule) && rule.aliases.some((alias) => alias.startsWith(`${tool}:`)));
  const expected = new Set((record.expect ?? []).map(({ rule }) => `${tool}:${rule ?? ""}`));
  const missing = [...expected].filter((alias) => !findRules(alias).some((rule) => judges(record.file_kind, rule)));
  if (rules.length === 0 || missing.length > 0) return { verdict: "noRule", words: `no rule for ${missing.join(", ") || tool}` };
  const findings = await judgeCase(record, rules);
  const aliases = new Map(RULES.map((rule) => [rule.id as string, rule.aliases.filter((alias) => alias.startsWith(`${tool}:`))]));
  const came = new Map<string, Finding>();
  for (const finding of findings) for (const alias of aliases.get(finding.rule) ?? []) if (says(finding, alias)) came.set(alias, finding);
  // A rule of ours with several of the tool's ids speaks for each: one of them expected is enough.
  const unexpected = [...came].filter(
    ([alias, finding]) => !expected.has(alias) && !(aliases.get(finding.rule) ?? []).some((other) => expected.has(other)),
  );
  const absent = [...expected].filter((alias) => !came.has(alias));
  if (absent.length + unexpected.length === 0) return { verdict: "agree", words: "" };
  return {
    verdict: "disagree",
    words: `silent: ${absent.join(", ") || "none"}; said too: ${unexpected.map(([alias, { message }]) => `${alias} (${message})`).join(", ") || "none"}`,
  };
};

/** Runs one case through the rules that its tool's id names. */
export const compare = async (record: CorpusCase): Promise<Outcome> => {
  const tool = toolOf(record.source);
  if (record.custom_check !== undefined) return { verdict: "outOfScope", words: "the case brings its own rule" };
  if (record.rule === "*") return compareAll(record, tool);
  const alias = `${tool}:${record.rule}`;
  if (outOfScope(alias) !== undefined) return { verdict: "outOfScope", words: outOfScope(alias) ?? "" };
  const rules: readonly AnyRule[] = findRules(alias).filter((rule) => judges(record.file_kind, rule));
  if (rules.length === 0) return { verdict: "noRule", words: `no rule for such files has the alias ${alias}` };
  const findings = await judgeCase(record, rules);
  const speaking = findings.filter((finding) => says(finding, alias));
  const words = `expected ${record.fires ? "a finding" : "silence"}, ${rules.map((rule) => rule.id).join(", ")} said ${shown(record.fires ? findings : speaking)}`;
  return { verdict: speaking.length > 0 === record.fires ? "agree" : "disagree", words };
};
