import { expect, test } from "vitest";
import { tailOf } from "./tail.ts";

const upTo = (end: number, without: (n: number) => boolean = () => false): ReadonlySet<number> =>
  new Set(Array.from({ length: end }, (_, n) => n).filter((n) => !without(n)));

test.each([
  ["nothing", upTo(0), { kind: "none" }],
  ["all", upTo(400), { kind: "all" }],
  ["all but the end", upTo(300), { kind: "cut", lost: 100 }],
  ["all but the end, where a few came in another order", upTo(300, (n) => n === 290 || n === 295), { kind: "cut", lost: 102 }],
  ["one at the very end is missing", upTo(399), { kind: "some", found: 399 }],
  ["each tenth, as by sampling", upTo(400, (n) => n % 10 !== 0), { kind: "some", found: 40 }],
  ["each tenth of the first half", upTo(200, (n) => n % 10 !== 0), { kind: "some", found: 20 }],
])("%s", (_what, found, expected) => {
  expect(tailOf(found, 400)).toEqual(expected);
});
