import { SeaworthyError } from "../../core/index.ts";
import { BLOCK } from "./tar-header.ts";

/** Takes exact numbers of bytes from a stream of chunks, copying as little as it can. */
export interface ByteReader {
  /** Exactly `size` bytes as one buffer. Undefined when the stream ended before the first of them. @throws INPUT_INVALID when it ends between. */
  take(size: number): Promise<Buffer | undefined>;
  /** The next `size` bytes in pieces. @throws INPUT_INVALID when the stream ends before. */
  pieces(size: number): AsyncIterable<Buffer>;
  /** All that is left. */
  rest(): AsyncIterable<Buffer>;
  /** Lets go of the source, which may hold a connection open. */
  close(): Promise<void>;
}

export const readBytes = (source: AsyncIterable<Uint8Array>): ByteReader => {
  const chunks = source[Symbol.asyncIterator]();
  let current: Buffer = Buffer.alloc(0);
  const refill = async (): Promise<boolean> => {
    while (current.length === 0) {
      const next = await chunks.next();
      if (next.done === true) return false;
      current = Buffer.from(next.value.buffer, next.value.byteOffset, next.value.byteLength);
    }
    return true;
  };
  const cut = (most: number): Buffer => {
    const piece = current.subarray(0, most);
    current = current.subarray(piece.length);
    return piece;
  };
  const ended = (): never => {
    throw new SeaworthyError("INPUT_INVALID", "the tar archive ends in the middle of an entry");
  };
  return {
    take: async (size) => {
      if (size === 0) return Buffer.alloc(0);
      if (!(await refill())) return undefined;
      if (current.length >= size) return cut(size);
      const parts = [cut(size)];
      for (let left = size - (parts[0]?.length ?? 0); left > 0;) {
        if (!(await refill())) ended();
        const part = cut(left);
        parts.push(part);
        left -= part.length;
      }
      return Buffer.concat(parts);
    },
    pieces: async function* (size) {
      for (let left = size; left > 0;) {
        if (!(await refill())) ended();
        const piece = cut(left);
        left -= piece.length;
        yield piece;
      }
    },
    rest: async function* () {
      while (await refill()) yield cut(current.length);
    },
    close: async () => {
      await chunks.return?.();
    },
  };
};

/** The next header block, undefined at the end of the stream. */
export const takeBlock = (reader: ByteReader): Promise<Buffer | undefined> => reader.take(BLOCK);
