import { describe, expect, test } from "vitest";
import { SourceText } from "../../../core/index.ts";
import { parseDockerfile } from "../parse.ts";

const parse = (text: string) => parseDockerfile(new SourceText("Dockerfile", text));
const rests = (text: string): readonly string[] => parse(text).instructions.map(({ rest }) => rest.text);

describe("continuations", () => {
  test.each([
    ["joined without a blank", "FROM busy\\\nbox", ["busybox"]],
    ["blanks behind the backslash", "FROM busy\\  \t\nbox", ["busybox"]],
    ["the next line keeps its indentation", "RUN a \\\n    b", ["a     b"]],
    ["comments vanish", "RUN a\\\n# c \\\n  # d\nb", ["ab"]],
    ["blank lines vanish", "RUN a \\\n\n \t\nb", ["a b"]],
    ["an escaped backslash does not continue", "RUN a \\\\\nRUN b", ["a \\\\", "b"]],
    ["a lone backslash continues", "RUN a \\\n\\\nb", ["a b"]],
    ["a comment does not continue", "# a \\\nRUN b", ["b"]],
    ["the backtick, by directive", "# escape=`\nRUN a `\n\\b", ["a \\b"]],
    ["carriage returns", "RUN a \\\r\n\r\n b\r\nRUN c\r\n", ["a  b", "c"]],
    ["the end of the file", "RUN a \\", ["a"]],
    ["a byte order mark", "\u{feff}FROM a\n", ["a"]],
    ["a form feed", "RUN\fa\vb", ["a\vb"]],
  ])("%s", (_name, text, wanted) => expect(rests(text)).toEqual(wanted));

  test("a word that spans lines maps back from its first to its last character", () => {
    const text = "FROM a\nCOPY long\\\n# in between\n\nname \\\n  /dest\n";
    const copy = parse(text).instructions[1];
    if (copy?.keyword !== "COPY") throw new Error("no COPY");
    const word = copy.sources[0]?.word;
    expect(word?.text).toBe("longname");
    expect(word?.range).toMatchObject({ start: { line: 2, column: 6 }, end: { line: 5, column: 5 } });
    expect(word?.rangeOf(4, 8)).toMatchObject({ start: { line: 5, column: 1 }, end: { line: 5, column: 5 } });
    expect(copy.destination?.range).toMatchObject({ start: { line: 6, column: 3 }, end: { line: 6, column: 8 } });
    expect(copy.range).toMatchObject({ start: { line: 2, column: 1 }, end: { line: 6, column: 8 } });
  });
  test("blank lines among continuations are kept as facts", () => {
    expect(parse("RUN a \\\n\n\n b").instructions[0]?.blankLines.map((range) => range.start.line)).toEqual([2, 3]);
  });
  test("a line longer than BuildKit reads is reported, once", () => {
    const fits = `RUN ${"a".repeat(65_531)}`;
    expect(parse(`FROM a\n${fits}\n`).diagnostics).toEqual([]);
    expect(parse(`FROM a\n${fits}a\n`).diagnostics.map((one) => one.message)).toEqual([
      "dockerfile line greater than max allowed size of 65535",
    ]);
    expect(parse(`FROM a\nRUN ${"\u{e9}".repeat(40_000)}\n`).diagnostics).toHaveLength(1);
  });
});

describe("directives", () => {
  const directives = (text: string) => parse(text).directives.map(({ name, value }) => [name, value]);
  test.each([
    [
      "all three",
      "# syntax=docker/dockerfile:1 \n#escape = `\n# Check= skip=all;error=true\nFROM a",
      [
        ["syntax", "docker/dockerfile:1"],
        ["escape", "`"],
        ["check", "skip=all;error=true"],
      ],
    ],
    ["after a comment none", "# hello\n# escape=`\nFROM a", []],
    ["after a blank line none", "\n# escape=`\nFROM a", []],
    ["an unknown name ends them", "# foo=bar\n# escape=`\nFROM a", []],
    ["after #! all but escape", "#!/bin/x\n# syntax=a\n# escape=`\nFROM a", [["syntax", "a"]]],
    ["behind a byte order mark", "\u{feff}# escape=`\r\nFROM a", [["escape", "`"]]],
    ["no value", "# escape=\nFROM a", []],
  ])("%s", (_name, text, wanted) => expect(directives(text)).toEqual(wanted));
  test("two of a name, and an escape that is none, are BuildKit's errors", () => {
    expect(parse("# escape=`\n# escape=`\nFROM a").diagnostics[0]?.message).toBe("only one escape parser directive can be used");
    const [wrong] = parse("# escape=ab\nFROM a").diagnostics;
    expect(wrong).toMatchObject({ message: "invalid escape token 'ab' does not match ` or \\", range: { start: { line: 1, column: 10 } } });
  });
  test("a value of nothing but blanks is the last of them", () => {
    expect(parse("#escape= \t\nFROM a").diagnostics.map((found) => found.message)).toEqual([
      "invalid escape token '\t' does not match ` or \\",
    ]);
  });
  test("ranges of name and value", () => {
    const source = new SourceText("Dockerfile", "#  Check = skip=all  \nFROM a");
    const [check] = parseDockerfile(source).directives;
    if (check === undefined) throw new Error("no directive");
    expect([source.slice(check.nameRange), source.slice(check.valueRange)]).toEqual(["Check", "skip=all"]);
  });
});

describe("comments", () => {
  const text = "# syntax=a\n# one\n#\n# two\n\n# three\nFROM a\nRUN b \\\n  # inside\n  c <<E\n# text\nE\n# last";
  test("all, in order; directives and here-documents are none", () => {
    expect(parse(text).comments.map((comment) => [comment.text, comment.inside])).toEqual([
      ["one", false],
      ["", false],
      ["two", false],
      ["three", false],
      ["inside", true],
      ["last", false],
    ]);
  });
  test("those above an instruction, back to an empty one", () => {
    expect(parse(text).instructions.map(({ comments }) => comments.map((comment) => comment.text))).toEqual([["two", "three"], []]);
  });
});
