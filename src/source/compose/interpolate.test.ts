import { describe, expect, test } from "vitest";
import { interpolate } from "./interpolate.ts";

const variables: Readonly<Record<string, string>> = { SET: "value", EMPTY: "", ONE: "1", _x9: "under" };
const lookup = (name: string): string | undefined => variables[name];
const run = (text: string) => interpolate(text, lookup);

describe("every form of the specification", () => {
  test.each([
    ["plain", "plain"],
    ["$SET", "value"],
    ["${SET}", "value"],
    ["a${SET}b$ONE-c", "avalueb1-c"],
    ["$_x9", "under"],
    ["$SET$ONE", "value1"],
    ["${EMPTY}", ""],
    ["$EMPTY", ""],
    ["${SET:-d}", "value"],
    ["${EMPTY:-d}", "d"],
    ["${NO:-d}", "d"],
    ["${NO:-}", ""],
    ["${SET-d}", "value"],
    ["${EMPTY-d}", ""],
    ["${NO-d}", "d"],
    ["${NO-}", ""],
    ["${SET:?e}", "value"],
    ["${SET?e}", "value"],
    ["${EMPTY?e}", ""],
    ["${SET:+r}", "r"],
    ["${EMPTY:+r}", ""],
    ["${NO:+r}", ""],
    ["${SET+r}", "r"],
    ["${EMPTY+r}", "r"],
    ["${NO+r}", ""],
    ["${NO:-${SET}}", "value"],
    ["${NO:-a${NO2:-b${ONE}}c}d", "ab1cd"],
    ["${NO-$SET/x}", "value/x"],
    ["${NO:-http://h:80/?a=b}", "http://h:80/?a=b"],
    ["${NO:--1}", "-1"],
    ["${NO:-a:-b}", "a:-b"],
    ["${NO:-?x}", "?x"],
    ['${NO:-{"a":1}}', '{"a":1}'],
    ["$$", "$"],
    ["$$SET", "$SET"],
    ["$$$SET", "$value"],
    ["$${SET}", "${SET}"],
    ["${NO:-$$x}", "$x"],
    ["100%", "100%"],
  ])("%s", (text, expected) => {
    expect(run(text)).toEqual({ value: expected, faults: [] });
  });
});

describe("what is missing is a fault, not an empty string", () => {
  test.each([
    ["$NO", "NO", 0],
    ["ab${NO}", "NO", 2],
    ["${NO:-${INNER}}", "INNER", 6],
    ["${NO:-x${A:-y$B}}", "B", 13],
    ["${SET:+$NO}", "NO", 7],
  ])("%s names %s", (text, variable, offset) => {
    expect(run(text).faults).toEqual([{ variable, offset, message: `variable ${variable} is not set and has no default` }]);
  });
  test("a default that is not used may have holes", () => {
    expect(run("${SET:-$NO}").faults).toEqual([]);
    expect(run("${NO:+$NO2}").faults).toEqual([]);
  });
  test.each([
    ["${NO:?set it}", "variable NO is required: set it"],
    ["${EMPTY:?set it}", "variable EMPTY is required: set it"],
    ["${NO?}", "variable NO is required"],
    ["${NO:?see $SET}", "variable NO is required: see value"],
  ])("%s", (text, message) => {
    expect(run(text).faults).toEqual([{ variable: "NO" === text.slice(2, 4) ? "NO" : "EMPTY", offset: 0, message }]);
  });
  test("several faults are all reported", () => {
    expect(run("$A ${B} ${C:?}").faults.map((fault) => fault.variable)).toEqual(["A", "B", "C"]);
  });
});

describe("broken syntax", () => {
  test.each([
    ["$", 0, /starts a variable/],
    ["cost: $5", 6, /starts a variable/],
    ["${", 0, /never closed/],
    ["x${SET", 1, /never closed/],
    ["${}", 0, /expected a name/],
    ["${1A}", 0, /expected a name/],
    ["${SET/a/b}", 0, /after SET/],
    ["${SET:x}", 0, /after SET/],
    ["${SET }", 0, /after SET/],
  ])("%s", (text, offset, message) => {
    const { faults } = run(text);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatchObject({ offset, message: expect.stringMatching(message) });
    expect(faults[0]?.variable).toBeUndefined();
  });
  test("values are not interpolated again", () => {
    expect(interpolate("$A", () => "$B ${C}").value).toBe("$B ${C}");
  });
  test("endless nesting is refused and quick", () => {
    const started = performance.now();
    const { faults } = run(`${"${NO:-".repeat(20_000)}${"}".repeat(20_000)}`);
    expect(faults.some((fault) => /nested more than/.test(fault.message))).toBe(true);
    expect(performance.now() - started).toBeLessThan(5000);
  });
});
