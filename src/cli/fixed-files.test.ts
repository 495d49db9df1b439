import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { writeFixed } from "./fixed-files.ts";

const folder = mkdtempSync(join(tmpdir(), "sw-fixed-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const read = (path: string): string => readFileSync(join(folder, path), "utf8");

test("all are written, or none when one was changed meanwhile", () => {
  for (const path of ["a.yaml", "b.yaml"]) writeFileSync(join(folder, path), "old\n");
  const files = ["a.yaml", "b.yaml"].map((path) => ({ path, before: "old\n", after: "new\n" }));
  writeFileSync(join(folder, "b.yaml"), "another's\n");
  expect(() => writeFixed(folder, files, "tried")).toThrow("b.yaml was changed while it was tried; nothing was written");
  expect([read("a.yaml"), read("b.yaml")]).toEqual(["old\n", "another's\n"]);
  writeFileSync(join(folder, "b.yaml"), "old\n");
  writeFixed(folder, files, "tried");
  expect([read("a.yaml"), read("b.yaml")]).toEqual(["new\n", "new\n"]);
});
