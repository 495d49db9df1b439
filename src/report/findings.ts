import { type Finding, SEVERITIES, type Severity } from "../checklist/index.ts";
import { formatPlace, forTerminal, type Range, type SourceText } from "../core/index.ts";
import { cleanLine, codeFrame } from "./code-frame.ts";
import { count, type Paint, paintOf, type Style, wrap } from "./style.ts";

export interface FindingsOptions {
  readonly style: Style;
  /** The files that findings point into; without one the place stands alone. */
  readonly sources?: readonly SourceText[];
  /** What happens otherwise, by rule id; said once for each rule. */
  readonly whyOf?: (rule: string) => string | undefined;
  /** Findings taken out by an ignore, for the closing line. */
  readonly ignored?: number;
  /** Columns. Default 100. */
  readonly width?: number;
}

const NOUNS = { error: "error", warning: "warning", info: "note" } as const satisfies Record<Severity, string>;
const colour = (paint: Paint, severity: Severity): ((text: string) => string) =>
  ({ error: paint.red, warning: paint.yellow, info: paint.cyan })[severity];

export const countBySeverity = (findings: readonly Finding[]): Readonly<Record<Severity, number>> => ({
  info: findings.filter((one) => one.severity === "info").length,
  warning: findings.filter((one) => one.severity === "warning").length,
  error: findings.filter((one) => one.severity === "error").length,
});

/** `3 errors, 1 warning`; empty when there is nothing. */
export const findingsInWords = (findings: readonly Finding[]): string => {
  const counts = countBySeverity(findings);
  return SEVERITIES.toReversed()
    .filter((severity) => counts[severity] > 0)
    .map((severity) => count(counts[severity], NOUNS[severity]))
    .join(", ");
};

const labelled = (label: string, text: string, width: number, paint: Paint): readonly string[] =>
  wrap(forTerminal(text), width - 7).map((line, index) => `  ${index === 0 ? paint.dim(label.padEnd(4)) : "    "} ${line}`);

/** Where secrets stand, by file. */
const secretRanges = (findings: readonly Finding[]): ReadonlyMap<string, readonly Range[]> =>
  new Map(
    [
      ...Map.groupBy(
        findings.filter((one) => one.item === "runtime-secrets" && one.range !== undefined),
        ({ path }) => path,
      ),
    ].map(([path, ofFile]) => [path, ofFile.flatMap(({ range }) => range ?? [])]),
  );

/** The code frames of some findings. Many may point at one line, which is cleaned once. */
const framesOf = (findings: readonly Finding[], sources: readonly SourceText[], paint: Paint) => {
  const secrets = secretRanges(findings);
  // The first of a name is the one that is shown.
  const byPath = new Map(sources.toReversed().map((source) => [source.path, source]));
  const cleaned = new Map<string, string>();
  return ({ path, range }: Finding): readonly string[] => {
    const source = byPath.get(path);
    if (source === undefined || range === undefined) return [];
    const key = `${path}:${range.start.line}`;
    const line = cleaned.get(key) ?? cleanLine(source, range.start, secrets.get(path));
    cleaned.set(key, line);
    return codeFrame(source, range, paint, line);
  };
};

/** Findings for a person: what, where, the line itself, why, what to do; then the count. */
export const renderFindings = (findings: readonly Finding[], options: FindingsOptions): string => {
  const paint = paintOf(options.style);
  const width = options.width ?? 100;
  const ignored = options.ignored ?? 0;
  const frame = framesOf(findings, options.sources ?? [], paint);
  const explained = new Set<string>();
  const blocks = findings.map((finding) => {
    const why = explained.has(finding.rule) ? undefined : options.whyOf?.(finding.rule);
    explained.add(finding.rule);
    const doubt = finding.confidence === "certain" ? "" : ` (${finding.confidence})`;
    return [
      `${paint.bold(colour(paint, finding.severity)(NOUNS[finding.severity]))} ${paint.bold(forTerminal(finding.message))}`,
      `  ${paint.dim("at")}   ${paint.cyan(forTerminal(formatPlace(finding.path, finding.range)))} ${paint.dim(`${finding.rule}${doubt}`)}`,
      ...frame(finding),
      ...(why === undefined ? [] : labelled("why", why, width, paint)),
      ...labelled("do", finding.advice, width, paint),
      ...(why === undefined ? [] : labelled("more", `seaworthy explain ${finding.rule}`, width, paint)),
    ].join("\n");
  });
  const total = findings.length === 0 ? paint.green("nothing found") : findingsInWords(findings);
  return [...blocks, `${total}${ignored === 0 ? "" : `, ${ignored} ignored`}`].join("\n\n").concat("\n");
};
