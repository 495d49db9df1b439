/** How bad it is said to be, from the least to the worst. */
export const RATINGS = ["none", "low", "medium", "high", "critical"] as const;
export type Rating = (typeof RATINGS)[number];

/** Somebody's word on how bad it is. */
export interface Severity {
  readonly rating: Rating;
  /** CVSS base score, 0 to 10, where there is one. */
  readonly score?: number;
  /** As it was written: a CVSS vector, or the database's own word. */
  readonly written: string;
}

/** Versions from `introduced` on (absent: all), up to before `fixed`, or up to `lastAffected` itself; with neither there is no fix. */
export interface Interval {
  readonly introduced?: string;
  readonly fixed?: string;
  readonly lastAffected?: string;
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
  readonly severity?: Severity;
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
  readonly severity?: Severity;
  /** ISO 8601; absent where it is not known. */
  readonly modified?: string;
  readonly url?: string;
}
