/** Chunks that can be passed over without being read, as those of a file. */
export interface Seekable extends AsyncIterable<Uint8Array> {
  /** Of all of it. */
  readonly sizeBytes: number;
  /** The bytes at its beginning, which are not passed over by that. */
  head(count: number): Promise<Buffer>;
  /** The next chunk, read at once. Undefined where there is none, or the event loop is to have its turn first: iterating tells. */
  now(): Buffer | undefined;
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
  /**
   * What can be had without waiting, for those who read a hundred thousand small things: whether so many bytes are at hand. Then they stand in `chunk` from `at`
   * on, until the next call of anything here. False says nothing: `take` them.
   */
  has(count: number): boolean;
  readonly chunk: Buffer;
  readonly at: number;
  /** Passes over as many as it can without waiting; gives how many. The rest is to be skipped. */
  pass(count: number): number;
  /** How many bytes have been given or passed over. */
  position(): number;
  /** Gives the source back, e.g. to close a file that was not read to its end. */
  close(): Promise<void>;
}

export const isSeekable = (source: AsyncIterable<Uint8Array>): source is Seekable => "skip" in source && "head" in source;

const NOTHING = Buffer.alloc(0);

export const createByteReader = (source: AsyncIterable<Uint8Array>): ByteReader => {
  const chunks = source[Symbol.asyncIterator]();
  const file = isSeekable(source) ? source : undefined;
  let chunk: Buffer = NOTHING;
  let at = 0;
  let position = 0;
  const step = (count: number): number => {
    at += count;
    position += count;
    return count;
  };
  const some = async (count: number): Promise<Buffer> => {
    while (at === chunk.length) {
      const next = await chunks.next();
      if (next.done === true) return NOTHING;
      chunk = Buffer.from(next.value.buffer, next.value.byteOffset, next.value.length);
      at = 0;
    }
    const start = at;
    step(Math.min(count, chunk.length - at));
    return chunk.subarray(start, at);
  };
  const pass = (count: number): number => {
    const passed = step(Math.min(count, chunk.length - at));
    if (passed === count || file === undefined) return passed;
    const skipped = file.skip(count - passed);
    position += skipped;
    return passed + skipped;
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
    skip: async (count) => {
      let left = count - pass(count);
      if (file !== undefined) return count - left;
      while (left > 0) {
        const part = await some(left);
        if (part.length === 0) break;
        left -= part.length;
      }
      return count - left;
    },
    has: (count) => {
      if (at === chunk.length && file !== undefined) {
        const next = file.now();
        if (next === undefined) return false;
        chunk = next;
        at = 0;
      }
      return chunk.length - at >= count;
    },
    get chunk() {
      return chunk;
    },
    get at() {
      return at;
    },
    pass,
    position: () => position,
    close: async () => {
      await chunks.return?.();
    },
  };
};
