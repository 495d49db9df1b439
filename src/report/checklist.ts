import { type Evidence, formatSubject, type ItemVerdict, type VerdictState } from "../checklist/index.ts";
import { forTerminal } from "../core/index.ts";
import { type Paint, paintOf, type Style, wrap } from "./style.ts";

export interface ChecklistOptions {
  readonly style: Style;
  /** Columns. Default 100. */
  readonly width?: number;
}

const GROUPS = [
  { state: "disproved", title: "Disproved", sign: "x" },
  { state: "waived", title: "Waived", sign: "~" },
  { state: "not-tried", title: "Not tried", sign: "?" },
  { state: "proven", title: "Proven", sign: "+" },
] as const satisfies readonly { state: VerdictState; title: string; sign: string }[];

const colour = (paint: Paint, state: VerdictState): ((text: string) => string) =>
  ({ disproved: paint.red, waived: paint.yellow, "not-tried": paint.dim, proven: paint.green })[state];

export type Counts = Readonly<Record<"proven" | "disproved" | "notTried" | "waived", number>>;

export const countVerdicts = (verdicts: readonly ItemVerdict[]): Counts => {
  const of = (state: VerdictState): number => verdicts.filter((one) => one.verdict.state === state).length;
  return { proven: of("proven"), disproved: of("disproved"), notTried: of("not-tried"), waived: of("waived") };
};

/** `12 proven, 2 disproved, 1 waived, 20 not tried`. */
export const countsInWords = (counts: Counts): string =>
  `${counts.proven} proven, ${counts.disproved} disproved, ${counts.waived} waived, ${counts.notTried} not tried`;

const unique = (words: readonly string[]): readonly string[] => [...new Set(words)];

/** What decided, in words: all that speaks the way the verdict went. */
const wordsFor = ({ verdict, evidence }: ItemVerdict): readonly string[] => {
  if (verdict.state === "waived") return [`until ${verdict.until} by ${verdict.by}: ${verdict.why}`];
  const same = (one: Evidence): boolean => one.verdict.state === verdict.state;
  // For an item that was not tried, the first reason says enough; a proof or a disproof is said of each subject.
  if (verdict.state === "not-tried") return [verdict.reason];
  const said = unique(
    evidence
      .filter(same)
      .map((one) =>
        one.because.includes(formatSubject(one.subject).split("@")[0] ?? "")
          ? one.because
          : `${formatSubject(one.subject)}: ${one.because}`,
      ),
  );
  return said.length <= 4 ? said : [...said.slice(0, 3), `and ${said.length - 3} more`];
};

/** The whole checklist for a person, grouped by verdict, what stands in the way first. */
export const renderChecklist = (verdicts: readonly ItemVerdict[], options: ChecklistOptions): string => {
  const paint = paintOf(options.style);
  const nameWidth = Math.max(...verdicts.map((one) => one.item.length), 0);
  const wordsWidth = Math.max(30, (options.width ?? 100) - nameWidth - 6);
  const blocks = GROUPS.flatMap(({ state, title, sign }) => {
    const group = verdicts.filter((one) => one.verdict.state === state);
    if (group.length === 0) return [];
    const rows = group.flatMap((one) => {
      const lines = wordsFor(one).flatMap((words) => wrap(forTerminal(words), wordsWidth));
      return (lines.length === 0 ? [""] : lines).map((line, index) =>
        `  ${index === 0 ? `${colour(paint, state)(sign)} ${one.item.padEnd(nameWidth)}` : " ".repeat(nameWidth + 2)}  ${line}`.trimEnd(),
      );
    });
    return [[paint.bold(`${title} (${group.length})`), ...rows].join("\n")];
  });
  return [...blocks, countsInWords(countVerdicts(verdicts))].join("\n\n").concat("\n");
};
