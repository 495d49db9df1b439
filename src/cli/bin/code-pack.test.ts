import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type CodePack, confirmCodePack, readCodePack, writeCodePack } from "./code-pack.ts";

const NOW = Date.parse("2026-11-21T00:00:00Z");
let scratch = "";
beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), "seaworthy-code-pack-"));
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const PACK: CodePack = {
  codes: new Map([
    ["main.cjs", { sourceSum: 7, data: Uint8Array.from([1, 2, 3]) }],
    ["check.run-abc.cjs", { sourceSum: 4_000_000_000, data: new Uint8Array(20).fill(9) }],
  ]),
  bytecodeBytes: 1234,
};

const written = (name: string): string => {
  const path = join(scratch, name, "build", "check");
  writeCodePack(path, PACK, NOW);
  return path;
};

const plain = (pack: CodePack | undefined) =>
  pack === undefined
    ? undefined
    : {
        bytecodeBytes: pack.bytecodeBytes,
        codes: [...pack.codes].map(([name, { sourceSum, data }]) => ({ name, sourceSum, data: [...data] })),
      };

test("what was written is read: names, sums, bytes, each part where V8 need not copy it", () => {
  const read = readCodePack(written("again"));
  expect(plain(read)).toEqual(plain(PACK));
  const base = [...(read?.codes.values() ?? [])].map(({ data }) => data.byteOffset % 8);
  expect(new Set(base).size).toBe(1);
});

test("it is the user's alone, and nothing is left beside it", () => {
  const path = written("alone");
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(statSync(dirname(path)).mode & 0o777).toBe(0o700);
  expect(readdirSync(dirname(path))).toEqual(["check"]);
});

test("code that is damaged anywhere, cut off, or of another form is not run", () => {
  const path = written("damaged");
  const whole = readFileSync(path);
  for (let at = 0; at < whole.length; at += 1) {
    const damaged = Buffer.from(whole);
    damaged[at] = (damaged[at] ?? 0) ^ 0x10;
    writeFileSync(path, damaged);
    expect(readCodePack(path)).toBeUndefined();
  }
  for (const text of [whole.subarray(0, whole.length - 1), whole.subarray(0, 10), "", "{}\n", "null\n", "no pack"]) {
    writeFileSync(path, text);
    expect(readCodePack(path)).toBeUndefined();
  }
  expect(readCodePack(join(scratch, "not-there"))).toBeUndefined();
});

test.skipIf(process.getuid === undefined)("code that somebody else could have written is not run", () => {
  const path = written("others");
  for (const mode of [0o620, 0o602]) {
    chmodSync(path, mode);
    expect(readCodePack(path)).toBeUndefined();
  }
  chmodSync(path, 0o644);
  expect(readCodePack(path)).toBeDefined();
});

test("where nothing can be written nothing is, and nobody is told", () => {
  const file = join(scratch, "file");
  writeFileSync(file, "");
  expect(() => writeCodePack(join(file, "build", "check"), PACK, NOW)).not.toThrow();
});

test("one that is confirmed counts as written then, and its folder as in use", () => {
  const path = written("confirmed");
  utimesSync(dirname(path), 0, 0);
  confirmCodePack(path, NOW);
  expect(readCodePack(path)?.at).toBe(NOW);
  expect(statSync(dirname(path)).mtimeMs).toBe(NOW);
  expect(() => confirmCodePack(join(scratch, "none", "check"), NOW)).not.toThrow();
});

test("what was not written for a month goes when something is", () => {
  const path = written("month");
  const [old, recent] = ["old", "recent"].map((name) => join(dirname(dirname(path)), name));
  for (const [folder = "", days] of [[old, 31] as const, [recent, 29] as const]) {
    mkdirSync(folder);
    utimesSync(folder, NOW / 1000 - days * 86_400, NOW / 1000 - days * 86_400);
  }
  writeCodePack(path, PACK, NOW);
  expect([old, recent, path].map((one = "") => existsSync(one))).toEqual([false, true, true]);
});
