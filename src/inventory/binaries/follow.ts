import type { Package } from "../package.ts";
import { type FilePart, sectionsOf } from "./elf.ts";
import type { Product } from "./product.ts";
import { PRODUCTS } from "./products.ts";

/** Searched at once. */
const BLOCK_BYTES = 512 * 1024;
/** What stands on both sides of a border between two blocks is searched again: no pattern reads further. */
const OVERLAP_BYTES = 4096;

/** Where compilers put a program's words; the rest of it is mostly code. */
const WORDS = ".rodata";
/** As much is read without a turn for others; of Node's library it is six megabytes. */
const MAX_AHEAD_BYTES = 32 * 1024 * 1024;

/** Reads a program as it passes. */
export interface ProgramReader {
  /** Asked before the first byte, where any part of the file can be had: looks where it is told most often. */
  readonly lookAhead: (part: FilePart) => void;
  /** False when no other pattern can say better what it is. */
  readonly take: (chunk: Uint8Array) => boolean | void;
  /** What it is; undefined when nothing in it says so. */
  readonly end: () => Package | undefined;
}

/** Versions that are looked at for one that can be the file's. */
const MAX_MATCHES = 50;

/** Nearly no file of an image has the name of a program: they are turned away at once. */
const ANY = new RegExp(PRODUCTS.map(({ file }) => file.source).join("|"));

/** The products that a file of this name may be. */
const candidates = (fileName: string): readonly Product[] => (ANY.test(fileName) ? PRODUCTS.filter(({ file }) => file.test(fileName)) : []);

/** A part of a file. What touches an end that is none of the file's may be half of something: it is whole in the part beside. */
interface Part {
  readonly text: string;
  readonly isFirst: boolean;
  readonly isLast: boolean;
}

/** The first version that a pattern finds and that can be the file's. */
const versionIn = ({ text, isFirst, isLast }: Part, pattern: RegExp, agrees: (version: string) => boolean): string | undefined => {
  const isWhole = ({ index, 0: { length } }: RegExpExecArray): boolean =>
    (isFirst || index > 0) && (isLast || index + length < text.length);
  const every = new RegExp(pattern.source, `${pattern.flags}g`);
  for (let times = 0; times < MAX_MATCHES; times += 1) {
    const match = every.exec(text);
    const version = match?.groups?.["version"];
    if (match === null || (version !== undefined && isWhole(match) && agrees(version))) return version;
    // What stands behind a version may stand in front of the next.
    every.lastIndex = match.index + 1;
  }
  return undefined;
};

/** Undefined when no product has a file of that name. */
export const readProgram = (path: string): ProgramReader | undefined => {
  const fileName = path.slice(path.lastIndexOf("/") + 1);
  const products = candidates(fileName);
  if (products.length === 0) return undefined;
  const patterns = products.flatMap(({ name, patterns: all, agrees }) =>
    all.map((pattern) => ({ name, pattern, agrees: (version: string) => agrees?.(version, fileName) ?? true })),
  );
  /** By the pattern's place: an earlier one is more particular, wherever in the file it stands. */
  const found = new Map<number, string>();
  let block: Uint8Array[] = [];
  let size = 0;
  let before = Buffer.alloc(0);
  let isFirst = true;
  const searchIn = (part: Part): void => {
    for (const [place, { pattern, agrees }] of patterns.entries()) {
      const version = found.has(place) ? undefined : versionIn(part, pattern, agrees);
      if (version !== undefined) found.set(place, version);
    }
  };
  const search = (isLast: boolean): void => {
    const [first] = block;
    const bytes =
      block.length === 1 && first !== undefined ? Buffer.from(first.buffer, first.byteOffset, first.length) : Buffer.concat(block);
    const text = bytes.toString("latin1");
    if (!isFirst)
      searchIn({
        text: before.toString("latin1") + text.slice(0, OVERLAP_BYTES),
        isFirst: false,
        isLast: isLast && bytes.length <= OVERLAP_BYTES,
      });
    searchIn({ text, isFirst, isLast });
    isFirst = false;
    before = Buffer.concat([before, bytes.subarray(-OVERLAP_BYTES)]).subarray(-OVERLAP_BYTES);
    block = [];
    size = 0;
  };
  const take = (chunk: Uint8Array): boolean => {
    block.push(chunk);
    size += chunk.length;
    if (size >= BLOCK_BYTES) search(false);
    return !found.has(0);
  };
  return {
    lookAhead: (part) => {
      const words = sectionsOf(part)?.get(WORDS);
      if (words === undefined) return;
      const end = words.offset + Math.min(words.sizeBytes, MAX_AHEAD_BYTES);
      for (let at = words.offset; at < end && !found.has(0); at += BLOCK_BYTES) {
        const chunk = part(at, Math.min(BLOCK_BYTES, end - at));
        if (chunk.length === 0) break;
        take(chunk);
      }
      if (size > 0) search(false);
      isFirst = true;
      before = Buffer.alloc(0);
    },
    take: (chunk) => !found.has(0) && take(chunk),
    end: () => {
      if (size > 0 || !isFirst) search(true);
      const [place] = [...found.keys()].toSorted((a, b) => a - b);
      const [product, version] = place === undefined ? [] : [patterns[place], found.get(place)];
      return product === undefined || version === undefined ? undefined : { type: "generic", name: product.name, version, licenses: [] };
    },
  };
};
