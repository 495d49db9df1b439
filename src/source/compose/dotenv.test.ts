import { describe, expect, test } from "vitest";
import { SourceText } from "../../core/index.ts";
import { parseDotenv } from "./dotenv.ts";

const outer: Readonly<Record<string, string>> = { HOME: "/home/ann", SET: "outer" };
const parse = (text: string, raw = false) => Object.fromEntries(parseDotenv(new SourceText(".env", text), (name) => outer[name], raw));

describe("forms", () => {
  test.each([
    ["A=b", { A: "b" }],
    ["A: b", { A: "b" }],
    ["A = b", { A: "b" }],
    ["  export A=b", { A: "b" }],
    ["export\tA=b", { A: "b" }],
    ["exportA=b", { exportA: "b" }],
    ["# c\n\nA=b\n", { A: "b" }],
    ["\uFEFFA=b", { A: "b" }],
    ["A=b\r\nC=d\r\n", { A: "b", C: "d" }],
    ["A=", { A: "" }],
    ["A=\nB=1", { A: "", B: "1" }],
    ["A=b # c", { A: "b" }],
    ["A=b# not a comment", { A: "b# not a comment" }],
    ["A=# c", { A: "" }],
    ["A= # c", { A: "" }],
    ["A=b c  ", { A: "b c" }],
    ['A="b # c" # d', { A: "b # c" }],
    ["A='b # c' # d", { A: "b # c" }],
    ["A='$SET'", { A: "$SET" }],
    [String.raw`A='it\'s'`, { A: "it's" }],
    [String.raw`A="a\nb\tc\\d\"e"`, { A: 'a\nb\tc\\d"e' }],
    [String.raw`A='a\nb'`, { A: String.raw`a\nb` }],
    [String.raw`A="\$SET"`, { A: "$SET" }],
    [String.raw`A="a\qb"`, { A: String.raw`a\qb` }],
    ['A="one\ntwo"\nB=3', { A: "one\ntwo", B: "3" }],
    ["A='one\ntwo'\nB=3", { A: "one\ntwo", B: "3" }],
    ["A=$SET", { A: "outer" }],
    ['A="${SET}/x"', { A: "outer/x" }],
    ["A=${NO:-d}", { A: "d" }],
    ["A=1\nB=${A}2", { A: "1", B: "12" }],
    ["SET=own\nB=$SET", { SET: "own", B: "outer" }],
    ["A=$$5", { A: "$5" }],
    ["A", { A: undefined }],
    ["A\nB=1", { A: undefined, B: "1" }],
    ["A=1\nA=2", { A: "2" }],
    ["a.b-c=1", { "a.b-c": "1" }],
    ["A=b=c", { A: "b=c" }],
    ['JSON={"a": 1}', { JSON: '{"a": 1}' }],
  ])("%j", (text, expected) => {
    expect(parse(text)).toEqual(expected);
  });

  test("raw: nothing is interpreted", () => {
    expect(parse(`# c\nA="b $X" # d\nB\n\nC='x'`, true)).toEqual({ A: '"b $X" # d', B: undefined, C: "'x'" });
  });
});

describe("refusals at line and column", () => {
  const refusal = (text: string) => {
    try {
      parse(text);
    } catch (error) {
      return error;
    }
    return undefined;
  };
  test.each([
    ["A=1\n=2", "INPUT_INVALID", ".env:2:1: expected NAME=value"],
    ["1A=2", "INPUT_INVALID", ".env:1:1: expected NAME=value"],
    ["A B=2", "INPUT_INVALID", ".env:1:1: expected NAME=value"],
    ['A="b', "INPUT_INVALID", ".env:1:3: the quote that opens the value of A is never closed"],
    ['A="b" c', "INPUT_INVALID", ".env:1:6: expected the end of the line after the quoted value of A"],
    ["A=1\nB=x$NO", "VARIABLE_MISSING", ".env:2:4: variable NO is not set and has no default"],
    ['\nB="${NO}"', "VARIABLE_MISSING", ".env:2:4: variable NO is not set and has no default"],
  ])("%j", (text, code, message) => {
    expect(refusal(text)).toMatchObject({ code, message: expect.stringContaining(message) });
  });
  test("all at once, and never a value", () => {
    expect(refusal("P=hunter22 $\nQ=$NO\n!")).toMatchObject({
      problems: [expect.stringMatching(/^\.env:1:12: /), expect.stringMatching(/^\.env:2:3: /), expect.stringMatching(/^\.env:3:1: /)],
    });
    expect(JSON.stringify(refusal("P=hunter22 $\nQ=$NO"))).not.toContain("hunter22");
  });
});
