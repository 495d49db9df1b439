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

/** The products that a file of this path may be. */
const candidates = (path: string): readonly Product[] => {
  const name = path.slice(path.lastIndexOf("/") + 1);
  return PRODUCTS.filter(({ file }) => file.test(name));
};

/** Undefined when no product has a file of that name. */
export const readProgram = (path: string): ProgramReader | undefined => {
  const products = candidates(path);
  if (products.length === 0) return undefined;
  const patterns = products.flatMap(({ name, patterns: all }) => all.map((pattern) => ({ name, pattern })));
  /** By the pattern's place: an earlier one is more particular, wherever in the file it stands. */
  const found = new Map<number, string>();
  let block: Uint8Array[] = [];
  let size = 0;
  let before = Buffer.alloc(0);
  const search = (): void => {
    const bytes = Buffer.concat([before, ...block]);
    const text = bytes.toString("latin1");
    for (const [place, { pattern }] of patterns.entries()) {
      const version = found.has(place) ? undefined : pattern.exec(text)?.groups?.["version"];
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
