import { createHash } from "node:crypto";
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { digestAside } from "./digest-aside.ts";

const folder = mkdtempSync(join(tmpdir(), "seaworthy-aside-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const bytes = Buffer.from(Array.from({ length: 3_000_000 }, (_, at) => at % 251));
const path = join(folder, "bytes");
writeFileSync(path, bytes);
const expected = (algorithm: string, start: number, end: number): string =>
  createHash(algorithm).update(bytes.subarray(start, end)).digest("hex");

test.each([
  ["sha256", 0, bytes.length],
  ["sha512", 1000, 2_500_001],
  ["sha256", 7, 7],
  // A file that ends before: what there is.
  ["sha256", 2_999_000, 3_100_000],
])("%s of the bytes from %i to %i", async (algorithm, start, end) => {
  const fd = openSync(path, "r");
  try {
    await using aside = digestAside(fd, start, end, algorithm);
    expect(await aside.hex()).toBe(expected(algorithm, start, end));
  } finally {
    closeSync(fd);
  }
});

test("what cannot be read is an error, and one that nobody asks for is none", async () => {
  const fd = openSync(path, "w");
  try {
    await using aside = digestAside(fd, 0, 10, "sha256");
    await expect(aside.hex()).rejects.toThrow(/EBADF/);
    await using _ = digestAside(fd, 0, 10, "sha256");
  } finally {
    closeSync(fd);
    writeFileSync(path, bytes);
  }
});

test("it is ended before its end where nobody needs it any more", async () => {
  const fd = openSync("/dev/zero", "r");
  try {
    const aside = digestAside(fd, 0, Number.MAX_SAFE_INTEGER, "sha256");
    const digest = aside.hex();
    const ended = expect(digest).rejects.toThrow(/ended before/);
    await aside[Symbol.asyncDispose]();
    await ended;
  } finally {
    closeSync(fd);
  }
});
