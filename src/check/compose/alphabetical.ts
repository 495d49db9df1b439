/**
 * The orders that people read names and numbers in. ICU's tables take 8 ms to load, a twentieth of a whole check, and the names of nearly every file are of
 * characters whose order is known without them.
 */
const PLAIN = /^[a-z0-9_-]*$/;
const NUMBER = /^[1-9]\d{0,14}$/;

let words: Intl.Collator | undefined;
let numbers: Intl.Collator | undefined;

/** The underscore comes first in CLDR's order (https://www.unicode.org/charts/collation/), and between digits and letters in that of the codes. */
const keyOf = (name: string): string => name.replaceAll("_", "!");

const byCode = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

export const alphabetical = (a: string, b: string): number =>
  PLAIN.test(a) && PLAIN.test(b) ? byCode(keyOf(a), keyOf(b)) : (words ??= new Intl.Collator("en")).compare(a, b);

/** Numbers within the text count as numbers. */
export const numerical = (a: string, b: string): number =>
  NUMBER.test(a) && NUMBER.test(b) ? Number(a) - Number(b) : (numbers ??= new Intl.Collator("en", { numeric: true })).compare(a, b);
