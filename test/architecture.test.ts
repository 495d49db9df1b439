import { describe, expect, test } from "vitest";
import { importsOf, readImports, violation } from "./architecture.ts";

const root = new URL("..", import.meta.url).pathname;
const violations = (file: string, text: string): readonly string[] => importsOf(file, text).flatMap((one) => violation(one) ?? []);

test("no room imports what it must not, and nobody reaches past an index.ts", () => {
  const imports = readImports(root);
  expect(imports.length).toBeGreaterThan(50);
  expect(imports.flatMap((one) => violation(one) ?? [])).toEqual([]);
});

describe("the test of the test", () => {
  test("a feature that imports another feature is named", () => {
    expect(violations("src/check/run.ts", 'import { x } from "../release/index.ts";')).toEqual([
      "src/check/run.ts: check must not import release",
    ]);
  });
  test("a type import, a re-export and a dynamic import count as well", () => {
    expect(violations("src/trust/a.ts", 'import type { X } from "../registry/index.ts";')).toHaveLength(1);
    expect(violations("src/trust/a.ts", 'export * from "../build/index.ts";')).toHaveLength(1);
    expect(violations("src/trust/a.ts", 'const x = await import("../build/index.ts");')).toHaveLength(1);
  });
  test("the two doors are open, one way only", () => {
    expect(violations("src/release/a.ts", 'import { x } from "../proxy/index.ts";')).toEqual([]);
    expect(violations("src/proxy/a.ts", 'import { x } from "../release/index.ts";')).toHaveLength(1);
  });
  test("reaching past a public face is named", () => {
    expect(violations("src/release/a.ts", 'import { x } from "../core/values/digest.ts";')).toEqual([
      "src/release/a.ts reaches past core's public face: src/core/values/digest.ts",
    ]);
  });
  test("core imports nothing of ours, and nothing lower imports ship", () => {
    expect(violations("src/core/a.ts", 'import { x } from "../checklist/index.ts";')).toHaveLength(1);
    expect(violations("src/release/a.ts", 'import { x } from "../ship/index.ts";')).toHaveLength(1);
    expect(violations("src/cli/a.ts", 'import { x } from "../ship/index.ts";')).toEqual([]);
  });
});
