import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Advisory, Affected } from "../advisories/advisory.ts";
import { type ShardWriting, writeShard } from "./writing.ts";

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), "seaworthy-writing-"))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const advisory = (id: string, modified?: string): Advisory => ({
  id,
  cves: [],
  aliases: [],
  summary: "",
  ...(modified === undefined ? {} : { modified }),
});
const of = (name: string, fixed: string): Affected => ({ ecosystem: "npm", name, intervals: [{ fixed }], versions: [] });

const written = async (name: string, from: string | undefined, write: (writing: ShardWriting) => void): Promise<string> => {
  const writing = writeShard(join(folder, `${name}.part`), from);
  write(writing);
  const shard = await writing.finish(folder, name);
  expect(readdirSync(folder).filter((one) => one.includes(".part"))).toEqual([]);
  return shard === undefined ? "" : join(folder, shard.file);
};
const packages = (path: string): readonly (readonly unknown[])[] => {
  using database = new DatabaseSync(path, { readOnly: true });
  return database
    .prepare("SELECT name, affected FROM package")
    .all()
    .map(({ name, affected }) => [name, affected]);
};

test("one row for a package, with what each advisory says of it in the order in which they came", async () => {
  const path = await written("npm", undefined, (writing) => {
    writing.put(advisory("B"), [of("left", "2"), of("left", "3"), of("right", "2")]);
    writing.put(advisory("A"), [of("left", "1")]);
  });
  expect(packages(path)).toEqual([
    ["left", '[[1,[[0,"2"]]],[1,[[0,"3"]]],[2,[[0,"1"]]]]'],
    ["right", '[[1,[[0,"2"]]]]'],
  ]);
});

test("a change of one advisory changes the rows of its packages; what is withdrawn leaves them, and the last takes the row along", async () => {
  const first = await written("npm", undefined, (writing) => {
    writing.put(advisory("A", "2026-01-01"), [of("left", "1"), of("right", "1")]);
    writing.put(advisory("B", "2026-01-01"), [of("left", "2"), of("up", "2")]);
    writing.put(advisory("C", "2026-03-01"), [of("up", "3")]);
  });
  const second = await written("npm-2", first, (writing) => {
    writing.put(advisory("A", "2026-02-01"), [of("left", "9"), of("down", "9")]);
    writing.put(advisory("C", "2026-02-01"), [of("up", "0")]);
    writing.forget("B");
    writing.put(advisory("D"), [of("left", "4")]);
  });
  expect(packages(second)).toEqual([
    ["down", '[[1,[[0,"9"]]]]'],
    ["left", '[[1,[[0,"9"]]],[4,[[0,"4"]]]]'],
    ["up", '[[3,[[0,"3"]]]]'],
  ]);
  expect(packages(first)).toHaveLength(3);
  const none = await written("npm-3", second, (writing) => {
    for (const id of ["A", "C", "D"]) writing.forget(id);
  });
  expect(none).toBe("");
});

test.each(["5", "{", "[5]", '["x"]', '[["x"]]', "[[]]"])("a shard with a row of %s is not gone on with", async (affected) => {
  const path = await written("npm", undefined, (writing) => writing.put(advisory("A"), [of("left", "1")]));
  const database = new DatabaseSync(path);
  database.prepare("UPDATE package SET affected = ?").run(affected);
  database.close();
  expect(() => writeShard(join(folder, "next.part"), path)).toThrow(expect.objectContaining({ code: "INPUT_INVALID" }));
});
