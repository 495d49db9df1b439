import { createHash } from "node:crypto";
import { closeSync, openSync, writeSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { HERE } from "../../../src/core/index.ts";

export const BLOCK = 512;

/** A header of ustar whose checksum fits. */
export const header = (name: string, sizeBytes: number, type = "0", linkName = ""): Buffer => {
  const block = Buffer.alloc(BLOCK);
  block.write(name, 0, 100, "latin1");
  block.write(["0000755", "0000000", "0000000", ""].join("\0"), 100, "latin1");
  block.write(`${sizeBytes.toString(8).padStart(11, "0")}\0`, 124, "latin1");
  block.write("00000000000\x00        ", 136, "latin1");
  block.write(type, 156, "latin1");
  block.write(linkName, 157, 100, "latin1");
  block.write("ustar\u000000", 257, "latin1");
  let sum = 0;
  for (const byte of block) sum += byte;
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
  return block;
};

const padded = (content: Buffer): Buffer => Buffer.concat([content, Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK)]);

/** One entry whole, with GNU's long name where it needs one. */
export const entry = (name: string, content: Buffer | string = "", type = "0", linkName = ""): Buffer => {
  const body = Buffer.from(content);
  const long = name.length > 100 ? [header("././@LongLink", name.length + 1, "L"), padded(Buffer.from(`${name}\0`))] : [];
  return Buffer.concat([...long, header(name.slice(0, 100), body.length, type, linkName), padded(body)]);
};

export type Put = (bytes: Buffer) => void;

/** A docker-archive with layers as long as they turn out to be. Its diffIDs are made up: files are listed without them. */
export const writeArchive = (path: string, layers: readonly ((put: Put) => void)[]): void => {
  const file = openSync(path, "w");
  let at = 0;
  const put: Put = (bytes) => {
    for (let from = 0; from < bytes.length;) from += writeSync(file, bytes, from, bytes.length - from, at + from);
    at += bytes.length;
  };
  const diffIds = layers.map((_, nth) => `sha256:${createHash("sha256").update(String(nth)).digest("hex")}`);
  const config = Buffer.from(JSON.stringify({ ...HERE, rootfs: { type: "layers", diff_ids: diffIds } }));
  const id = createHash("sha256").update(config).digest("hex");
  put(entry(`${id}.json`, config));
  put(
    entry(
      "manifest.json",
      JSON.stringify([{ Config: `${id}.json`, RepoTags: ["bench/hostile:1"], Layers: layers.map((_, nth) => `${nth}/layer.tar`) }]),
    ),
  );
  for (const [nth, write] of layers.entries()) {
    const headerAt = at;
    at += BLOCK;
    write(put);
    const sizeBytes = at - headerAt - BLOCK;
    put(Buffer.alloc((BLOCK - (sizeBytes % BLOCK)) % BLOCK));
    writeSync(file, header(`${nth}/layer.tar`, sizeBytes), 0, BLOCK, headerAt);
  }
  put(Buffer.alloc(2 * BLOCK));
  closeSync(file);
};

/** Some megabytes of entries at a time. */
export const manyEntries =
  (count: number, entryOf: (nth: number) => Buffer): ((put: Put) => void) =>
  (put) => {
    for (let first = 0; first < count; first += 10_000)
      put(Buffer.concat(Array.from({ length: Math.min(10_000, count - first) }, (_, nth) => entryOf(first + nth))));
    put(Buffer.alloc(2 * BLOCK));
  };

/** Empty entries whose names have their number in place of `########`. */
export const numberedEntries =
  (count: number, name: string, type = "0"): ((put: Put) => void) =>
  (put) => {
    const template = header(name, 0, type);
    const digitsAt = template.indexOf("########");
    const rest = template.reduce(
      (sum, byte, at) => (at >= digitsAt && at < digitsAt + 8 ? sum : at >= 148 && at < 156 ? sum + 0x20 : sum + byte),
      0,
    );
    const batch = Buffer.concat(Array.from({ length: 10_000 }, () => template));
    for (let first = 0; first < count; first += 10_000) {
      const length = Math.min(10_000, count - first);
      for (let nth = 0; nth < length; nth += 1) {
        const at = nth * BLOCK;
        let sum = rest;
        for (let digit = 7, left = first + nth; digit >= 0; digit -= 1, left = Math.floor(left / 10)) {
          batch[at + digitsAt + digit] = 0x30 + (left % 10);
          sum += 0x30 + (left % 10);
        }
        for (let digit = 5; digit >= 0; digit -= 1, sum >>= 3) batch[at + 148 + digit] = 0x30 + (sum & 7);
      }
      put(Buffer.from(batch.subarray(0, length * BLOCK)));
    }
    put(Buffer.alloc(2 * BLOCK));
  };

/** The same, gzipped in members: as gunzip puts them together it is one file. */
export const gzipped =
  (write: (put: Put) => void): ((put: Put) => void) =>
  (put) =>
    write((bytes) => put(gzipSync(bytes, { level: 1 })));
