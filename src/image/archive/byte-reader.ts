/** Pulls exact lengths out of a stream of chunks, holding at most one chunk. */
export interface ByteReader {
  /** Exactly `count` bytes; fewer only when the stream ends. For small counts: they are held in memory. */
  take(count: number): Promise<Buffer>;
  /** The next bytes, at most `count`; empty when the stream ends. */
  some(count: number): Promise<Buffer>;
  /** Gives the source back, e.g. to close a file that was not read to its end. */
  close(): Promise<void>;
}

export const createByteReader = (source: AsyncIterable<Uint8Array>): ByteReader => {
  const chunks = source[Symbol.asyncIterator]();
  let rest: Buffer = Buffer.alloc(0);
  const some = async (count: number): Promise<Buffer> => {
    while (rest.length === 0) {
      const next = await chunks.next();
      if (next.done === true) return rest;
      rest = Buffer.from(next.value.buffer, next.value.byteOffset, next.value.length);
    }
    const part = rest.subarray(0, count);
    rest = rest.subarray(part.length);
    return part;
  };
  return {
    some,
    take: async (count) => {
      const first = await some(count);
      if (first.length === count) return first;
      const parts = [first];
      let left = count - first.length;
      while (left > 0 && (parts.at(-1)?.length ?? 0) > 0) {
        const part = await some(left);
        left -= part.length;
        parts.push(part);
      }
      return Buffer.concat(parts);
    },
    close: async () => {
      await chunks.return?.();
    },
  };
};
