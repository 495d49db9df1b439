import { expect, test } from "vitest";
import { alphabetical, numerical } from "./alphabetical.ts";

const words = new Intl.Collator("en");
const numbers = new Intl.Collator("en", { numeric: true });

const ALPHABETS = ["ab_-01", "abcdefghijklmnopqrstuvwxyz0123456789_-", "aB.é/:1_- "];

/** The same texts on every run. */
const texts = (alphabet: string, count: number): readonly string[] => {
  let state = 1;
  const next = (below: number): number => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
  return Array.from({ length: count }, () => Array.from({ length: next(7) }, () => alphabet[next(alphabet.length)]).join(""));
};

const signs = (all: readonly string[], compare: (a: string, b: string) => number): readonly number[] =>
  all.flatMap((a) => all.map((b) => Math.sign(compare(a, b))));

test.each(ALPHABETS)("names of %j are in the order of the English collation", (alphabet) => {
  const all = texts(alphabet, 200);
  expect(signs(all, alphabetical)).toEqual(signs(all, words.compare));
});

test("numbers are in the order of their values, whatever stands around them", () => {
  const all = [...texts("0123456789", 100), ...texts("019-:.a", 100)];
  expect(signs(all, numerical)).toEqual(signs(all, numbers.compare));
});
