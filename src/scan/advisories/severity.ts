import { RATINGS, type Rating, type Severity } from "./advisory.ts";
import { cvss2Score } from "./cvss2.ts";
import { cvss3Score, ratingOf } from "./cvss3.ts";
import { cvss4Score } from "./cvss4.ts";

/** What databases call it: GitHub, Red Hat and AlmaLinux, Debian, Ubuntu. */
const WORDS: Readonly<Record<string, Rating>> = {
  unimportant: "low",
  negligible: "low",
  minor: "low",
  low: "low",
  moderate: "medium",
  medium: "medium",
  important: "high",
  high: "high",
  critical: "critical",
  none: "none",
};

export const ratingOfWord = (word: string): Rating | undefined => WORDS[word.trim().toLowerCase().replace(/\*+$/, "")];

/** A CVSS vector of any release; undefined for anything else. */
const vectorSeverity = (written: string): Severity | undefined => {
  const v4 = cvss4Score(written);
  if (v4 !== undefined) return { rating: ratingOf(v4), score: v4, cvss: "4.0", written };
  const v3 = cvss3Score(written);
  if (v3 !== undefined) return { rating: ratingOf(v3), score: v3, cvss: written.startsWith("CVSS:3.0") ? "3.0" : "3.1", written };
  const v2 = cvss2Score(written);
  // CVSS 2 itself knows no bands; NVD's end at "high" (nvd.nist.gov/vuln-metrics/cvss).
  if (v2 !== undefined) return { rating: v2 >= 7 ? "high" : v2 >= 4 ? "medium" : "low", score: v2, cvss: "2.0", written };
  return undefined;
};

/** A CVSS vector or a word of the database; undefined where neither says anything that we know. */
export const severityOf = (written: string): Severity | undefined => {
  const vector = vectorSeverity(written);
  if (vector !== undefined) return vector;
  const rating = ratingOfWord(written);
  return rating === undefined ? undefined : { rating, written };
};

export const isWorse = (a: Rating, b: Rating): boolean => RATINGS.indexOf(a) > RATINGS.indexOf(b);

type Said = readonly { readonly score?: string | undefined }[];
type Specific = Readonly<Record<string, unknown>> | null | undefined;

const wordsIn = (specific: Specific): readonly Severity[] =>
  [specific?.["urgency"], specific?.["priority"], specific?.["severity"]].flatMap((one) =>
    typeof one === "string" ? (severityOf(one) ?? []) : [],
  );

/**
 * What a record says of how bad it is, first what is to be believed first: a distribution's own word (it knows how it packages the thing), then vectors from the
 * newest CVSS down, then, elsewhere, the database's own word.
 */
export const severitiesFrom = (scores: Said, isDistribution: boolean, ...specifics: readonly Specific[]): readonly Severity[] => {
  const stated = scores.flatMap(({ score }) => (score === undefined ? [] : (severityOf(score) ?? [])));
  const vectors = stated
    .filter(({ cvss }) => cvss !== undefined)
    .toSorted((a, b) => Number(b.cvss) - Number(a.cvss) || (b.score ?? 0) - (a.score ?? 0));
  const own = [...stated.filter(({ cvss }) => cvss === undefined), ...specifics.flatMap(wordsIn)];
  const all = isDistribution ? [...own, ...vectors] : [...vectors, ...own];
  return [...new Map(all.map((one) => [one.written, one])).values()];
};
