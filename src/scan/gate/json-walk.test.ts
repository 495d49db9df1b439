import { describe, expect, test } from "vitest";
import { walkJson } from "./json-walk.ts";

const places = (text: string): Readonly<Record<string, number>> => {
  const seen: Record<string, number> = {};
  expect(walkJson(text, (path, offset) => void (seen[path.join("/")] = offset))).toBeUndefined();
  return seen;
};

describe("where values begin", () => {
  test("of objects in arrays in objects", () => {
    const text = '{"a": [1, {"b\\"c": [] , "d": {}}], "e" : null}';
    expect(Object.entries(places(text)).map(([path, at]) => [path, text[at]])).toEqual([
      ["", "{"],
      ["a", "["],
      ["a/0", "1"],
      ["a/1", "{"],
      ['a/1/b"c', "["],
      ["a/1/d", "{"],
      ["e", "n"],
    ]);
  });
  test.each([" 1 ", '"a"', "[]", "[[],[]]", "-0.5e+3", '{"a":true}', '["\\u00e9\\n"]'])("%s is whole", (text) => {
    expect(walkJson(text, () => undefined)).toBeUndefined();
  });
  test("a million levels overflow nothing", () => {
    expect(walkJson(`${"[".repeat(1e6)}${"]".repeat(1e6)}`, () => undefined)).toBeUndefined();
  });
});

describe("where a text stops being JSON", () => {
  test.each([
    ["", 0],
    ["{", 1],
    ['{"a" 1}', 1],
    ['{"a": tru}', 6],
    ["[1,]", 3],
    ["[1 2]", 3],
    ['{"a":1,}', 7],
    ["[1}", 2],
    ["1 2", 2],
    ['["abc', 1],
    ["[01]", 2],
  ])("%s: at %i", (text, offset) => {
    expect(walkJson(text, () => undefined)).toBe(offset);
  });
  test("is where JSON.parse refuses, too", () => {
    for (const text of ['{"a":[1,2,{"b":null}]}', '[true,false,null,-1.5e10,"\\\\"]', '{"a":{"b":{"c":[[[1]]]}}}'])
      for (let at = 0; at < text.length; at += 1)
        for (const other of ["", ",", "}", "]", '"', "x", "1"]) {
          const changed = text.slice(0, at) + other + text.slice(at + 1);
          let parses = true;
          try {
            JSON.parse(changed);
          } catch {
            parses = false;
          }
          expect([changed, walkJson(changed, () => undefined) === undefined]).toEqual([changed, parses]);
        }
  });
});
