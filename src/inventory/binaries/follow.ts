import type { Package } from "../package.ts";
import type { Product } from "./product.ts";
import { PRODUCTS } from "./products.ts";

/** Searched at once. */
const BLOCK_BYTES = 1024 * 1024;
/** What stands on both sides of a border between two blocks is searched again: no pattern reads further. */
const OVERLAP_BYTES = 4096;

/** Reads a program as it passes. */
export interface ProgramReader {
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

/** The first version that a pattern finds and that can be the file's. */
const versionIn = (text: string, pattern: RegExp, agrees: (version: string) => boolean): string | undefined => {
  const every = new RegExp(pattern.source, `${pattern.flags}g`);
  for (let times = 0; times < MAX_MATCHES; times += 1) {
    const match = every.exec(text);
    const version = match?.groups?.["version"];
    if (match === null || (version !== undefined && agrees(version))) return version;
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
  const search = (): void => {
    const bytes = Buffer.concat([before, ...block]);
    const text = bytes.toString("latin1");
    for (const [place, { pattern, agrees }] of patterns.entries()) {
      const version = found.has(place) ? undefined : versionIn(text, pattern, agrees);
      if (version !== undefined) found.set(place, version);
    }
    before = Buffer.from(bytes.subarray(Math.max(0, bytes.length - OVERLAP_BYTES)));
    block = [];
    size = 0;
  };
  return {
    take: (chunk) => {
      // What is handed on may be used again by whoever reads the file.
      block.push(Buffer.from(chunk));
      size += chunk.length;
      if (size >= BLOCK_BYTES) search();
      return !found.has(0);
    },
    end: () => {
      if (size > 0) search();
      const [place] = [...found.keys()].toSorted((a, b) => a - b);
      const [product, version] = place === undefined ? [] : [patterns[place], found.get(place)];
      return product === undefined || version === undefined ? undefined : { type: "generic", name: product.name, version, licenses: [] };
    },
  };
};
