import { createHash } from "node:crypto";
import { type FileHandle, open, rm } from "node:fs/promises";
import { algorithmOf, type Digest, hexOf, wordsOf } from "../../core/index.ts";
import type { Reached } from "../store/points.ts";

/** Hashed and written at once; what readers wait for at least. */
const BATCH_BYTES = 256 * 1024;
const READ_BYTES = 256 * 1024;

/** Bytes on their way from upstream into a file that any number of readers follow. */
export interface Flight {
  /** Undefined when the flight is over and its file is closed: then the store has the blob, or nobody has. Whoever follows says when it leaves. */
  follow(): Follower | undefined;
  /** Resolves with the size when all is in the store, synced and verified; rejects with what went wrong. */
  readonly landed: Promise<number>;
}

/** A reader of a flight. One that leaves early leaves the flight and the other readers alone. */
export interface Follower {
  /** Of the whole, as far as upstream told it before its first byte. Undefined: it did not. */
  readonly sizeBytes: number | undefined;
  /**
   * The bytes from `start` to `end`, both inclusive, as they come. The last byte of the whole is handed out only when the digest is known to be right.
   * Throws what ended the flight.
   */
  read(start: number, end: number): AsyncGenerator<Buffer, void, undefined>;
  leave(): void;
}

/** A source of the bytes from an offset on: begins again where it broke off. */
export interface Source {
  readonly sizeBytes: number | undefined;
  /** The stream that is open already, from byte 0. */
  readonly first: AsyncIterable<Uint8Array>;
  /** From `offset` on, or what came instead. Undefined: there is no use in trying again. */
  again(offset: number): Promise<AsyncIterable<Uint8Array> | undefined>;
}

/** How often a stream may break off within this many bytes before it is given up. */
const MAX_BREAKS = 3;
const PROGRESS_BYTES = 1024 * 1024;

const writeAll = async (file: FileHandle, bytes: Buffer, position: number): Promise<void> => {
  for (let at = 0; at < bytes.length;) at += (await file.write(bytes, at, bytes.length - at, position + at)).bytesWritten;
};

export interface FlightFacts {
  /** More than this is not taken, whatever upstream says. */
  readonly maxBytes: number;
  readonly reached: Reached;
  /** Told of bytes that came. */
  readonly received: (bytes: number) => void;
  /** Takes the verified, synced file over, and may move it, before the flight counts as landed. */
  readonly place: (path: string, sizeBytes: number) => Promise<void>;
  /** What readers are told when upstream did not give what it was asked for. */
  readonly refuse: (why: string) => Error;
}

/** Starts filling a new file. When anything fails, the file is gone. */
export const startFlight = async (digest: Digest, path: string, source: Source, facts: FlightFacts): Promise<Flight> => {
  const bound = Math.min(source.sizeBytes ?? facts.maxBytes, facts.maxBytes);
  if (source.sizeBytes !== undefined && source.sizeBytes > facts.maxBytes)
    throw facts.refuse(`it is said to have ${source.sizeBytes} bytes where at most ${facts.maxBytes} are taken`);
  const file = await open(path, "wx+", 0o600);
  facts.reached("fill.opened");
  let received = 0;
  let state: "flying" | "landed" | { readonly failure: unknown } = "flying";
  let followers = 0;
  let wake: () => void = () => undefined;
  let changed = new Promise<void>((resolve) => (wake = resolve));
  const tell = (): void => {
    const woken = wake;
    changed = new Promise<void>((resolve) => (wake = resolve));
    woken();
  };
  let isClosed = false;
  const closeWhenUnused = (): void => {
    if (state === "flying" || followers > 0 || isClosed) return;
    isClosed = true;
    void file.close().catch(() => undefined);
  };

  const hash = createHash(algorithmOf(digest));
  let batch: Uint8Array[] = [];
  let waiting = 0;
  const flush = async (): Promise<void> => {
    if (waiting === 0) return;
    const bytes = Buffer.concat(batch);
    batch = [];
    waiting = 0;
    const written = writeAll(file, bytes, received);
    hash.update(bytes);
    await written;
    received += bytes.length;
    facts.received(bytes.length);
    facts.reached("fill.growing");
    tell();
  };
  /** Resolves with the failure of the source where it broke off; what had come stays. */
  const take = async (stream: AsyncIterable<Uint8Array>): Promise<unknown> => {
    const bytes = stream[Symbol.asyncIterator]();
    try {
      for (;;) {
        let next: IteratorResult<Uint8Array>;
        try {
          next = await bytes.next();
        } catch (error) {
          await flush();
          return error;
        }
        if (next.done === true) break;
        if (received + waiting + next.value.length > bound)
          throw facts.refuse(`more than the ${bound} bytes that were announced or are allowed came`);
        batch.push(next.value);
        waiting += next.value.length;
        if (waiting >= BATCH_BYTES) await flush();
      }
      await flush();
      return source.sizeBytes !== undefined && received < source.sizeBytes
        ? new Error(`it ended after ${received} of ${source.sizeBytes} bytes`)
        : undefined;
    } finally {
      await bytes.return?.().catch(() => undefined);
    }
  };
  const fly = async (): Promise<number> => {
    let stream: AsyncIterable<Uint8Array> | undefined = source.first;
    let breaks = 0;
    let breakAt = 0;
    for (;;) {
      const broken: unknown = await take(stream);
      if (broken === undefined) break;
      breaks = received - breakAt >= PROGRESS_BYTES ? 1 : breaks + 1;
      breakAt = received;
      stream = breaks > MAX_BREAKS ? undefined : await source.again(received);
      if (stream === undefined) throw facts.refuse(`it broke off after ${received} bytes: ${wordsOf(broken)}`);
    }
    if (hash.digest("hex") !== hexOf(digest)) throw facts.refuse(`the ${received} bytes that came have another digest`);
    await file.datasync();
    facts.reached("fill.synced");
    await facts.place(path, received);
    return received;
  };

  const landed = fly().then(
    (size) => {
      state = "landed";
      tell();
      closeWhenUnused();
      return size;
    },
    async (error: unknown) => {
      state = { failure: error };
      tell();
      closeWhenUnused();
      await rm(path, { force: true });
      throw error;
    },
  );
  // Readers are told through their reads as well.
  landed.catch(() => undefined);

  async function* read(start: number, end: number): AsyncGenerator<Buffer, void, undefined> {
    for (let at = start; at <= end;) {
      const safe = state === "landed" ? received : Math.max(0, received - 1);
      const stop = Math.min(safe, end + 1);
      if (at < stop) {
        const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(Math.min(READ_BYTES, stop - at)), { position: at });
        if (bytesRead === 0) throw new Error(`${path} is shorter than what was written to it`);
        yield buffer.subarray(0, bytesRead);
        at += bytesRead;
        continue;
      }
      if (state === "landed") return;
      if (state !== "flying") throw state.failure;
      await changed;
    }
  }

  return {
    landed,
    follow: () => {
      if (isClosed) return undefined;
      followers += 1;
      let isFollowing = true;
      return {
        sizeBytes: source.sizeBytes,
        read,
        leave: () => {
          if (isFollowing) followers -= 1;
          isFollowing = false;
          closeWhenUnused();
        },
      };
    },
  };
};
