import type { FileHandle } from "node:fs/promises";

const BATCH_BYTES = 1024 * 1024;

/** Writes what comes in small pieces to a file in large ones, while the next are on their way. */
export interface FileSink {
  /** Waits only where the file cannot keep up. */
  write(chunk: Uint8Array): Promise<void>;
  /** Resolves when all of it is written. */
  end(): Promise<void>;
}

export const fileSink = (file: FileHandle): FileSink => {
  let batch: Uint8Array[] = [];
  let size = 0;
  let writing: Promise<void> = Promise.resolve();

  const put = async (chunks: readonly Uint8Array[], total: number): Promise<void> => {
    const { bytesWritten } = await file.writev(chunks);
    if (bytesWritten === total) return;
    // A write may be cut short; what is left goes piece by piece.
    const rest = Buffer.concat(chunks).subarray(bytesWritten);
    for (let at = 0; at < rest.length;) at += (await file.write(rest, at)).bytesWritten;
  };
  const flush = async (): Promise<void> => {
    await writing;
    if (size === 0) return;
    const [chunks, total] = [batch, size];
    batch = [];
    size = 0;
    writing = put(chunks, total);
    // Its failure is thrown by whoever waits for it next.
    writing.catch(() => undefined);
  };
  return {
    write: async (chunk) => {
      batch.push(chunk);
      size += chunk.length;
      if (size >= BATCH_BYTES) await flush();
    },
    end: async () => {
      await flush();
      await writing;
    },
  };
};
