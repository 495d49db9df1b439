import { forTerminal } from "../../core/index.ts";
import { count, type Paint, paintOf, type Style, wrap } from "../style.ts";
import type { ScanDocument, ScanDocumentEntry, ScanDocumentSecret } from "./document.ts";
import {
  fixWords,
  flawLines,
  isGivenUp,
  type Level,
  levelCounts,
  levelOf,
  LEVELS,
  nextStep,
  summaryOf,
  suppressedCounts,
  suppressionWords,
  verdictWords,
} from "./words.ts";

export interface ScanTableOptions {
  readonly style: Style;
  /** Columns; lines are cut there. Default 120. */
  readonly width?: number;
  /** List what is waived, said to be harmless or in the baseline, too. */
  readonly showSuppressed?: boolean;
  /** What else is known, a line each: where the base image ends, how old the advisories are. */
  readonly facts?: readonly string[];
}

/** Of a group that refuses nothing so many are listed: a page of what may be ignored hides what may not. */
const MAX_TOLD = 20;
/** A hostile name takes no more of a line. */
const WIDEST = [28, 36, 28, 28] as const;

const cut = (text: string, width: number): string => (text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`);

const plainCell = (text: string): string => forTerminal(text).replaceAll(/\s+/g, " ");

const layersOf = ({ packages, origin }: ScanDocumentEntry): string => {
  const numbers = [...new Set(packages.flatMap(({ layerNumber }) => layerNumber ?? []))].toSorted((a, b) => a - b);
  const layers = numbers.length === 0 ? "" : `layer ${numbers.slice(0, 3).join(",")}${numbers.length > 3 ? ",…" : ""}`;
  return [layers, origin === "base" ? "base" : ""].filter((word) => word !== "").join(" ");
};

const cellsOf = (entry: ScanDocumentEntry): readonly string[] =>
  [entry.id, entry.name, entry.version, fixWords(entry), layersOf(entry)]
    .map(plainCell)
    .map((cell, index) => cut(cell, WIDEST[index] ?? 28));

const colourOf = (paint: Paint, level: Level): ((text: string) => string) => {
  if (level === "critical" || level === "high") return paint.red;
  return level === "medium" ? paint.yellow : paint.cyan;
};

const rowsOf = (entries: readonly (readonly [ScanDocumentEntry, readonly string[]])[], width: number, paint: Paint): readonly string[] => {
  const cells = entries.map(([entry]) => cellsOf(entry));
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(0, ...cells.map((row) => row[column]?.length ?? 0)));
  return entries.flatMap(([entry, remarks], index) => {
    const row = cells[index] ?? [];
    const columns = row.flatMap((cell, column) => (widths[column] === 0 ? [] : [cell.padEnd(widths[column] ?? 0)])).join("  ");
    const marks = entry.exploited === true ? "exploited: " : "";
    const line = cut(`  ${columns}  ${marks}${plainCell(summaryOf(entry))}`.trimEnd(), width);
    const shown = entry.exploited === true ? line.replace("exploited:", paint.red("exploited:")) : line;
    return [shown, ...remarks.flatMap((remark) => wrap(plainCell(remark), width - 6).map((text) => paint.dim(cut(`    ${text}`, width))))];
  });
};

/** What can be mended first. */
const mendableFirst = (entries: readonly ScanDocumentEntry[]): readonly ScanDocumentEntry[] =>
  entries.toSorted(
    (a, b) => Number(b.exploited ?? false) - Number(a.exploited ?? false) || Number(a.fixed === undefined) - Number(b.fixed === undefined),
  );

const group = (title: string, entries: readonly ScanDocumentEntry[], width: number, paint: Paint): readonly string[] => {
  const sorted = mendableFirst(entries);
  const shown = sorted.filter((entry, index) => entry.refused !== undefined || index < MAX_TOLD);
  const more = sorted.length - shown.length;
  const rows = rowsOf(
    shown.map((entry) => [entry, entry.notes ?? []]),
    width,
    paint,
  );
  return [title, ...rows, ...(more === 0 ? [] : [paint.dim(`  and ${more} more; --format json has them all`)]), ""];
};

const groups = ({ vulnerabilities }: ScanDocument, width: number, paint: Paint): readonly string[] => {
  const open = vulnerabilities.filter((entry) => !isGivenUp(entry));
  const givenUp = vulnerabilities.filter(isGivenUp);
  const byLevel = LEVELS.flatMap((level) => {
    const entries = open.filter((entry) => levelOf(entry) === level);
    if (entries.length === 0) return [];
    const fixable = entries.filter(({ fixed }) => fixed !== undefined).length;
    const title = `${level === "unknown" ? "unknown severity" : level}: ${entries.length}${fixable === 0 ? ", none with a fix" : `, ${fixable} with a fix`}`;
    return group(paint.bold(colourOf(paint, level)(title)), entries, width, paint);
  });
  if (givenUp.length === 0) return byLevel;
  return [...byLevel, ...group(paint.bold(`will not be fixed, or not now: ${levelCounts(givenUp)}`), givenUp, width, paint)];
};

const placeOf = ({ in: where, path, line, step }: ScanDocumentSecret): string =>
  where === "file" ? `/${path}:${line}` : where === "history" ? `step ${step} of the history` : `${where} ${path.slice(where.length + 1)}`;

const fateOf = ({ layerNumber, deletedInLayer, replacedInLayer, origin }: ScanDocumentSecret): string =>
  [
    layerNumber === undefined ? "" : `layer ${layerNumber}`,
    deletedInLayer === undefined ? "" : `(deleted in layer ${deletedInLayer})`,
    replacedInLayer === undefined ? "" : `(replaced in layer ${replacedInLayer})`,
    origin === "base" ? "base" : "",
  ]
    .filter((word) => word !== "")
    .join(" ");

/** Where secrets lie: those that refuse the image all, of the others some. */
const secretLines = ({ secrets }: ScanDocument, show: boolean, width: number, paint: Paint): readonly string[] => {
  const open = secrets.filter(({ by }) => by === undefined);
  const told = [...open, ...(show ? secrets.filter(({ by }) => by !== undefined) : [])];
  const shown = told.filter((one, index) => one.refused !== undefined || index < MAX_TOLD);
  const waived = secrets.length - open.length;
  if (secrets.length === 0) return [];
  const rows = shown.flatMap((one) => [
    cut(
      `  ${[one.id, plainCell(placeOf(one)), fateOf(one)].filter((word) => word !== "").join("  ")}  ${one.isSure ? "" : "possibly "}${plainCell(one.what)}`.trimEnd(),
      width,
    ),
    ...[...(one.notes ?? []), ...(one.by === undefined ? [] : [suppressionWords(one.by)])].map((note) =>
      paint.dim(cut(`    ${plainCell(note)}`, width)),
    ),
  ]);
  const title = `secrets: ${open.length}${waived === 0 ? "" : `, ${waived} not held against it`}`;
  return [
    paint.bold(open.some(({ refused }) => refused !== undefined) ? paint.red(title) : title),
    ...rows,
    ...(told.length === shown.length ? [] : [paint.dim(`  and ${told.length - shown.length} more; --format json has them all`)]),
    "",
  ];
};

const suppressed = (document: ScanDocument, show: boolean, width: number, paint: Paint): readonly string[] => {
  const counts = suppressedCounts(document);
  if (counts === "") return [];
  if (!show) return [`not held against it: ${counts} (--show-suppressed lists them)`];
  const rows = rowsOf(
    document.suppressed.map((entry) => [entry, [suppressionWords(entry.by)]]),
    width,
    paint,
  );
  return [paint.bold(`not held against it: ${counts}`), ...rows, ""];
};

/** A scan for a person: the worst first, what can be mended before what cannot, and what to do next. No line is wider than asked. */
export const renderScan = (
  document: ScanDocument,
  { style, width = 120, showSuppressed = false, facts = [] }: ScanTableOptions,
): string => {
  const paint = paintOf(style);
  const { image, vulnerabilities, judged, findings, gone, blindSpots, gate } = document;
  const looked = judged === undefined ? "" : ` in ${count(judged, "package")}`;
  const known = vulnerabilities.length === 1 ? "1 known vulnerability" : `${vulnerabilities.length} known vulnerabilities`;
  const lines = [
    `${image}: ${known}${looked}`,
    ...facts,
    ...(gone.length === 0
      ? []
      : [
          `no longer found, though in the baseline: ${gone
            .slice(0, 10)
            .map(({ id }) => id)
            .join(", ")}${gone.length > 10 ? ", …" : ""}`,
        ]),
    ...findings.map(({ place, message }) => `${place === undefined ? "" : `${place}: `}${message}`),
    ...flawLines(document, false),
    ...blindSpots.map((spot) => `not judged: ${spot}`),
  ];
  const flaws = flawLines(document, true).flatMap((line) => wrap(plainCell(line), width));
  const verdict = verdictWords(document);
  return [
    ...groups(document, width, paint),
    ...secretLines(document, showSuppressed, width, paint),
    ...suppressed(document, showSuppressed, width, paint),
    ...lines.flatMap((line) => wrap(plainCell(line), width)).map((line) => cut(line, width)),
    ...flaws.map((line) => paint.red(cut(line, width))),
    ...wrap(plainCell(`${verdict}; next: ${nextStep(document)}`), width).map((line) =>
      paint.bold((gate.passed ? paint.green : paint.red)(cut(line, width))),
    ),
    "",
  ].join("\n");
};
