import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { fileIdentity } from "./file-chunks.ts";

const READ_BYTES = 512 * 1024;

/** Bytes on this machine's disk, by whatever name they are kept. */
export interface StoredBlob {
  readonly sizeBytes: number;
  /** Parts of a file that is not compressed can be passed over. */
  readonly read: () => AsyncIterable<Uint8Array>;
  /** What stands for the bytes as long as nobody writes to the file; undefined of one that was written to just now. */
  readonly identity: () => Promise<string | undefined>;
}

export const storedFile = (path: string, sizeBytes: number): StoredBlob => ({
  sizeBytes,
  read: () => createReadStream(path, { highWaterMark: READ_BYTES }),
  identity: () => fileIdentity({ stat: (options) => stat(path, options) }).catch(() => undefined),
});
