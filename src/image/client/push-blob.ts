import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { algorithmOf, type Digest, digestOf, fileError, isSeaworthyError, parseDigest, SeaworthyError } from "../../core/index.ts";
import { refusal } from "./failure.ts";
import { discard } from "./http.ts";
import { pushKnown } from "./push-known.ts";
import type { Session } from "./session.ts";
import type { BlobSource, PushBlobOptions, Repository } from "./types.ts";
import { uploadCalls } from "./upload.ts";

const READ_BYTES = 1024 * 1024;

interface Pushed {
  readonly digest: Digest;
  readonly size: number;
}

/** "Not found" while pushing is the registry's refusal, not a missing image. */
const asPushError = (error: unknown): unknown =>
  isSeaworthyError(error) && error.code === "IMAGE_NOT_FOUND"
    ? new SeaworthyError("REGISTRY_REFUSED", error.message, { cause: error, details: error.details })
    : error;

/** POST, one PATCH as long as it takes, then PUT with the digest that came out: for bytes that are made while they are sent. */
const pushStream = async (
  session: Session,
  repository: Repository,
  source: { readonly stream: AsyncIterable<Uint8Array>; readonly sizeBytes?: number },
  expected: Digest | undefined,
  options: PushBlobOptions,
  tried: string,
): Promise<Pushed> => {
  const calls = uploadCalls(session, repository, tried);
  const algorithm = expected === undefined ? "sha256" : algorithmOf(expected);
  const hash = createHash(algorithm);
  let size = 0;
  const tapped = async function* (): AsyncGenerator<Uint8Array> {
    for await (const chunk of source.stream) {
      hash.update(chunk);
      size += chunk.length;
      options.onSent?.(size);
      yield chunk;
    }
  };
  const upload = await calls.begin(expected, options.mountFrom);
  if (upload === undefined && expected !== undefined) return { digest: expected, size: source.sizeBytes ?? 0 };
  if (upload === undefined) throw new SeaworthyError("REGISTRY_REFUSED", `${tried}: the registry opened no upload`);
  const patched = await calls.patch(upload, {
    open: tapped,
    ...(source.sizeBytes === undefined ? {} : { sizeBytes: source.sizeBytes }),
  });
  if (patched.status !== 202 && patched.status !== 204) throw await refusal(patched, tried, repository);
  await discard(patched);
  const next = calls.after(patched, upload);
  const digest = parseDigest(`${algorithm}:${hash.digest("hex")}`);
  if (expected !== undefined && digest !== expected) {
    await calls.cancel(next);
    throw new SeaworthyError("INPUT_INVALID", `${tried}: the bytes given have the digest ${digest}`);
  }
  const finished = await calls.finish(next, digest);
  if (finished.status !== 201 && finished.status !== 204) throw await refusal(finished, tried, repository);
  await discard(finished);
  return { digest, size };
};

const sizeOf = async (path: string): Promise<number> => {
  try {
    return (await stat(path)).size;
  } catch (error) {
    throw fileError(error, `read ${path}`);
  }
};

/** Source bytes that can be had again from any place. */
const again = async (source: Exclude<BlobSource, { stream: unknown }>) => {
  if (source instanceof Uint8Array) return { sizeBytes: source.length, open: (start: number) => [source.subarray(start)] };
  if ("open" in source) return source;
  const { path } = source;
  return { sizeBytes: await sizeOf(path), open: (start: number) => createReadStream(path, { start, highWaterMark: READ_BYTES }) };
};

export const pushBlob = async (
  session: Session,
  repository: Repository,
  source: BlobSource,
  digest?: Digest,
  options: PushBlobOptions = {},
): Promise<Pushed> => {
  const tried = `push blob ${digest ?? ""} to ${repository.registry}/${repository.repository}`.replace("  ", " ");
  try {
    if (!(source instanceof Uint8Array) && "stream" in source) return await pushStream(session, repository, source, digest, options, tried);
    const bytes = await again(source);
    const own = digest ?? (source instanceof Uint8Array ? digestOf(source) : undefined);
    if (own === undefined) {
      const stream = (async function* () {
        yield* bytes.open(0);
      })();
      return await pushStream(session, repository, { stream, sizeBytes: bytes.sizeBytes }, undefined, options, tried);
    }
    await pushKnown(session, repository, own, bytes, options, tried);
    return { digest: own, size: bytes.sizeBytes };
  } catch (error) {
    throw asPushError(error);
  }
};

/** POST with `mount` and `from` (distribution-spec, "Mounting a blob from another repository"). */
export const mountBlob = async (session: Session, repository: Repository, digest: Digest, from: string): Promise<boolean> => {
  const tried = `mount blob ${digest} from ${from} into ${repository.registry}/${repository.repository}`;
  const calls = uploadCalls(session, repository, tried);
  try {
    const upload = await calls.begin(digest, from);
    if (upload === undefined) return true;
    // The registry opened an upload instead, which nobody is going to use.
    await calls.cancel(upload);
    return false;
  } catch (error) {
    throw asPushError(error);
  }
};
