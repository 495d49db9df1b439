import { createHash, type Hash, randomUUID } from "node:crypto";
import { mkdirSync, rmSync } from "node:fs";
import { type FileHandle, open, rm, statfs } from "node:fs/promises";
import { join } from "node:path";
import { algorithmOf, type Clock, countPassed, type Digest, hexOf } from "../../core/index.ts";
import { BUFFER_BYTES, giveBack, takeBuffer } from "../buffers.ts";
import { diskFull, isDiskFull, Refusal } from "../refusal.ts";
import { openSizedFile } from "./blob-files.ts";
import type { Reached } from "./points.ts";

/** Of declared sizes under this, the space is asked for when the upload begins and no more. */
const SMALL_BYTES = 1024 * 1024;
const MAX_OPEN = 2000;
const IDLE_MS = 60 * 60_000;

/** One upload under way. Its bytes are in a file; its running hash only in memory. */
export interface Upload {
  readonly id: string;
  readonly repository: string;
  readonly path: string;
  readonly size: number;
  /** Whose it is; nobody else may go on with it. */
  readonly owner: string;
}

interface Session {
  readonly id: string;
  readonly repository: string;
  readonly path: string;
  readonly owner: string;
  algorithm: "sha256" | "sha512";
  hash: Hash;
  size: number;
  busy: boolean;
  usedAt: number;
  /** Open from the first byte of the request that will finish it. */
  file: FileHandle | undefined;
}

export interface Uploads {
  begin(repository: string, algorithm?: "sha256" | "sha512", expectedBytes?: number, owner?: string): Promise<Upload>;
  /** @throws BLOB_UPLOAD_UNKNOWN, also when it belongs to another repository or owner */
  find(repository: string, id: string, owner?: string): Upload;
  /** Uploads that are open, of one owner or of all. */
  openOf(owner?: string): number;
  /** Appends as the bytes come. What came before a client broke off stays. `digest`, where `finish` follows, picks the hash when nothing was received yet. @throws DENIED when the disk is full */
  append(
    upload: Upload,
    body: AsyncIterable<Buffer>,
    facts: { readonly declaredBytes: number; readonly digest?: Digest | undefined },
  ): Promise<Upload>;
  /** Checks the digest, syncs, and lets `place` move the file. @throws DIGEST_INVALID and forgets the upload */
  finish(upload: Upload, digest: Digest, place: (path: string, size: number) => Promise<void>): Promise<void>;
  cancel(upload: Upload): Promise<void>;
  /** Forgets uploads that nobody has touched for an hour. */
  expire(): Promise<void>;
}

const writeAll = async (file: FileHandle, bytes: Buffer, position: number): Promise<void> => {
  for (let at = 0; at < bytes.length;) at += (await file.write(bytes, at, bytes.length - at, position + at)).bytesWritten;
};

/** Writes and hashes a buffer at a time; hashing goes on while the disk works. Returns the failure of the body's source, if it broke off. */
const receive = async (session: Session, file: FileHandle, body: AsyncIterable<Buffer>): Promise<unknown> => {
  const buffer = takeBuffer();
  let filled = 0;
  const flush = async (): Promise<void> => {
    const bytes = buffer.subarray(0, filled);
    filled = 0;
    const written = writeAll(file, bytes, session.size);
    session.hash.update(bytes);
    await written;
    session.size += bytes.length;
    countPassed(bytes.length);
  };
  let ofDisk: unknown;
  let ofSource: unknown;
  try {
    for await (const chunk of body)
      for (let at = 0; at < chunk.length;) {
        const taken = chunk.copy(buffer, filled, at);
        filled += taken;
        at += taken;
        if (filled < buffer.length) continue;
        await flush().catch((error: unknown) => {
          ofDisk = error;
          throw error;
        });
      }
  } catch (error) {
    if (ofDisk !== undefined) throw ofDisk;
    ofSource = error;
  }
  if (filled > 0) await flush();
  giveBack(buffer);
  return ofSource;
};

const hexOfFile = async (path: string, size: number, algorithm: "sha256" | "sha512"): Promise<string> => {
  const hash = createHash(algorithm);
  const file = await openSizedFile(path, size);
  if (file === undefined) throw new Error(`the upload ${path} is no longer as it was received`);
  for await (const chunk of file.createReadStream({ highWaterMark: BUFFER_BYTES })) hash.update(chunk as Buffer);
  return hash.digest("hex");
};

/** Uploads of one data folder. What a stopped registry left behind is removed when the next one starts: it was never acknowledged. */
export const createUploads = (dataFolder: string, clock: Clock, reserveBytes: number, reached: Reached): Uploads => {
  const folder = join(dataFolder, "uploads");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const sessions = new Map<string, Session>();

  const sessionOf = (repository: string, id: string, owner?: string): Session => {
    const session = sessions.get(id);
    if (session === undefined || session.repository !== repository || (owner ?? session.owner) !== session.owner)
      throw new Refusal(404, "BLOB_UPLOAD_UNKNOWN", `there is no upload ${id.slice(0, 64)} in ${repository}; begin a new one`);
    return session;
  };
  const close = async (session: Session): Promise<void> => {
    const { file } = session;
    session.file = undefined;
    await file?.close();
  };
  const forget = async (session: Session): Promise<void> => {
    sessions.delete(session.id);
    await close(session);
    await rm(session.path, { force: true });
  };
  /** One request at a time may write to an upload. */
  const holding = async <Result>(upload: Upload, work: (session: Session) => Promise<Result>): Promise<Result> => {
    const session = sessionOf(upload.repository, upload.id);
    if (session.busy) throw new Refusal(409, "BLOB_UPLOAD_INVALID", `the upload ${session.id} is being written by another request`);
    session.busy = true;
    try {
      return await work(session);
    } catch (error) {
      if (error instanceof Refusal) throw error;
      // What is in the file and what was hashed may differ now.
      await forget(session);
      throw isDiskFull(error) ? diskFull() : error;
    } finally {
      session.busy = false;
      session.usedAt = clock.now();
    }
  };

  /** Refused before the bytes come: docker asks again for minutes when it is refused in the middle. */
  const requireSpace = async (expectedBytes: number): Promise<void> => {
    const { bavail, bsize } = await statfs(folder);
    if (bavail * bsize < reserveBytes + expectedBytes)
      throw Object.assign(new Error(`${expectedBytes} bytes would not fit`), { code: "ENOSPC" });
  };

  return {
    begin: async (repository, algorithm = "sha256", expectedBytes = 0, owner = "") => {
      if (sessions.size >= MAX_OPEN)
        throw new Refusal(429, "TOOMANYREQUESTS", `${MAX_OPEN} uploads are open; finish or cancel some`, { "retry-after": "10" });
      const id = randomUUID();
      const session: Session = {
        id,
        repository,
        path: join(folder, id),
        owner,
        algorithm,
        hash: createHash(algorithm),
        size: 0,
        busy: false,
        usedAt: clock.now(),
        file: undefined,
      };
      try {
        await requireSpace(expectedBytes);
        await (await open(session.path, "wx", 0o600)).close();
        reached("upload.opened");
      } catch (error) {
        await rm(session.path, { force: true });
        throw isDiskFull(error) ? diskFull() : error;
      }
      sessions.set(id, session);
      return session;
    },
    find: sessionOf,
    openOf: (owner) => {
      if (owner === undefined) return sessions.size;
      let count = 0;
      for (const session of sessions.values()) if (session.owner === owner) count++;
      return count;
    },
    append: (upload, body, { declaredBytes, digest }) =>
      holding(upload, async (session) => {
        if (declaredBytes > SMALL_BYTES) await requireSpace(declaredBytes);
        if (session.size === 0 && digest !== undefined && algorithmOf(digest) !== session.algorithm) {
          session.algorithm = algorithmOf(digest);
          session.hash = createHash(session.algorithm);
        }
        session.file ??= await open(session.path, "r+");
        let kept = false;
        try {
          const broken = await receive(session, session.file, body);
          if (broken instanceof Refusal) {
            await forget(session);
            throw broken;
          }
          if (broken !== undefined)
            throw new Refusal(400, "BLOB_UPLOAD_INVALID", `the upload ${session.id} broke off after ${session.size} bytes`);
          kept = digest !== undefined;
        } finally {
          if (!kept) await close(session);
        }
        return session;
      }),
    finish: (upload, digest, place) =>
      holding(upload, async (session) => {
        const algorithm = algorithmOf(digest);
        const hex =
          algorithm === session.algorithm ? session.hash.copy().digest("hex") : await hexOfFile(session.path, session.size, algorithm);
        if (hex !== hexOf(digest)) {
          await forget(session);
          throw new Refusal(400, "DIGEST_INVALID", `the ${session.size} bytes received have the digest ${algorithm}:${hex}, not ${digest}`);
        }
        session.file ??= await open(session.path, "r+");
        await session.file.datasync();
        // Its place is among files that nobody writes to again.
        await session.file.chmod(0o444);
        await close(session);
        reached("upload.synced");
        await place(session.path, session.size);
        sessions.delete(session.id);
      }),
    cancel: async (upload) => forget(sessionOf(upload.repository, upload.id)),
    expire: async () => {
      for (const session of sessions.values()) if (!session.busy && clock.now() - session.usedAt > IDLE_MS) await forget(session);
    },
  };
};
