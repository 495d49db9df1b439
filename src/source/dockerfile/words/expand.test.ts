import { describe, expect, test } from "vitest";
import { expandText } from "./expand.ts";
import type { ExpandOptions } from "./expansion.ts";
import { knownText, newBudget } from "./parts.ts";

const values: { readonly [name: string]: string } = { A: "a/b/c.tar.gz", E: "", STAR: "x*y", S: "one two" };
const lookup: ExpandOptions["lookup"] = (name) => {
  if (name === "U") return { state: "set", parts: [{ unknown: "U", why: "no-value" }] };
  if (name === "HALF") return { state: "set", parts: ["v", { unknown: "U", why: "no-value" }] };
  const value = values[name];
  return value === undefined ? { state: "unset" } : { state: "set", parts: value === "" ? [] : [value] };
};
const expand = (text: string, options: ExpandOptions = {}) => expandText(text, { lookup, ...options });

describe("forms", () => {
  test.each([
    ["$A!", "a/b/c.tar.gz!"],
    ["${A}", "a/b/c.tar.gz"],
    ["${N:-d}${N-d}${E:-d}${E-d}", "ddd"],
    ["${N:+y}${N+y}${E:+y}${E+y}${A:+y}", "yy"],
    ["${A:?no}", "a/b/c.tar.gz"],
    ["${A#*/}|${A##*/}|${A%.*}|${A%%.*}", "b/c.tar.gz|c.tar.gz|a/b/c.tar|a/b/c"],
    ["${A/b/x}|${A//[/x}|${A//?\\//}", "a/x/c.tar.gz|a/b/c.tar.gz|c.tar.gz"],
    ["${STAR%\\*y}", "x"],
    ["${A//./\\$0}", "a/b/c\\.tar\\.gz"],
    ["${N:-${E:-${A}}}", "a/b/c.tar.gz"],
    ["'$A'\"$E\"\\$A", "$A$A"],
    ['"a\\b\\"\\$"', 'a\\b"$'],
    ["$1$@$$x", "x"],
    ["a$", "a$"],
    ["a\\", "a"],
  ])("%s", (text, wanted) => expect(knownText(expand(text).parts)).toBe(wanted));

  test.each([
    ["${", "syntax error: missing '}'"],
    ["${A", "unsupported modifier (\u{fffd}) in substitution"],
    ["${A:-b", "syntax error: missing '}'"],
    ["${}", "syntax error: bad substitution"],
    ["${A=x}", "unsupported modifier (=) in substitution"],
    ["${A:=x}", "unsupported modifier (:=) in substitution"],
    ["${A:#x}", "unsupported modifier (:#) in substitution"],
    ["${A/x}", "syntax error: missing '/' in ${}"],
    ["${A#\\n}", "invalid pattern (\\n) in substitution: invalid escape '\\n'"],
    ["${N:?so there}", "N: so there"],
    ["${N?}", "N: is not allowed to be unset"],
    ["${E:?}", "E: is not allowed to be empty"],
    ["'", "unexpected end of statement while looking for matching single-quote"],
    ['"$A', "unexpected end of statement while looking for matching double-quote"],
  ])("%s is refused in BuildKit's words", (text, message) => {
    expect(expand(text)).toMatchObject({ error: `failed to process ${JSON.stringify(text)}: ${message}`, parts: [] });
  });

  test("the backtick escapes where the directive says so", () => {
    expect(knownText(expand("`$A\\$E", { escape: 0x60 }).parts)).toBe("$A\\");
  });
  test("in a here-document quotes are text", () => {
    expect(knownText(expand("'$E' \"\\$A\"", { quotesAreText: true }).parts)).toBe("'' \"$A\"");
  });
});

describe("what is not known", () => {
  const unknown = { unknown: "U", why: "no-value" };
  test.each([
    ["x${U}y", ["x", unknown, "y"]],
    ["${U:-d}", [{ ...unknown, fallback: "d" }]],
    ["${U:+d}", [unknown]],
    ["${U:?d}", [unknown]],
    ["${U%.*}", [unknown]],
    ["${A#$U}", [{ unknown: "A", why: "no-value" }]],
    ["${HALF:-d}", ["v", unknown]],
    ["${HALF:+d}", ["d"]],
    ["${N:-$U}", [unknown]],
  ])("%s stays unknown and is never empty", (text, wanted) => expect(expand(text).parts).toEqual(wanted));
});

test("splits at what a variable brings, not at what is quoted", () => {
  const { words } = expand('a$S "$S" b\\ c', { split: true });
  expect(words.map((word) => knownText(word.parts))).toEqual(["aone", "two", "one two", "b c"]);
  expect(words.map(({ start, end }) => [start, end])).toEqual([
    [0, 3],
    [1, 3],
    [4, 8],
    [9, 13],
  ]);
});

test("says where each variable is used", () => {
  expect(expand("x${N:-$A}").uses.map(({ name, start, end, found }) => [name, start, end, found.state])).toEqual([
    ["A", 6, 8, "set"],
    ["N", 1, 9, "unset"],
  ]);
});

describe("limits", () => {
  test("substitutions in substitutions, a hundred thousand deep", () => {
    expect(expand("${a:-".repeat(100_000)).error).toContain("substitutions nested too deeply");
  });
  test("what grows too long becomes unknown", () => {
    const big = expandText("$B$B", { lookup: () => ({ state: "set", parts: ["x".repeat(100_000)] }) });
    expect(big.parts).toEqual([{ unknown: "B", why: "too-long" }]);
  });
  test("what is unknown does not multiply without end", () => {
    const parts = Array.from({ length: 300 }, () => ({ unknown: "U", why: "no-value" }) as const);
    expect(expandText("$B", { lookup: () => ({ state: "set", parts }) }).parts).toEqual([{ unknown: "U", why: "too-long" }]);
  });
  test("a pattern that would take for ever is left open", () => {
    const start = performance.now();
    const found = expandText(`\${B%%${"*a".repeat(20_000)}b}`, {
      budget: newBudget(),
      lookup: () => ({ state: "set", parts: ["a".repeat(100_000)] }),
    });
    expect(found.parts).toEqual([{ unknown: "B", why: "no-value" }]);
    expect(performance.now() - start).toBeLessThan(2000);
  });
});
