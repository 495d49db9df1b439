/** How bad it is said to be, from the least to the worst. */
export const RATINGS = ["none", "low", "medium", "high", "critical"] as const;
export type Rating = (typeof RATINGS)[number];

/** Somebody's word on how bad it is. */
export interface Severity {
  readonly rating: Rating;
  /** CVSS base score, 0 to 10; `written` is then its vector. */
  readonly score?: number;
  /** Release of CVSS that the vector is of. */
  readonly cvss?: "4.0" | "3.1" | "3.0" | "2.0";
  /** As it was written: a CVSS vector, or the database's own word. */
  readonly written: string;
}

/**
 * What becomes of a vulnerability in one package, by the advisories:
 * `fixed` (a version mends it), `unfixed` (none does yet), `deferred` (put off: Debian's no-dsa and postponed, Red Hat's "fix deferred"), `wont-fix`,
 * `unimportant` (Debian's word for what is no danger as it is packaged), `end-of-life` (the source no longer looks after it), `extended` (only a stream of updates
 * beside the release mends it, which not everybody gets: Ubuntu Pro).
 */
export const FIX_STATES = ["fixed", "unfixed", "deferred", "wont-fix", "unimportant", "end-of-life", "extended"] as const;
export type FixState = (typeof FIX_STATES)[number];

/** Versions from `introduced` on (absent: all), up to before `fixed`, or up to `lastAffected` itself; with neither there is no fix. */
export interface Interval {
  readonly introduced?: string | undefined;
  readonly fixed?: string | undefined;
  readonly lastAffected?: string | undefined;
  /** Nothing is said of versions from here on. */
  readonly limit?: string | undefined;
}

/** One package that an advisory is about. */
export interface Affected {
  /** As OSV has it, with the release of a distribution: `npm`, `Debian:12`. */
  readonly ecosystem: string;
  /** As its ecosystem compares names (names.ts). */
  readonly name: string;
  readonly intervals: readonly Interval[];
  /** Versions that no interval holds. */
  readonly versions: readonly string[];
  /** Said of this package, the first of them first to be believed. */
  readonly severities?: readonly Severity[] | undefined;
  /** What the source says of it where no version mends it; absent: `unfixed`. */
  readonly state?: Exclude<FixState, "fixed" | "unfixed" | "extended"> | undefined;
}

/** What is known of one vulnerability, without the packages: what a finding tells. */
export interface Advisory {
  readonly id: string;
  /** CVEs that it is about, in order; more than one where a distribution mends several at once. */
  readonly cves: readonly string[];
  /** Other names of the same, CVEs left out. */
  readonly aliases: readonly string[];
  /** One line, at most 300 characters. */
  readonly summary: string;
  /** Of all its packages, the first of them first to be believed. */
  readonly severities?: readonly Severity[];
  /** ISO 8601; absent where it is not known. */
  readonly modified?: string;
  readonly url?: string;
}
