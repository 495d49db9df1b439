import { constants, inflateSync } from "node:zlib";
import { createAllowance, MAX_NEEDS, MORE_NEEDS } from "../allowance.ts";
import type { Cataloged } from "../cataloger.ts";
import { isObject, wordIn } from "../json.ts";
import type { Package } from "../package.ts";

/** First bytes of a zlib stream, by what its compressor was asked for (RFC 1950, 2.2). */
const ZLIB = [0x01, 0x5e, 0x9c, 0xda].map((second) => Buffer.from([0x78, second]));
const BEGINNING = '{"packages":[';
/** So much of a stream tells whether it is the list. */
const PROBE_BYTES = 512;
const MAX_PACKED_BYTES = 4 * 1024 * 1024;
const MAX_LIST_BYTES = 32 * 1024 * 1024;
const MAX_PACKAGES = 20_000;
/** A file may be made of beginnings that lead to nothing: after so many it is not looked into further. Usual programs have some thousands, of which few are inflated. */
const MAX_BEGINNINGS = 1_000_000;
const MAX_INFLATED = 20_000;

/** Order in which a block's code lengths are written (RFC 1951, 3.2.7) does not matter here: only that they make a whole code. */
const isWholeCode = (bytes: Buffer, at: number): boolean => {
  const bit = (index: number): number => ((bytes[at + (index >> 3)] ?? 0) >> (index & 7)) & 1;
  const number = (from: number, width: number): number => {
    let value = 0;
    for (let index = 0; index < width; index += 1) value |= bit(from + index) << index;
    return value;
  };
  const lengths = number(13, 4) + 4;
  let room = 128;
  for (let index = 0; index < lengths; index += 1) {
    const length = number(17 + index * 3, 3);
    if (length > 0) room -= 128 >> length;
  }
  return number(3, 5) <= 29 && number(8, 5) <= 29 && room === 0;
};

/** Whether a compressed block that begins with a brace may stand here: nearly all that only looks so is turned away without being inflated. */
const mayBegin = (bytes: Buffer, at: number): boolean => {
  const first = bytes[at] ?? 0;
  const kind = (first >> 1) & 3;
  if (kind === 0) return bytes.toString("latin1", at + 5, at + 5 + BEGINNING.length) === BEGINNING;
  return kind === 1 ? (first & 0xfe) === 0xaa : kind === 2 && isWholeCode(bytes, at);
};

/** What was spent on one file. */
interface Spent {
  beginnings: number;
  inflated: number;
}

const isList = (bytes: Buffer, at: number, spent: Spent): boolean => {
  spent.beginnings += 1;
  if (spent.beginnings > MAX_BEGINNINGS || spent.inflated > MAX_INFLATED || !mayBegin(bytes, at + 2)) return false;
  spent.inflated += 1;
  try {
    const text = inflateSync(bytes.subarray(at, at + PROBE_BYTES), { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: 64 * 1024 });
    return text.toString("latin1", 0, BEGINNING.length) === BEGINNING;
  } catch {
    return false;
  }
};

/** Where the list begins, before `to`; -1 where it does not. */
const listIn = (bytes: Buffer, to: number, spent: Spent): number => {
  if (spent.beginnings > MAX_BEGINNINGS || spent.inflated > MAX_INFLATED) return -1;
  for (const header of ZLIB)
    for (let at = bytes.indexOf(header); at >= 0 && at < to; at = bytes.indexOf(header, at + 1)) if (isList(bytes, at, spent)) return at;
  return -1;
};

/** What it was built with is told too (`kind: build`), and is not in it. */
const cratesOf = (text: string): Cataloged | undefined => {
  const value: unknown = JSON.parse(text);
  const written = isObject(value) ? value["packages"] : undefined;
  if (!Array.isArray(written)) return undefined;
  const packages: Package[] = [];
  const places = new Map<number, number>();
  const list: readonly unknown[] = written.slice(0, MAX_PACKAGES);
  for (const [index, one] of list.entries()) {
    const [name, version] = isObject(one) ? [wordIn(one["name"]), wordIn(one["version"])] : [];
    if (!isObject(one) || one["kind"] === "build" || name === undefined || version === undefined) continue;
    places.set(index, packages.length);
    packages.push({ type: "cargo", name, version, licenses: [], ...(one["source"] === "local" ? { own: true } : {}) });
  }
  const allowed = createAllowance(MAX_NEEDS);
  const edges = [...places].flatMap(([index, from]) => {
    const one = list[index];
    const needs: readonly unknown[] = isObject(one) && Array.isArray(one["dependencies"]) ? one["dependencies"] : [];
    return needs.flatMap((needed) => {
      const to = typeof needed === "number" ? places.get(needed) : undefined;
      return to === undefined || !allowed.take(1) ? [] : [[from, to] as const];
    });
  });
  return { packages, edges, ...(allowed.isSpent() ? { unseen: MORE_NEEDS } : {}) };
};

/**
 * Reads the crates that cargo-auditable has written into a program, as it passes (github.com/rust-secure-code/cargo-auditable, PARSING.md). The list describes
 * itself, so it is known by what it is: the section's name stands at the end of some forms of programs, when the section has long passed.
 */
export const readRustProgram = (): { readonly take: (chunk: Uint8Array) => void; readonly end: () => Cataloged | undefined } => {
  let before = Buffer.alloc(0);
  let packed: Buffer[] = [];
  let packedBytes = 0;
  const spent: Spent = { beginnings: 0, inflated: 0 };
  const keep = (bytes: Uint8Array): void => {
    const fitting = bytes.subarray(0, MAX_PACKED_BYTES - packedBytes);
    packed.push(Buffer.from(fitting));
    packedBytes += fitting.length;
  };
  /** Whether it begins before `to`; if so all from there is kept. */
  const begins = (bytes: Buffer, to: number): boolean => {
    const at = listIn(bytes, to, spent);
    if (at >= 0) keep(bytes.subarray(at));
    return at >= 0;
  };
  return {
    take: (chunk) => {
      const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
      if (packedBytes > 0) return keep(bytes);
      const border = Buffer.concat([before, bytes.subarray(0, PROBE_BYTES)]);
      const last = bytes.length - PROBE_BYTES;
      if (begins(border, before.length + Math.min(0, last))) return keep(bytes.subarray(PROBE_BYTES));
      if (last > 0 && begins(bytes, last)) return;
      before = last > 0 ? Buffer.from(bytes.subarray(last)) : Buffer.from(border.subarray(-PROBE_BYTES));
    },
    end: () => {
      if (packedBytes === 0 && !begins(before, before.length)) return undefined;
      try {
        return cratesOf(inflateSync(Buffer.concat(packed), { maxOutputLength: MAX_LIST_BYTES }).toString("utf8"));
      } catch {
        return undefined;
      } finally {
        packed = [];
      }
    },
  };
};
