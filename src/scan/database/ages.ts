import { SeaworthyError } from "../../core/index.ts";
import { familyOf } from "../advisories/ecosystem.ts";
import { type Manifest, SIDES } from "./manifest.ts";

/** How old one source of a database is. */
export interface SourceAge {
  /** OSV's name of the bulk file (`Debian`, `npm`), or `exploited`, `epss`, `endoflife`. */
  readonly source: string;
  /** Address or file it came from. */
  readonly from: string;
  /** ISO 8601: what day it shows. */
  readonly asOf: string;
  /** ISO 8601: when it was taken in. */
  readonly fetchedAt: string;
  readonly ageMs: number;
  /** Older than is allowed. */
  readonly stale: boolean;
}

export interface AgePolicy {
  readonly maxAgeMs: number;
  /** What becomes of a scan by older ones. */
  readonly stale: "warn" | "refuse";
}

const DAY_MS = 86_400_000;

/** Seven days: OSV's sources change daily, and a week is what a team without a cron job forgets. */
export const DEFAULT_AGE: AgePolicy = { maxAgeMs: 7 * DAY_MS, stale: "warn" };

/** Ends of releases are known years ahead: an old list of them misleads nobody. */
const LASTING: ReadonlySet<string> = new Set(["endoflife"]);

/**
 * Ages of a database's sources, those that the named ecosystems were judged by and the lists; of all where none are named. A clock that stands before the
 * fetch makes nothing older.
 */
export const agesOf = (
  { sources }: Pick<Manifest, "sources">,
  { now, maxAgeMs, ecosystems }: { readonly now: number; readonly maxAgeMs: number; readonly ecosystems?: readonly string[] },
): readonly SourceAge[] => {
  const wanted = ecosystems === undefined ? undefined : new Set([...ecosystems.map(familyOf), ...SIDES]);
  return Object.entries(sources)
    .filter(([source]) => wanted?.has(source) ?? true)
    .map(([source, { from, asOf, fetchedAt }]) => {
      const ageMs = Math.max(0, now - asOf);
      return {
        source,
        from,
        asOf: new Date(asOf).toISOString(),
        fetchedAt: new Date(fetchedAt).toISOString(),
        ageMs,
        stale: ageMs > maxAgeMs && !LASTING.has(source),
      };
    });
};

const days = (ms: number): string => {
  const count = ms / DAY_MS;
  return count < 2 ? `${Math.round(ms / 3_600_000)} h` : `${Math.round(count)} d`;
};

/** A sentence for each source that is too old. @throws ADVISORIES_STALE where the policy refuses them */
export const staleWords = (ages: readonly SourceAge[], { maxAgeMs, stale }: AgePolicy): readonly string[] => {
  const words = ages
    .filter((one) => one.stale)
    .map(({ source, ageMs, asOf }) => `${source} is of ${asOf.slice(0, 10)}, ${days(ageMs)} old; at most ${days(maxAgeMs)} is asked for`);
  if (words.length > 0 && stale === "refuse")
    throw new SeaworthyError("ADVISORIES_STALE", "the advisories are older than is allowed: nothing was judged", {
      problems: words,
      details: { sources: ages.filter((one) => one.stale) },
    });
  return words;
};
