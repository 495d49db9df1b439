import { describe, expect, test } from "vitest";
import { SourceText } from "../../core/index.ts";
import { buildTrees, readTrees } from "./build.ts";
import { placeIn } from "./locate.ts";
import type { ComposeNode } from "./node.ts";
import { parseYaml } from "./parse.ts";

const trees = (text: string, variables: Readonly<Record<string, string>> = {}) =>
  buildTrees(parseYaml(new SourceText("compose.yaml", text)), (name) => variables[name]);

/** A tree as the values a person reads in it. */
const plain = (node: ComposeNode): unknown => {
  if (node.kind === "scalar") return node.value;
  if (node.kind === "sequence") return node.items.map(plain);
  return Object.fromEntries([...node.entries].map(([key, { value }]) => [key, plain(value)]));
};
const parsed = (text: string, variables?: Readonly<Record<string, string>>) => trees(text, variables).map(plain);

const refusal = (text: string) => {
  try {
    trees(text);
  } catch (error) {
    return error;
  }
  return undefined;
};

describe("values", () => {
  test.each([
    ["a: 1\nb: true\nc: x\nd:\ne: null\nf: 1.5", { a: 1, b: true, c: "x", d: null, e: null, f: 1.5 }],
    ["a: yes\nb: on\nc: 22:22\nd: 2024-01-01", { a: "yes", b: "on", c: "22:22", d: "2024-01-01" }],
    ["80: x\n1.10: y", { 80: "x", "1.10": "y" }],
    ["a: |\n  one\n  two\nb: >-\n  one\n  two", { a: "one\ntwo\n", b: "one two" }],
  ])("%j", (text, expected) => {
    expect(parsed(text)).toEqual([expected]);
  });
  test("each YAML document is a layer", () => {
    expect(parsed("a: 1\n---\nb: 2\n---\n")).toEqual([{ a: 1 }, { b: 2 }]);
  });
  test("an empty file has no tree", () => {
    expect(parsed("")).toEqual([]);
    expect(parsed("# only a comment\n")).toEqual([]);
  });
  test("what is interpolated is text", () => {
    expect(parsed("a: $P\nb: x$P", { P: "80" })).toEqual([{ a: "80", b: "x80" }]);
  });
});

describe("anchors and merge keys", () => {
  test.each([
    ["a: &x {k: 1}\nb: *x", { a: { k: 1 }, b: { k: 1 } }],
    ["a: &x {k: 1, l: 2}\nb:\n  <<: *x\n  k: 9", { a: { k: 1, l: 2 }, b: { k: 9, l: 2 } }],
    ["a: &x {k: 1}\nc: &y {k: 2, m: 3}\nb:\n  <<: [*x, *y]", { a: { k: 1 }, c: { k: 2, m: 3 }, b: { k: 1, m: 3 } }],
    ["b:\n  k: 9\n  <<: {k: 1, l: 2}", { b: { k: 9, l: 2 } }],
    ['b: {"<<": 1}', { b: { "<<": 1 } }],
  ])("%j", (text, expected) => {
    expect(parsed(text)).toEqual([expected]);
  });
  test("a value behind an alias keeps the place where it was written", () => {
    const [tree] = trees("a: &x\n  k: 1\nb:\n  <<: *x\n");
    expect(tree && placeIn(tree, ["b", "k"])?.range.start).toMatchObject({ line: 2, column: 3 });
  });
});

describe("refusals at line and column", () => {
  test.each([
    ["a: b: c", "compose.yaml:1:4: YAML: Nested mappings are not allowed in compact mappings; expected one"],
    ["a:\n\t- b", "compose.yaml:2:1: YAML: Tabs are not allowed as indentation; expected spaces"],
    ["a: 'x", "compose.yaml:1:6: YAML: Missing closing 'quote"],
    ["a: [1, 2", "compose.yaml:1:9: YAML: Flow sequence in block collection must be sufficiently indented and end with a ]"],
    ["a: @x", "compose.yaml:1:4: YAML: Plain value cannot start with reserved character @; put the value in quotes"],
    ["a: 1\nb: 2\na: 3", 'compose.yaml:3:1: "a" is set twice in one mapping; the first is on line 1'],
    ["a: *no", "compose.yaml:1:4: alias *no has no anchor &no before it"],
    ["a: &x [*x]", "compose.yaml:1:8: alias *x has no anchor &x before it, or lies within it"],
    ["a: !!binary eA==", "compose.yaml:1:13: YAML tag tag:yaml.org,2002:binary means nothing here"],
    ["a: !foo 1", "compose.yaml:1:9: YAML tag !foo means nothing here"],
    ["a:\n  <<: 1", 'compose.yaml:2:7: "<<" merges mappings'],
    ["? {a: 1}\n: 2", "compose.yaml:1:3: a key is a single name"],
    ["- a", "compose.yaml:1:1: expected a mapping"],
    ["just text", "compose.yaml:1:1: expected a mapping"],
  ])("%j", (text, message) => {
    expect(refusal(text)).toMatchObject({ code: "INPUT_INVALID", problems: [expect.stringContaining(message)] });
  });
  test("all errors at once, in order", () => {
    expect(refusal("a: @x\nb: 'y'z\nc: `")).toMatchObject({
      problems: [expect.stringMatching(/:1:4:/), expect.stringMatching(/:2:7:/), expect.stringMatching(/:3:4:/)],
    });
  });
  test("a missing variable is a problem of its scalar, at the dollar sign", () => {
    const at = (text: string) => {
      const [tree] = trees(text);
      const node = tree?.entries.get("a")?.value;
      return node?.kind === "scalar"
        ? node.problems?.map(({ code, place }) => [code, place?.range.start.line, place?.range.start.column])
        : undefined;
    };
    expect(at("a: $NO")).toEqual([["VARIABLE_MISSING", 1, 4]]);
    expect(at('a: "xy${NO}"')).toEqual([["VARIABLE_MISSING", 1, 7]]);
    expect(at("a: 'it''s $$ ${NO}'")).toEqual([["VARIABLE_MISSING", 1, 14]]);
    expect(at("a: |\n  one\n  two $NO\n")).toEqual([["VARIABLE_MISSING", 3, 7]]);
    expect(at("a: one\n  two $NO\n")).toEqual([["VARIABLE_MISSING", 2, 7]]);
  });
});

describe("hostile files", () => {
  const timed = (text: string) => {
    const started = performance.now();
    const error = refusal(text);
    return { error, ms: performance.now() - started };
  };
  const laughs = [
    "a0: &a0 [x, x, x, x, x, x, x, x, x, x]",
    ...Array.from({ length: 12 }, (_, n) => `a${n + 1}: &a${n + 1} [${Array(10).fill(`*a${n}`).join(", ")}]`),
  ].join("\n");
  test.each([
    ["billion laughs", laughs],
    ["10,000 open brackets", `a: ${"[".repeat(10_000)}`],
    ["10,000 brackets", `a: ${"[".repeat(10_000)}${"]".repeat(10_000)}`],
    ["10,000 nested maps", `${"{a: ".repeat(10_000)}1${"}".repeat(10_000)}`],
    ["10,000 dashes", `${"- ".repeat(10_000)}a`],
    ["5 MB", `a: ${"x".repeat(5_000_000)}`],
    ["a million brackets", "[".repeat(1_000_000)],
    ["1,000 documents", "---\na: 1\n".repeat(1000)],
    ["200,000 values", `a: [${"1,".repeat(200_000)}]`],
  ])("%s", (_, text) => {
    const { error, ms } = timed(text);
    expect(error).toMatchObject({ code: "INPUT_TOO_LARGE" });
    expect(ms).toBeLessThan(3000);
  });
  test("keys of Object.prototype are keys", () => {
    const [tree] = trees("__proto__: {a: 1}\nconstructor: 2\nhasOwnProperty: 3");
    expect([...(tree?.entries.keys() ?? [])]).toEqual(["__proto__", "constructor", "hasOwnProperty"]);
    expect(({} as Record<string, unknown>)["a"]).toBeUndefined();
  });
});

test("a file with something wrong in every line tells the first of it", () => {
  const { problems } = readTrees(parseYaml(new SourceText("a.yaml", "a: 1\n".repeat(5000))));
  expect(problems).toHaveLength(200);
});
