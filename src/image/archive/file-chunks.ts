import { type BigIntStats, readSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { setImmediate } from "node:timers/promises";
import { countPassed, fileError } from "../../core/index.ts";
import type { Seekable } from "./byte-reader.ts";
import { digestAside } from "./digest-aside.ts";

const CHUNK_BYTES = 512 * 1024;
/** What is read first behind a skip: often only the next header is wanted of it. */
const FIRST_BYTES = 4 * 1024;
const SLAB_BYTES = 256 * 1024;
/** Between two turns of the event loop, so that a signal is heard and progress is shown. */
const TURN_BYTES = 8 * 1024 * 1024;
const TURN_READS = 1000;

/**
 * A part of an open file, in order. What is skipped is not read. The file stays open. Reads are synchronous: handing each to a thread costs ten times what the
 * read itself does, as most of them fetch one header.
 */
export const fileChunks = (file: FileHandle, start: number, end: number): Seekable => {
  let at = start;
  let next = FIRST_BYTES;
  /** Since the last turn of the event loop. */
  let bytes = 0;
  let reads = 0;
  let slab = Buffer.alloc(0);
  const read = (): Buffer | undefined => {
    const length = Math.min(next, end - at);
    if (length === 0) return undefined;
    // Each of many thousand small ones would have to be allocated and collected.
    if (slab.length < length) slab = Buffer.allocUnsafeSlow(Math.max(length, SLAB_BYTES));
    next = Math.min(4 * next, CHUNK_BYTES);
    const count = readSync(file.fd, slab, 0, length, at);
    if (count === 0) return undefined;
    at += count;
    bytes += count;
    countPassed(count);
    reads += 1;
    const chunk = slab.subarray(0, count);
    slab = slab.subarray(count);
    return chunk;
  };
  const isTurn = (): boolean => bytes > TURN_BYTES || reads > TURN_READS;
  return {
    sizeBytes: end - start,
    head: async (count) => {
      const buffer = Buffer.alloc(Math.min(count, end - start));
      return buffer.subarray(0, (await file.read(buffer, 0, buffer.length, start)).bytesRead);
    },
    now: () => (isTurn() ? undefined : read()),
    part: (offset, count) => {
      const length = Math.min(count, end - start - offset);
      if (!(length > 0)) return Buffer.alloc(0);
      const buffer = Buffer.alloc(length);
      return buffer.subarray(0, readSync(file.fd, buffer, 0, buffer.length, start + offset));
    },
    skip: (count) => {
      const passed = Math.min(count, end - at);
      at += passed;
      next = FIRST_BYTES;
      return passed;
    },
    digest: (algorithm) => digestAside(file.fd, start, end, algorithm),
    [Symbol.asyncIterator]: async function* () {
      for (;;) {
        if (isTurn()) {
          [bytes, reads] = [0, 0];
          await setImmediate();
        }
        const chunk = read();
        if (chunk === undefined) return;
        yield chunk;
      }
    },
  };
};

/** Changed less than this ago, a file may change again without its times telling: clocks of file systems are coarse. */
const SETTLED_MS = 2000;

/** What stands for the bytes of a file of this machine as long as nobody writes to it; undefined of one that was written to just now. */
export const fileIdentity = async (file: {
  readonly stat: (options: { readonly bigint: true }) => Promise<BigIntStats>;
}): Promise<string | undefined> => {
  const { dev, ino, size, mtimeNs, ctimeNs, ctimeMs } = await file.stat({ bigint: true });
  return Date.now() - Number(ctimeMs) < SETTLED_MS ? undefined : ["file", dev, ino, size, mtimeNs, ctimeNs].join(":");
};

/** Opens a file for reading, with its size. @throws INPUT_NOT_FOUND, INPUT_INVALID for a folder, PERMISSION_DENIED */
export const openFile = async (path: string): Promise<{ readonly file: FileHandle; readonly sizeBytes: number }> => {
  try {
    const file = await open(path, "r");
    const facts = await file.stat();
    if (facts.isFile()) return { file, sizeBytes: facts.size };
    await file.close();
    throw Object.assign(new Error("not a file"), { code: "EISDIR" });
  } catch (error) {
    throw fileError(error, `read ${path}`);
  }
};
