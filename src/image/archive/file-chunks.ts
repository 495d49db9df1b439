import type { BigIntStats } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { fileError } from "../../core/index.ts";
import type { Seekable } from "./byte-reader.ts";

const CHUNK_BYTES = 512 * 1024;
/** What is read first behind a skip: often only the next header is wanted of it. */
const FIRST_BYTES = 16 * 1024;

/** A part of an open file, in order. What is skipped is not read. The file stays open. */
export const fileChunks = (file: FileHandle, start: number, end: number): Seekable => {
  let at = start;
  let next = FIRST_BYTES;
  return {
    sizeBytes: end - start,
    head: async (count) => {
      const buffer = Buffer.alloc(Math.min(count, end - start));
      return buffer.subarray(0, (await file.read(buffer, 0, buffer.length, start)).bytesRead);
    },
    skip: (count) => {
      const passed = Math.min(count, end - at);
      at += passed;
      next = FIRST_BYTES;
      return passed;
    },
    [Symbol.asyncIterator]: async function* () {
      while (at < end) {
        const buffer = Buffer.allocUnsafeSlow(Math.min(next, end - at));
        next = Math.min(2 * next, CHUNK_BYTES);
        const { bytesRead } = await file.read(buffer, 0, buffer.length, at);
        if (bytesRead === 0) return;
        at += bytesRead;
        yield buffer.subarray(0, bytesRead);
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
