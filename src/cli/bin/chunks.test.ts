import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Chunks, chunksOf } from "./chunks.ts";

let scratch = "";
beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), "seaworthy-chunks-"));
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const folderOf = (files: Readonly<Record<string, string>>): string => {
  const folder = mkdtempSync(join(scratch, "lib-"));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
};

const chunks = (folder: string, known: ReturnType<Chunks["codes"]> = new Map()): Chunks =>
  chunksOf(folder, known, createRequire(import.meta.url));

const COUNT = `exports.count = (words) => { let sum = 0; for (const word of words.split(" ")) sum += word.length; return "letters " + sum; };`;

test("a chunk is run once, with the chunks and the modules of Node that it asks for", () => {
  const folder = folderOf({
    "main.cjs": `const { join } = require("node:path"); exports.seen = [require("./a.cjs").name, require("./a.cjs") === require("./a.cjs"), join("x", "y"), __dirname, __filename];`,
    "a.cjs": `globalThis.chunkRuns = (globalThis.chunkRuns ?? 0) + 1; module.exports = { name: "a", main: typeof require("./main.cjs") };`,
  });
  const loader = chunks(folder);
  expect(loader.load("main.cjs")).toEqual({ seen: ["a", true, "x/y", folder, join(folder, "main.cjs")] });
  loader.load("main.cjs");
  expect(Reflect.get(globalThis, "chunkRuns")).toBe(1);
  expect(() => loader.load("none.cjs")).toThrow(/ENOENT/);
});

test("functions that were called are in the code, so that the next run need not compile them", () => {
  const folder = folderOf({ "main.cjs": COUNT });
  const first = chunks(folder);
  const { count } = first.load("main.cjs") as { readonly count: (words: string) => string };
  const before = first.codes().get("main.cjs")?.data.length ?? 0;
  expect(count("a bc")).toBe("letters 3");
  const codes = first.codes();
  expect(first.hasNew()).toBe(true);
  expect(codes.get("main.cjs")?.data.length).toBeGreaterThan(before);

  const second = chunks(folder, codes);
  expect((second.load("main.cjs") as typeof first & { readonly count: typeof count }).count("abc")).toBe("letters 3");
  expect(second.hasNew()).toBe(false);
});

test("code of another text is not run, be the text as long", () => {
  const folder = folderOf({ "main.cjs": `exports.word = "one";` });
  const first = chunks(folder);
  first.load("main.cjs");
  writeFileSync(join(folder, "main.cjs"), `exports.word = "two";`);
  const second = chunks(folder, first.codes());
  expect(second.load("main.cjs")).toEqual({ word: "two" });
  expect(second.hasNew()).toBe(true);
});

test("what is loaded after V8's flags were changed is left out: no process begins so", () => {
  const folder = folderOf({ "main.cjs": "exports.a = 1;", "late.cjs": "exports.b = 2;" });
  const loader = chunks(folder);
  loader.load("main.cjs");
  setFlagsFromString("--stack-size=900");
  try {
    expect(loader.load("late.cjs")).toEqual({ b: 2 });
  } finally {
    setFlagsFromString("--stack-size=984");
  }
  expect([...loader.codes().keys()]).toEqual(["main.cjs"]);
});
