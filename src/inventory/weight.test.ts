import { expect, test } from "vitest";
import { weightOf, weightOfNote } from "./weight.ts";

test("what is long or has many parts weighs more", () => {
  const few = { packages: [{ name: "a" }], owns: new Map([["a", ["usr/bin/a"]]]) };
  const many = { packages: Array.from({ length: 1000 }, () => ({ name: "a" })), owns: few.owns };
  const long = { ...few, owns: new Map([["a", ["u".repeat(100_000)]]]) };
  expect(weightOf(many)).toBeGreaterThan(900 * weightOf({ name: "a" }));
  expect(weightOf(long) - weightOf(few)).toBe(100_000 - "usr/bin/a".length);
});

test("a package weighs what documents make of it, too", () => {
  const packages = [{ type: "npm", name: "a", version: "1", licenses: [] }] as const;
  expect(weightOfNote({ kind: "cataloged", by: "npm", found: { packages } })).toBeGreaterThan(1000);
  expect(weightOfNote({ kind: "os-release", text: "" })).toBeLessThan(200);
});
