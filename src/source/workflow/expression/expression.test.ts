import { describe, expect, test } from "vitest";
import { constantOf, contextsIn, flowingContexts, parseExpression, patternOf } from "./index.ts";

const patterns = (text: string, contexts = contextsIn): readonly (string | undefined)[] => {
  const parsed = parseExpression(text);
  return parsed === undefined ? ["no expression"] : contexts(parsed).map(patternOf);
};

describe("contexts", () => {
  const cases: readonly (readonly [string, readonly (string | undefined)[]])[] = [
    ["github.event.issue.title", ["github.event.issue.title"]],
    ["GitHub['EVENT']['issue'].title", ["github.event.issue.title"]],
    ["github.event.commits[0].message", ["github.event.commits.*.message"]],
    ["github.event.commits.*.message", ["github.event.commits.*.message"]],
    ["needs.test-matrix.outputs.x_y", ["needs.test-matrix.outputs.x_y"]],
    ["matrix[env.key]", [undefined, "env.key"]],
    ["fromJSON(steps.a.outputs.b).c[0].d", [undefined, "steps.a.outputs.b"]],
    ["(a || b).c", [undefined, "a", "b"]],
    ["!cancelled() && success()", []],
    ["a == 'x''y' && b != 0x1F", ["a", "b"]],
  ];
  for (const [text, expected] of cases) test(text, () => expect(patterns(text)).toEqual(expected));
});

test("only what may become the result flows", () => {
  expect(patterns("github.ref == 'x' && inputs.a || inputs.b", flowingContexts)).toEqual(["inputs.a", "inputs.b"]);
  expect(patterns("contains(github.head_ref, 'x')", flowingContexts)).toEqual([]);
  expect(patterns("format('{0}', toJSON(github.event))", flowingContexts)).toEqual(["github.event"]);
});

describe("what is no expression is none, and does not throw", () => {
  for (const text of [
    "",
    "a b",
    "a.",
    "a[",
    "f(",
    "f(a b)",
    "'open",
    "a &&",
    "%",
    "a || ",
    "(".repeat(500),
    "!".repeat(30_000),
    "a[".repeat(200),
  ])
    test(text.slice(0, 20), () => expect(parseExpression(text)).toBeUndefined());
});

test("positions count within the text", () => {
  const parsed = parseExpression("a && ( inputs.name )");
  expect(parsed?.kind === "binary" && [parsed.right.start, parsed.right.end]).toEqual([5, 20]);
});

describe("constants", () => {
  const cases: readonly (readonly [string, unknown])[] = [
    ["true && 'a' || 'b'", "a"],
    ["format('{0}-{1}', 'a', 2)", "a-2"],
    ["contains(fromJSON('[\"a\",\"b\"]'), 'B')", true],
    ["!startsWith('Main', 'ma')", false],
    ["1 < 2 && '' || 'x'", "x"],
    ["null == 0", true],
  ];
  for (const [text, expected] of cases)
    test(text, () => {
      const parsed = parseExpression(text);
      expect(parsed === undefined ? undefined : constantOf(parsed)?.value).toBe(expected);
    });
  test("what waits for the run is none", () => {
    const parsed = parseExpression("format('{0}', github.ref)");
    expect(parsed === undefined ? "" : constantOf(parsed)).toBeUndefined();
  });
});
