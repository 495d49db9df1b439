import { parseDuration } from "../core/index.ts";
import { readSettings, type ScanSettings } from "../project/index.ts";
import { type AgePolicy, DEFAULT_AGE, type EndOfLife, type SourceAge } from "../scan/index.ts";
import { problemsError } from "../source/index.ts";
import type { Context } from "./context.ts";
import { ago } from "./render/table.ts";

export interface AgeFlags {
  readonly maxAge?: string;
  readonly stale?: AgePolicy["stale"];
}

/** `x-seaworthy.policy.scan` and `x-seaworthy.scan` where this folder has one. @throws what is wrong with the settings, at its place */
export const scanSettings = ({ cwd, process }: Pick<Context, "cwd" | "process">, environment?: string): ScanSettings | undefined => {
  const read = readSettings({ folder: cwd, env: process.env, environment });
  if (read !== undefined && read.problems.length > 0) throw problemsError(read.problems);
  return read?.settings.settings.scan;
};

/** How old advisories may be, by the flags, then the settings. @throws INPUT_INVALID for what is no length of time */
export const agePolicy = (settings: ScanSettings | undefined, flags: AgeFlags): AgePolicy => ({
  maxAgeMs: flags.maxAge === undefined ? (settings?.maxAge ?? DEFAULT_AGE.maxAgeMs) : parseDuration(flags.maxAge),
  stale: flags.stale ?? settings?.stale ?? DEFAULT_AGE.stale,
});

/** `Debian 3 h ago, npm 2 d ago`: what a report was made by. */
export const ageWords = (ages: readonly SourceAge[]): string =>
  ages.map(({ source, ageMs, stale }) => `${source} ${ago(0, ageMs)}${stale ? " (stale)" : ""}`).join(", ");

/** `end of life: node 16.20.2 had its last regular fixes on 2023-09-11 (nodejs 16)` */
export const endWords = ({ subject, name, version, product, cycle, state, ended, extendedUntil }: EndOfLife): string => {
  const what = subject === "distribution" ? name : `${name} ${version}`;
  const since = ended === undefined ? "is past its end" : `had its last regular fixes on ${ended}`;
  return `end of life: ${what} ${since}${state === "extended" ? `; extended support goes on until ${extendedUntil ?? ""}` : ""} (${product} ${cycle})`;
};
