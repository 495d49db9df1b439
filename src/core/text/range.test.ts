import { describe, expect, test } from "vitest";
import { formatPlace, SourceText } from "./range.ts";

const at = (text: string, offset: number): string => {
  const { line, column } = new SourceText("f", text).position(offset);
  return `${line}:${column}`;
};

describe("positions", () => {
  test("of an empty text there is one", () => {
    expect(at("", 0)).toBe("1:1");
    expect(new SourceText("f", "").line(1)).toBe("");
  });
  test("count from 1; the line's end belongs to its line", () => {
    expect(at("ab\ncd", 0)).toBe("1:1");
    expect(at("ab\ncd", 2)).toBe("1:3");
    expect(at("ab\ncd", 3)).toBe("2:1");
    expect(at("ab\ncd", 5)).toBe("2:3");
  });
  test("after a last newline there is one more, empty line", () => {
    expect(at("ab\n", 3)).toBe("2:1");
    expect(new SourceText("f", "ab\n").line(2)).toBe("");
  });
  test("CRLF: the carriage return is the line's last column and no part of its text", () => {
    expect(at("ab\r\ncd\r\n", 2)).toBe("1:3");
    expect(at("ab\r\ncd\r\n", 4)).toBe("2:1");
    const source = new SourceText("f", "ab\r\ncd\r\n");
    expect([1, 2, 3].map((line) => source.line(line))).toEqual(["ab", "cd", ""]);
  });
  test("outside the text are those of its ends", () => {
    expect(at("ab", -5)).toBe("1:1");
    expect(at("ab", 99)).toBe("1:3");
  });
  test("columns are UTF-16 units, as editors count", () => {
    expect(at("\u{1F6A2}x", 2)).toBe("1:3");
  });
  test("agree with counting by hand, everywhere in a text of many lines", () => {
    const text = Array.from({ length: 300 }, (_, index) => "x".repeat(index % 7)).join("\n");
    const source = new SourceText("f", text);
    for (let offset = 0; offset <= text.length; offset += 1) {
      const before = text.slice(0, offset).split("\n");
      expect(source.position(offset)).toEqual({ offset, line: before.length, column: (before.at(-1)?.length ?? 0) + 1 });
    }
  });
});

test("lines that are not there are empty", () => {
  const source = new SourceText("f", "ab\ncd");
  expect([0, 3, -1].map((line) => source.line(line))).toEqual(["", "", ""]);
  expect(source.line(2)).toBe("cd");
});

test("a range slices its text, and one that ends before it begins is empty", () => {
  const source = new SourceText("f", "services:\n  web:\n");
  expect(source.slice(source.range(12, 15))).toBe("web");
  expect(source.slice(source.range(15, 12))).toBe("");
});

test("a place is written as editors and terminals make it clickable", () => {
  const source = new SourceText("compose.yaml", "a\nbc");
  expect(formatPlace(source.path, source.range(3, 4))).toBe("compose.yaml:2:2");
  expect(formatPlace(source.path, undefined)).toBe("compose.yaml");
});
