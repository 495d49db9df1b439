import { existsSync } from "node:fs";
import { resolve } from "node:path";
import * as v from "valibot";
import { writeFileAtomic } from "../../core/index.ts";
import { RATINGS } from "../advisories/advisory.ts";
import { isWorse } from "../advisories/severity.ts";
import { type Baseline, type BaselineEntry, baselineOf, entryOf } from "./baseline.ts";
import { parsedFile, readJsonFile } from "./json-file.ts";
import type { GateVerdict } from "./judge.ts";
import type { GateVulnerability } from "./subject.ts";

const SCHEMA = "seaworthy/scan-baseline@1";
const MAX_BYTES = 16 * 1024 * 1024;

const FILE = v.strictObject(
  {
    schema: v.literal(SCHEMA, `expected "${SCHEMA}"`),
    entries: v.array(
      v.strictObject(
        {
          id: v.pipe(v.string("expected an id"), v.minLength(1, "expected an id")),
          package: v.string("expected the name of a package"),
          severity: v.picklist([...RATINGS, "unknown"], `expected ${RATINGS.join(", ")} or unknown`),
        },
        "expected id, package and severity",
      ),
      "expected a list of entries",
    ),
  },
  `expected the schema "${SCHEMA}" and a list of entries`,
);

/** @throws INPUT_NOT_FOUND, INPUT_TOO_LARGE, INPUT_INVALID with the place */
export const readBaseline = (path: string, cwd: string): Baseline => parsedFile(readJsonFile(path, cwd, MAX_BYTES), FILE, "baseline");

const byCode = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

/** An entry a line, in order, without a time: of two of them git shows what is different. */
const written = ({ entries }: Baseline): string => {
  const lines = entries
    .toSorted((a, b) => byCode(a.package, b.package) || byCode(a.id, b.id))
    .map(({ id, package: of, severity }) => `    ${JSON.stringify({ id, package: of, severity })}`);
  return `{\n  "schema": ${JSON.stringify(SCHEMA)},\n  "entries": [${lines.length === 0 ? "" : `\n${lines.join(",\n")}\n  `}]\n}\n`;
};

/** What became of a baseline. */
export interface NextBaseline {
  readonly baseline: Baseline;
  readonly added: readonly BaselineEntry[];
  readonly dropped: readonly BaselineEntry[];
  /** Held against the image and not taken in: nobody said that it may grow. */
  readonly left: number;
}

const key = ({ id, package: of }: BaselineEntry): string => `${of} ${id}`;

/** Of one debt in several versions the worst that is said of it. */
const unique = (entries: readonly BaselineEntry[]): readonly BaselineEntry[] => {
  const byKey = new Map<string, BaselineEntry>();
  for (const entry of entries) {
    const before = byKey.get(key(entry));
    if (before === undefined || worse(entry, before)) byKey.set(key(entry), entry);
  }
  return [...byKey.values()];
};

const worse = ({ severity: a }: BaselineEntry, { severity: b }: BaselineEntry): boolean => {
  if (a === "unknown") return false;
  return b === "unknown" || isWorse(a, b);
};

/**
 * A ratchet. The first baseline takes in all that is refused; a later one only lets go of what is gone, or is less bad than it was, unless `grow`. What is
 * known to be exploited is never taken in: it would not be excused. Nor is what a waiver or VEX speaks of.
 */
export const nextBaseline = (
  previous: Baseline | undefined,
  { open, suppressed }: Pick<GateVerdict, "open" | "suppressed">,
  grow: boolean,
): NextBaseline => {
  const refused = open.flatMap(({ vulnerability, refused }) => (refused === "severity" ? [vulnerability] : []));
  if (previous === undefined) {
    const entries = unique(refused.map(entryOf));
    return { baseline: { entries }, added: entries, dropped: [], left: 0 };
  }
  const owed: readonly GateVulnerability[] = [
    ...suppressed.flatMap(({ vulnerability, by }) => (by.kind === "baseline" ? [vulnerability] : [])),
    // In the baseline, and no longer excused by it, because it is worse now.
    ...open.map(({ vulnerability }) => vulnerability),
  ];
  const lookup = baselineOf(previous);
  const kept = unique(
    owed.flatMap((vulnerability) => {
      const known = lookup.find(vulnerability);
      if (known === undefined) return [];
      const now = entryOf(vulnerability);
      return [{ ...known.entry, severity: worse(known.entry, now) ? now.severity : known.entry.severity }];
    }),
  );
  const fresh = unique(refused.map(entryOf)).filter((entry) => {
    const same = kept.find((one) => key(one) === key(entry));
    return same === undefined || worse(entry, same);
  });
  const entries = grow ? unique([...kept, ...fresh]) : kept;
  const keys = new Set(entries.map(key));
  return {
    baseline: { entries },
    added: grow ? fresh : [],
    dropped: previous.entries.filter((entry) => !keys.has(key(entry))),
    left: grow ? 0 : fresh.length,
  };
};

/** Writes it, unless that is what stands there. @throws what writeFileAtomic throws */
export const writeBaseline = (path: string, cwd: string, baseline: Baseline): void => {
  const file = resolve(cwd, path);
  const text = written(baseline);
  if (!existsSync(file) || written(readBaseline(file, cwd)) !== text) writeFileAtomic(file, text);
};
