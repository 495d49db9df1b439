import type { Finding } from "../checklist/index.ts";
import { formatPlace, isoTime, type Range, type SourceText } from "../core/index.ts";
import type { Project } from "../project/index.ts";
import { findNames } from "./names.ts";
import { type Comment, linesOf, yamlComments } from "./comments.ts";
import { type Folders, matchesFile, names } from "./finding-match.ts";
import { peerComments } from "./peer-comments.ts";
import { settingsSuppressions } from "./settings-suppressions.ts";
import type { RuleKind } from "./subject.ts";

/** A decision to live with a rule's findings at one place, as the user wrote it. */
export interface Suppression {
  /** In our own form, which owes a reason and must hide something; a setting, which owes a reason; or a peer's, which is honoured as it is. */
  readonly form: "ours" | "setting" | "peer";
  /** As messages call it. Default: `ignore=<rules>`. */
  readonly called?: string;
  /** Rule ids, names or peers' ids, as written. */
  readonly rules: readonly string[];
  readonly reason: string;
  /** ISO date, the last day it holds, in UTC. */
  readonly until?: string;
  /** Lines whose findings it speaks of. Without lines and offsets: the whole of `files`. */
  readonly lines?: readonly number[];
  /** A stretch of the text whose findings it speaks of, as well as those of `lines`. */
  readonly within?: { readonly start: number; readonly end: number };
  /** Paths or globs. */
  readonly files: string | readonly string[];
  /** The folders that `files` and the findings' paths start from, where these differ. */
  readonly folders?: Folders;
  readonly path: string;
  readonly range?: Range;
}

const COMMENT = /^#\s*seaworthy\s+ignore\s*=\s*(\S+)\s*(?:until\s*=\s*(\S+)\s*)?(.*)$/;

/** Ours, in comments: `# seaworthy ignore=<rule>[,<rule>] [until=<date>] <reason>`. */
export const ownComments = (source: SourceText, comments: readonly Comment[]): readonly Suppression[] =>
  comments.flatMap(({ text, range }) => {
    const match = COMMENT.exec(text);
    if (match === null) return [];
    const [, rules = "", until, reason = ""] = match;
    return {
      form: "ours",
      rules: rules.split(",").filter((rule) => rule !== ""),
      reason: reason.trim(),
      ...(until === undefined ? {} : { until }),
      lines: linesOf(source, range.start.line),
      files: source.path,
      path: source.path,
      range,
    };
  });

/** All that the comments of a YAML text say. */
export const yamlSuppressions = (source: SourceText): readonly Suppression[] => {
  const comments = yamlComments(source);
  return [...ownComments(source, comments), ...peerComments(source, comments)];
};

/** All of a project: comments in its compose files, and what x-seaworthy.check ignores and turns off. */
export const projectSuppressions = (project: Project): readonly Suppression[] => [
  ...project.files.filter((file) => /\.ya?ml$/.test(file.path)).flatMap(yamlSuppressions),
  ...settingsSuppressions(project, project.folder),
];

const covers = ({ lines, within }: Suppression, finding: Finding): boolean => {
  if (lines === undefined && within === undefined) return true;
  const at = finding.range?.start;
  if (at === undefined) return false;
  return lines?.includes(at.line) === true || (within !== undefined && within.start <= at.offset && at.offset < within.end);
};

const speaksOf = (suppression: Suppression, finding: Finding): boolean =>
  covers(suppression, finding) &&
  [suppression.files].flat().some((glob) => matchesFile(glob, finding.path, suppression.folders)) &&
  suppression.rules.some((name) => names(name, finding));

const DATE = /^\d{4}-\d{2}-\d{2}$/;
const isDate = (text: string): boolean => DATE.test(text) && !Number.isNaN(Date.parse(text));
const hasPassed = (until: string, now: number): boolean => now >= Date.parse(`${until}T00:00:00Z`) + 86_400_000;

export interface Suppressed {
  readonly finding: Finding;
  readonly by: Suppression;
}

/** What is wrong with an ignore, as a finding of its own: it then suppresses nothing. */
const objection = (suppression: Suppression, now: number): Finding | undefined => {
  const base = {
    severity: "warning" as const,
    confidence: "certain" as const,
    path: suppression.path,
    ...(suppression.range === undefined ? {} : { range: suppression.range }),
  };
  const what = suppression.called ?? `ignore=${suppression.rules.join(",")}`;
  if (suppression.form !== "peer" && suppression.reason === "")
    return {
      ...base,
      rule: "suppression/reason-missing",
      message: `${what} gives no reason, and so has no effect`,
      advice: suppression.form === "setting" ? "Write why: {severity: off, reason: ...}." : `Write why: # seaworthy ${what} <reason>.`,
    };
  if (suppression.until !== undefined && !isDate(suppression.until))
    return {
      ...base,
      rule: "suppression/expired",
      message: `${what} ends at "${suppression.until}", which is no date`,
      advice: "Write until=YYYY-MM-DD.",
    };
  if (suppression.until !== undefined && hasPassed(suppression.until, now))
    return {
      ...base,
      rule: "suppression/expired",
      message: `${what} ended on ${suppression.until}; today is ${isoTime(now).slice(0, 10)}`,
      advice: "Mend what it hid, or decide anew with a later date.",
    };
  return undefined;
};

/** Whether every rule that an ignore could mean here has had its say. One that means only rules of other kinds is for others to judge. */
const isSettled = (suppression: Suppression, settled: ReadonlySet<string>, kinds: ReadonlySet<RuleKind>): boolean => {
  const meant = suppression.rules.flatMap(findNames);
  const here = meant.filter((rule) => kinds.has(rule.kind));
  return (here.length > 0 || meant.length === 0) && here.every((rule) => settled.has(rule.id));
};

/** The ignores that name a rule at all, by its id: of many ignores and many findings few have to do with each other. */
const byRule = (suppressions: readonly Suppression[]): ReadonlyMap<string, readonly Suppression[]> => {
  const found = new Map<string, Suppression[]>();
  const seen = new Set<string>();
  for (const one of suppressions) {
    const said = one.form === "peer" ? JSON.stringify([one.rules, one.files, one.lines, one.within]) : "";
    // A peer's that was said before of the same place adds nothing.
    if (seen.has(said)) continue;
    if (said !== "") seen.add(said);
    for (const id of new Set(one.rules.flatMap(findNames).map((rule) => rule.id))) {
      const ofRule = found.get(id);
      if (ofRule === undefined) found.set(id, [one]);
      else ofRule.push(one);
    }
  }
  return found;
};

/** Takes out what is ignored, and adds what is wrong with the ignores themselves: no reason, out of date, matching nothing. */
export const applySuppressions = (
  findings: readonly Finding[],
  suppressions: readonly Suppression[],
  {
    now,
    settled,
    kinds,
  }: {
    readonly now: number;
    /** Ids of the rules that looked at all there is. */
    readonly settled: ReadonlySet<string>;
    /** Kinds of rules that were run: a name that rules of several kinds share means these. */
    readonly kinds: ReadonlySet<RuleKind>;
  },
): { readonly findings: readonly Finding[]; readonly suppressed: readonly Suppressed[] } => {
  const objections = new Map(suppressions.map((one) => [one, objection(one, now)]));
  const valid = suppressions.filter((one) => objections.get(one) === undefined);
  const naming = byRule(valid);
  const findingsOf = Map.groupBy(findings, (finding) => finding.rule);
  const isUsed = (one: Suppression): boolean =>
    one.rules.flatMap(findNames).some(({ id }) => findingsOf.get(id)?.some((finding) => speaksOf(one, finding)) === true);
  const suppressed = findings.flatMap((finding): Suppressed[] => {
    const by = naming.get(finding.rule)?.find((one) => speaksOf(one, finding));
    return by === undefined ? [] : [{ finding, by }];
  });
  const gone = new Set(suppressed.map((one) => one.finding));
  const unused = valid
    .filter((one) => one.form === "ours")
    .filter((one) => !isUsed(one))
    .filter((one) => isSettled(one, settled, kinds))
    .map((one): Finding => ({
      rule: "suppression/unused",
      severity: "warning",
      confidence: "certain",
      message: one.rules.some((rule) => findNames(rule).length > 0)
        ? `ignore=${one.rules.join(",")} matches no finding`
        : `ignore=${one.rules.join(",")} names no rule`,
      advice: "Remove it, so that it hides nothing later.",
      path: one.path,
      ...(one.range === undefined ? {} : { range: one.range }),
    }));
  return {
    findings: [
      ...findings.filter((finding) => !gone.has(finding)),
      ...[...objections.values()].filter((one) => one !== undefined),
      ...unused,
    ],
    suppressed,
  };
};

/** `compose.yaml:12:3`, where the decision stands. */
export const placeOf = (suppression: Suppression): string => formatPlace(suppression.path, suppression.range);
