import type { FileHandle } from "node:fs/promises";
import type { Digest } from "../../core/index.ts";

/** A blob that is whole, open for reading. Whoever opened it closes it. */
export interface OpenBlob {
  readonly size: number;
  /** Where it is a file of this machine, for whoever can read that faster. */
  readonly file?: FileHandle;
  /** The bytes from `start` to `end`, both inclusive. Throws when fewer come. */
  read(start: number, end: number): AsyncIterable<Uint8Array>;
  /** Where a client may fetch the bytes itself, for some minutes, without a credential. Undefined: nowhere but here. */
  link?(): string | undefined;
  close(): Promise<void>;
}

export interface StoredBlob {
  /** For people: a path below the data folder, or a key. */
  readonly name: string;
  readonly sizeBytes: number;
  /** Milliseconds since the epoch. */
  readonly since: number;
}

/**
 * Where the bytes of blobs are. What exists is the database's to say: a storage is content and nothing else, and one store at a time has it. Whoever moves a
 * digest in or out of its place does so alone with it (`exclusive.ts`).
 */
export interface BlobStorage {
  /** Undefined when it is not there or has another size: then it is as if it had never been pushed, and a push heals it. */
  open(digest: Digest, size: number): Promise<OpenBlob | undefined>;
  /** Takes in a finished file that holds this digest, over an older copy too. When this returns, name and bytes outlive a power cut, and the file is gone. */
  place(uploaded: string, digest: Digest, size: number): Promise<void>;
  /** All there is under a digest, whatever it is, for verifying. Undefined when there is nothing. Throws EIO where the medium gives up on it. */
  contents(digest: Digest): Promise<AsyncIterable<Uint8Array> | undefined>;
  /** Moves rot out of the way but keeps it for a person. Its new name; undefined when there was nothing. */
  quarantine(digest: Digest, now: number): Promise<string | undefined>;
  remove(digest: Digest): Promise<void>;
  stat(digest: Digest): Promise<StoredBlob | undefined>;
  /** Every digest that has bytes here. What does not look like ours is left alone. */
  digests(): AsyncIterable<Digest>;
  /** What was put into quarantine, and since when it is there. */
  quarantined(): AsyncIterable<StoredBlob>;
  removeQuarantined(name: string): Promise<void>;
  /** What broken-off transfers left behind, from before this time. */
  sweep(olderThan: number): Promise<void>;
  /** Why no blob could be stored at this moment, in a few words. */
  fault(): Promise<string | undefined>;
  close(): void;
}
