import { RATINGS, type Rating, type Severity } from "./advisory.ts";
import { cvss3Score, ratingOf } from "./cvss3.ts";

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

/** A CVSS vector or a word of the database; undefined where neither says anything that we know. */
export const severityOf = (written: string): Severity | undefined => {
  const score = cvss3Score(written);
  if (score !== undefined) return { rating: ratingOf(score), score, written };
  const rating = ratingOfWord(written);
  return rating === undefined ? undefined : { rating, written };
};

export const isWorse = (a: Rating, b: Rating): boolean => RATINGS.indexOf(a) > RATINGS.indexOf(b);
