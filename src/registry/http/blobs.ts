import { pipeline } from "node:stream/promises";
import type { Digest } from "../../core/index.ts";
import { Refusal } from "../refusal.ts";
import type { OpenBlob } from "../store/blob-storage.ts";
import { answer, beginAnswer, type Exchange, type Headers } from "./exchange.ts";
import { sendFileBody } from "./file-body.ts";
import { digestName } from "./names.ts";
import { type ByteRange, parseRange } from "./range.ts";
import { hasAlready, requirePreconditions } from "./preconditions.ts";
import type { Service } from "./service.ts";

/** Begins the answer to a GET or HEAD of a blob whose size is known, with one range. The bytes that must follow, if any. */
const beginBlob = (exchange: Exchange, digest: Digest, size: number): ByteRange | undefined => {
  const headers: Headers = {
    "content-type": "application/octet-stream",
    "docker-content-digest": digest,
    etag: `"${digest}"`,
    "accept-ranges": "bytes",
    "cache-control": "private, max-age=31536000, immutable",
  };
  const { request, response } = exchange;
  requirePreconditions(request.headers, digest, { what: digest, isWrite: false });
  if (hasAlready(request.headers, digest)) {
    answer(exchange, 304, headers);
    return undefined;
  }
  const range =
    request.headers["if-range"] === undefined || request.headers["if-range"] === `"${digest}"`
      ? parseRange(request.headers.range, size)
      : undefined;
  if (range === "unsatisfiable")
    throw new Refusal(416, "SIZE_INVALID", `the blob has ${size} bytes`, { "content-range": `bytes */${size}` });
  const { start, end } = range ?? { start: 0, end: size - 1 };
  const partial = range === undefined ? {} : { "content-range": `bytes ${start}-${end}/${size}` };
  beginAnswer(exchange, range === undefined ? 200 : 206, { ...headers, ...partial, "content-length": end - start + 1 });
  if (exchange.method !== "HEAD" && size > 0) return { start, end };
  response.end();
  return undefined;
};

/** Answers a GET or HEAD of a blob. `read` gives the bytes from `start` to `end`, both inclusive. */
export const answerBlob = async (
  exchange: Exchange,
  digest: Digest,
  size: number,
  read: (start: number, end: number) => AsyncIterable<Uint8Array>,
): Promise<void> => {
  const part = beginBlob(exchange, digest, size);
  if (part !== undefined) await pipeline(read(part.start, part.end), exchange.response);
};

/** A blob of the store. */
export const serveBlob = async (service: Service, exchange: Exchange, repository: string, name: string): Promise<void> => {
  const digest = digestName(name);
  const blob = await service.store.blobs.open(repository, digest);
  if (blob === undefined) throw new Refusal(404, "BLOB_UNKNOWN", `${repository} has no blob ${digest}`);
  await sendOpenBlob(exchange, digest, blob);
};

export const sendOpenBlob = async (exchange: Exchange, digest: Digest, blob: OpenBlob): Promise<void> => {
  try {
    const location = exchange.method === "HEAD" ? undefined : blob.link?.();
    // What a client is sent on with ends; nobody may keep the answer.
    if (location !== undefined) return answer(exchange, 307, { location, "docker-content-digest": digest, "cache-control": "no-store" });
    const part = beginBlob(exchange, digest, blob.size);
    if (part === undefined) return;
    if (blob.file === undefined) await pipeline(blob.read(part.start, part.end), exchange.response);
    else await sendFileBody(blob.file, part.start, part.end, exchange.response);
  } finally {
    await blob.close();
  }
};

export const deleteBlob = (service: Service, exchange: Exchange, repository: string, name: string): void => {
  service.store.blobs.unlink(repository, digestName(name));
  answer(exchange, 202);
};
