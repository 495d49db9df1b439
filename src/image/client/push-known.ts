import { createHash } from "node:crypto";
import { algorithmOf, type Digest, hexOf, hasCode, SeaworthyError } from "../../core/index.ts";
import { refusal } from "./failure.ts";
import { hasBlob } from "./has-blob.ts";
import { type Answer, type Body, discard } from "./http.ts";
import type { Session } from "./session.ts";
import type { PushBlobOptions, Repository } from "./types.ts";
import { offsetAfter, type Upload, type UploadCalls, uploadCalls } from "./upload.ts";

/** Bytes that can be had again from any place. */
interface Source {
  readonly sizeBytes: number;
  open(startBytes: number): Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
}

/** Where something between here and the registry cuts long requests off. */
const CHUNK_BYTES = 16 * 1024 * 1024;
const SMALLEST_CHUNK_BYTES = 1024 * 1024;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;

/** Exactly so many bytes from a place of the source. @throws INPUT_INVALID when it ends before */
const slice = (source: Source, start: number, length: number, onSent: (count: number) => void): Body => ({
  sizeBytes: length,
  open: async function* (): AsyncGenerator<Uint8Array> {
    let left = length;
    for await (const chunk of source.open(start)) {
      const part = chunk.length > left ? chunk.subarray(0, left) : chunk;
      left -= part.length;
      if (part.length > 0) yield part;
      onSent(start + length - left);
      if (left === 0) return;
    }
    if (left > 0)
      throw new SeaworthyError("INPUT_INVALID", `what is being pushed ended ${left} bytes before the ${source.sizeBytes} it should have`);
  },
});

const isDone = (answer: Answer): boolean => answer.status === 201 || answer.status === 204;

/** What an attempt came to. */
type Outcome =
  | { readonly kind: "done" }
  /** Worth another try: what the registry has of it is asked first. */
  | { readonly kind: "broken"; readonly error: unknown }
  /** More at once than something on the way lets through. */
  | { readonly kind: "too-large"; readonly error: unknown };

const outcomeOf = async (answer: Answer, tried: string, repository: Repository): Promise<Outcome> => {
  const error = await refusal(answer, tried, repository);
  if (answer.status === 413) return { kind: "too-large", error };
  // 401: a token that ended; 404: an upload that the registry forgot; 416: it has another count of bytes than we.
  if ([401, 404, 416].includes(answer.status) || error.code === "REGISTRY_UNREACHABLE") return { kind: "broken", error };
  throw error;
};

const attempt = async (work: () => Promise<Outcome>): Promise<Outcome> => {
  try {
    return await work();
  } catch (error) {
    if (hasCode(error, "REGISTRY_UNREACHABLE")) return { kind: "broken", error };
    throw error;
  }
};

/** The bytes given are checked when the registry says they are others: one of the two is wrong, and it should be said which. */
const blame = async (error: unknown, source: Source, digest: Digest, tried: string): Promise<never> => {
  const codes = error instanceof SeaworthyError ? error.details["codes"] : undefined;
  if (!(Array.isArray(codes) && codes.includes("DIGEST_INVALID"))) throw error;
  const hash = createHash(algorithmOf(digest));
  for await (const chunk of source.open(0)) hash.update(chunk);
  const found = hash.digest("hex");
  if (found === hexOf(digest)) throw error;
  throw new SeaworthyError("INPUT_INVALID", `${tried}: the bytes given have the digest ${algorithmOf(digest)}:${found}`, { cause: error });
};

const sendAll = async (
  calls: UploadCalls,
  repository: Repository,
  digest: Digest,
  source: Source,
  options: PushBlobOptions,
  session: Session,
  tried: string,
): Promise<void> => {
  let upload: Upload | undefined;
  let mountFrom = options.mountFrom;
  let offset = 0;
  let best = 0;
  let failures = 0;
  /** 0: all in one request. */
  let chunkBytes = 0;
  const onSent = (bytes: number): void => options.onSent?.(bytes);

  const whole = async (at: Upload): Promise<Outcome> => {
    const answer = await calls.finish(at, digest, slice(source, 0, source.sizeBytes, onSent));
    if (!isDone(answer)) return outcomeOf(answer, tried, repository);
    await discard(answer);
    return { kind: "done" };
  };
  const chunks = async (first: Upload): Promise<Outcome> => {
    upload = first;
    while (offset < source.sizeBytes) {
      const length = Math.min(Math.max(chunkBytes, upload.minChunkBytes), source.sizeBytes - offset);
      const answer = await calls.patch(upload, slice(source, offset, length, onSent), `${offset}-${offset + length - 1}`);
      if (answer.status !== 202 && !isDone(answer)) return outcomeOf(answer, tried, repository);
      await discard(answer);
      upload = calls.after(answer, upload);
      const there = offsetAfter(answer) ?? offset + length;
      if (there > source.sizeBytes || there < offset)
        throw new SeaworthyError("REGISTRY_REFUSED", `${tried}: sent ${offset + length} bytes, the registry says it has ${there}`);
      if (there > best) failures = 0;
      if (there === offset) failures += 1;
      if (failures >= session.attempts) throw new SeaworthyError("REGISTRY_REFUSED", `${tried}: the registry takes no more bytes`);
      offset = there;
      best = Math.max(best, there);
    }
    const answer = await calls.finish(upload, digest);
    if (!isDone(answer)) return outcomeOf(answer, tried, repository);
    await discard(answer);
    return { kind: "done" };
  };

  for (;;) {
    const outcome = await attempt(async () => {
      if (upload === undefined) {
        offset = 0;
        upload = await calls.begin(digest, mountFrom);
        mountFrom = undefined;
        if (upload === undefined) return { kind: "done" };
      }
      return chunkBytes === 0 ? whole(upload) : chunks(upload);
    });
    if (outcome.kind === "done") return;
    if (outcome.kind === "too-large") {
      const least = Math.max(SMALLEST_CHUNK_BYTES, upload?.minChunkBytes ?? 0);
      const before = chunkBytes === 0 ? source.sizeBytes : Math.max(chunkBytes, least);
      chunkBytes = Math.max(Math.min(CHUNK_BYTES, Math.floor(before / 2)), least);
      if (chunkBytes >= before) throw outcome.error;
      upload = undefined;
      continue;
    }
    failures += 1;
    if (failures >= session.attempts) throw outcome.error;
    await session.clock.sleep(Math.min(FIRST_WAIT_MS * 2 ** (failures - 1), LONGEST_WAIT_MS), session.signal);
    const state: Awaited<ReturnType<UploadCalls["state"]>> = upload === undefined ? undefined : await calls.state(upload);
    if (state !== undefined && state.offset > 0 && state.offset <= source.sizeBytes) {
      ({ offset, upload } = state);
      chunkBytes = chunkBytes === 0 ? CHUNK_BYTES : chunkBytes;
      if (offset > best) failures = 0;
      best = Math.max(best, offset);
      continue;
    }
    // An answer that was lost on its way: the upload is gone because it is finished.
    if (upload !== undefined && (await hasBlob(session, repository, digest).catch(() => false))) return;
    upload = undefined;
    if (failures > 1 && source.sizeBytes > CHUNK_BYTES) chunkBytes = chunkBytes === 0 ? CHUNK_BYTES : chunkBytes;
  }
};

/**
 * Pushes bytes whose digest is known: POST, then PUT with everything (distribution-spec, "Pushing a blob monolithically"). A connection that breaks is taken up
 * again where the registry says it is (GET of the upload), in chunks; a registry that forgot the upload is given it anew. What is too large for something on
 * the way (413) is sent in chunks.
 */
export const pushKnown = async (
  session: Session,
  repository: Repository,
  digest: Digest,
  source: Source,
  options: PushBlobOptions,
  tried: string,
): Promise<void> => {
  try {
    await sendAll(uploadCalls(session, repository, tried), repository, digest, source, options, session, tried);
  } catch (error) {
    await blame(error, source, digest, tried);
  }
};
