import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { mayTell } from "./elf.ts";

const partsOf =
  (bytes: Buffer) =>
  (offset: number, count: number): Buffer =>
    bytes.subarray(offset, offset + Math.max(0, count));

/** A file of a header, three sections' names, and their table. */
const elf = (name: string, { bits = 64, big = false } = {}): Buffer => {
  const is64 = bits === 64;
  const names = Buffer.from(`\0${name}\0.shstrtab\0`, "latin1");
  const [size, head] = is64 ? [64, 64] : [40, 52];
  const bytes = Buffer.alloc(head + names.length + 3 * size);
  bytes.write("\x7fELF", "latin1");
  bytes[4] = is64 ? 2 : 1;
  bytes[5] = big ? 2 : 1;
  const u16 = (value: number, at: number): number => (big ? bytes.writeUInt16BE(value, at) : bytes.writeUInt16LE(value, at));
  const u32 = (value: number, at: number): number => (big ? bytes.writeUInt32BE(value, at) : bytes.writeUInt32LE(value, at));
  const word = (value: number, at: number): void => {
    if (!is64) u32(value, at);
    else if (big) bytes.writeBigUInt64BE(BigInt(value), at);
    else bytes.writeBigUInt64LE(BigInt(value), at);
  };
  names.copy(bytes, head);
  const table = head + names.length;
  word(table, is64 ? 40 : 32);
  u16(size, is64 ? 58 : 46);
  u16(3, is64 ? 60 : 48);
  u16(2, is64 ? 62 : 50);
  u32(1, table + size);
  u32(name.length + 2, table + 2 * size);
  word(head, table + 2 * size + (is64 ? 24 : 16));
  word(names.length, table + 2 * size + (is64 ? 32 : 20));
  return bytes;
};

describe("an ELF file", () => {
  test.each([
    { bits: 64, big: false },
    { bits: 64, big: true },
    { bits: 32, big: false },
    { bits: 32, big: true },
  ])("of $bits bits, big end first: $big", (kind) => {
    expect([".go.buildinfo", ".dep-v0", ".text"].map((name) => mayTell(partsOf(elf(name, kind))))).toEqual([true, true, false]);
  });
  test("cut off anywhere, or with any byte another, it is looked into or not, and never an error", () => {
    const whole = elf(".text");
    for (let at = 0; at < whole.length; at += 1) {
      expect(mayTell(partsOf(whole.subarray(0, at)))).toBe(true);
      for (const value of [0, 0x7f, 0xff]) {
        const other = Buffer.from(whole);
        other[at] = value;
        expect(typeof mayTell(partsOf(other))).toBe("boolean");
      }
    }
  });
});

test("scripts tell nothing, other kinds of programs may", () => {
  expect(mayTell(partsOf(Buffer.from("#!/bin/sh\n")))).toBe(false);
  expect(mayTell(partsOf(Buffer.from("MZ")))).toBe(true);
});

const BINARIES = resolve(import.meta.dirname, "../../../../shared/scan/fixtures/binaries");
test.skipIf(!existsSync(BINARIES))(`programs of ${BINARIES} (skipped where they are not)`, () => {
  for (const name of ["trivy-executable_gobinary.gz", "trivy-executable_rust.gz"])
    expect(mayTell(partsOf(gunzipSync(readFileSync(`${BINARIES}/${name}`))))).toBe(true);
});
