import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { type GatePolicy, type GateVerdict, judge, nextBaseline, readBaseline, type Scanned, writeBaseline } from "../scan/index.ts";

const entries = (count: number): string => `${count} ${count === 1 ? "entry" : "entries"}`;

/** Writes the baseline that follows from a verdict, and judges again by it. @throws what reading and writing it throw */
export const scanBaseline = (
  { file, grow, cwd }: { readonly file: string; readonly grow: boolean; readonly cwd: string },
  scanned: Scanned,
  policy: GatePolicy,
  now: number,
): { readonly verdict: GateVerdict; readonly fact: string } => {
  const previous = existsSync(resolve(cwd, file)) ? readBaseline(file, cwd) : policy.baseline;
  const before = judge(scanned, { ...policy, ...(previous === undefined ? {} : { baseline: previous }) }, now);
  const { baseline, added, dropped, left } = nextBaseline(previous, before, grow);
  writeBaseline(file, cwd, baseline);
  const changes = [
    ...(added.length === 0 ? [] : [`${added.length} new`]),
    ...(dropped.length === 0 ? [] : [`${dropped.length} gone`]),
    ...(left === 0 ? [] : [`${left} not taken in: --accept-new does that`]),
  ];
  return {
    verdict: judge(scanned, { ...policy, baseline }, now),
    fact: `baseline ${file}: ${entries(baseline.entries.length)}${changes.length === 0 ? ", nothing changed" : `, ${changes.join(", ")}`}`,
  };
};
