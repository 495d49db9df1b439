import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { readCompiled } from "./compiled.ts";
import { elfOf, partsOf } from "./elf.fixture.ts";
import { type FilePart, sectionsOf } from "./elf.ts";

/** Whether a compiler may have written down what a file was made from. */
const mayTell = (part: FilePart): boolean | undefined => readCompiled("usr/bin/app", 0o755, 1_000_000)?.isWorth(part);

const elf = (name: string, kind?: { readonly bits: number; readonly big: boolean }): Buffer => elfOf({ [name]: Buffer.alloc(0) }, kind);

describe("an ELF file", () => {
  test.each([
    { bits: 64, big: false },
    { bits: 64, big: true },
    { bits: 32, big: false },
    { bits: 32, big: true },
  ])("of $bits bits, big end first: $big", (kind) => {
    expect([".go.buildinfo", ".dep-v0", ".text"].map((name) => mayTell(partsOf(elf(name, kind))))).toEqual([true, true, false]);
  });
  test("has its sections where its table says", () => {
    for (const kind of [
      { bits: 64, big: false },
      { bits: 32, big: true },
    ]) {
      const file = elfOf({ ".text": Buffer.from("code"), ".rodata": Buffer.from("words") }, kind);
      const { offset, sizeBytes } = sectionsOf(partsOf(file))?.get(".rodata") ?? { offset: 0, sizeBytes: 0 };
      expect(file.toString("latin1", offset, offset + sizeBytes)).toBe("words");
    }
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
