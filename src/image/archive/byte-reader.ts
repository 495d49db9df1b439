/** Chunks that can be passed over without being read, as those of a file. */
export interface Seekable extends AsyncIterable<Uint8Array> {
  /** Of all of it. */
  readonly sizeBytes: number;
  /** The bytes at its beginning, which are not passed over by that. */
  head(count: number): Promise<Buffer>;
  /** Passes over the next bytes; gives how many there were. */
  skip(count: number): number;
  /** Bytes of any place, which moves nothing; fewer where it ends. */
  part(offset: number, count: number): Buffer;
  /** The digest of all of it, made by another thread while this one reads. */
  digest(algorithm: string): AsyncDisposable & { readonly hex: () => Promise<string> };
}

/** Pulls exact lengths out of a stream of chunks, holding at most one chunk. */
export interface ByteReader {
  /** Exactly `count` bytes; fewer only when the stream ends. For small counts: they are held in memory. */
  take(count: number): Promise<Buffer>;
  /** The next bytes, at most `count`; empty when the stream ends. */
  some(count: number): Promise<Buffer>;
  /** Passes over bytes, without reading them where the source knows how. Gives how many there were: fewer only when the stream ends. */
  skip(count: number): Promise<number>;
  /** How many bytes have been given or passed over. */
  position(): number;
  /** Gives the source back, e.g. to close a file that was not read to its end. */
  close(): Promise<void>;
}

export const isSeekable = (source: AsyncIterable<Uint8Array>): source is Seekable => "skip" in source && "head" in source;

export const createByteReader = (source: AsyncIterable<Uint8Array>): ByteReader => {
  const chunks = source[Symbol.asyncIterator]();
  const file = isSeekable(source) ? source : undefined;
  let rest: Buffer = Buffer.alloc(0);
  let position = 0;
  const some = async (count: number): Promise<Buffer> => {
    while (rest.length === 0) {
      const next = await chunks.next();
      if (next.done === true) return rest;
      rest = Buffer.from(next.value.buffer, next.value.byteOffset, next.value.length);
    }
    const part = rest.subarray(0, count);
    rest = rest.subarray(part.length);
    position += part.length;
    return part;
  };
  return {
    some,
    take: async (count) => {
      // Most of what is taken lies within a chunk.
      if (rest.length >= count) {
        const part = rest.subarray(0, count);
        rest = rest.subarray(count);
        position += count;
        return part;
      }
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
    skip: async (count) => {
      let left = count;
      while (left > 0) {
        if (rest.length === 0 && file !== undefined) {
          const passed = file.skip(left);
          position += passed;
          return count - left + passed;
        }
        const part = await some(left);
        if (part.length === 0) break;
        left -= part.length;
      }
      return count - left;
    },
    position: () => position,
    close: async () => {
      await chunks.return?.();
    },
  };
};
