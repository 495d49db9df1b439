import { createReadStream } from "node:fs";
import { rm } from "node:fs/promises";
import { algorithmOf, type Digest, hexOf, isDigest, wordsOf } from "../../core/index.ts";
import { discard } from "../../image/index.ts";
import { BUFFER_BYTES } from "../buffers.ts";
import type { BlobStorage, OpenBlob } from "../store/blob-storage.ts";
import type { Reached } from "../store/points.ts";
import type { S3Client } from "./client.ts";
import { isMissing, refusalOf, S3Failure } from "./failure.ts";
import { listObjects, listUploads } from "./listing.ts";
import { hashOfRange, MARK, type Multipart, partsOf, requireDone, uploadInParts } from "./multipart.ts";
import type { S3Settings } from "./settings-schema.ts";
import { percentEncoded } from "./sign.ts";
import { textOf } from "./xml.ts";

const MIB = 1024 * 1024;
/** CopyObject takes no more, nor does one part of a copy. */
const MAX_COPY_BYTES = 5 * 1024 * MIB;
const FAULT_WITHIN_MS = 3000;
/** A stream that broke off this often without a byte is given up. */
const MAX_BREAKS = 4;

export interface S3StorageOptions {
  readonly client: S3Client;
  readonly settings: S3Settings;
  readonly reached: Reached;
}

/** The bytes from `start` to `end`, or to the end of the object. Goes on where a connection broke off: what a key holds never changes. */
async function* bytesOf(client: S3Client, key: string, start: number, end: number): AsyncGenerator<Uint8Array> {
  let breaks = 0;
  for (let at = start; at <= end;) {
    const answer = await client.send({ method: "GET", key, headers: { range: `bytes=${at}-${end}` } });
    // Whoever ignores a range sends the whole.
    let skip = answer.status === 206 ? 0 : at;
    const before = at;
    let failure: unknown;
    try {
      for await (const chunk of answer.stream) {
        const bytes = (chunk as Buffer).subarray(Math.min(skip, (chunk as Buffer).length)).subarray(0, end - at + 1);
        skip = Math.max(0, skip - (chunk as Buffer).length);
        at += bytes.length;
        if (bytes.length > 0) yield bytes;
        if (at > end) break;
      }
    } catch (error) {
      failure = error;
    }
    if (at > end) return;
    breaks = at > before ? 0 : breaks + 1;
    if (breaks > MAX_BREAKS)
      throw new S3Failure(`GET ${key}`, 0, "", failure === undefined ? `it ends at byte ${at} of ${end + 1}` : wordsOf(failure));
  }
}

/** Blobs as objects of a bucket: `PREFIX/blobs/<algorithm>/<first two>/<hex>` and `PREFIX/quarantine/`. */
export const createS3Storage = ({ client, settings, reached }: S3StorageOptions): BlobStorage => {
  const { bucket, checksums, redirect, partSize } = settings;
  const root = settings.prefix === undefined ? "" : `${settings.prefix}/`;
  const keyOf = (digest: Digest): string => `${root}blobs/${algorithmOf(digest)}/${hexOf(digest).slice(0, 2)}/${hexOf(digest)}`;
  const active = new Set<string>();
  const multipart = (key: string): Multipart => ({ client, key, checksums, reached, active });

  /** What clients are told instead of S3's own words. */
  const guarded = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    try {
      return await work();
    } catch (error) {
      throw error instanceof S3Failure ? refusalOf(error) : error;
    }
  };
  async function* guardedEach<Item>(items: AsyncIterable<Item>): AsyncGenerator<Item> {
    try {
      yield* items;
    } catch (error) {
      throw error instanceof S3Failure ? refusalOf(error) : error;
    }
  }

  const headOf = async (
    key: string,
    mayHaveCome = true,
  ): Promise<{ readonly sizeBytes: number; readonly modifiedAt: number; readonly mark: unknown } | undefined> => {
    try {
      const answer = await client.send({ method: "HEAD", key });
      await discard(answer);
      return {
        sizeBytes: Number(answer.headers["content-length"] ?? Number.NaN),
        modifiedAt: Date.parse(answer.headers["last-modified"] ?? ""),
        mark: answer.headers[MARK],
      };
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
    // A HEAD cannot say whether the object or the bucket is missing, and of a bucket that is gone nothing may be called missing.
    try {
      await discard(await client.send({ method: "GET", key, headers: { range: "bytes=0-0" } }));
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
    // It came in between; a storage that says both for ever has nothing.
    return mayHaveCome ? headOf(key, false) : undefined;
  };
  const checksumHeaders = (sha256: Buffer): Readonly<Record<string, string>> =>
    checksums ? { "x-amz-checksum-sha256": sha256.toString("base64") } : {};

  /** A stretch of a file as a request's body, with its own hash signed into the request. Read anew for each try; never in memory as a whole. */
  const sendRange = async (
    key: string,
    file: { readonly path: string; readonly start: number; readonly end: number },
    sha256: Buffer,
    query: Readonly<Record<string, string>> = {},
  ): Promise<{ readonly etag: string; readonly checksum?: string }> => {
    const { path, start, end } = file;
    const sizeBytes = end - start + 1;
    const { headers } = await client.text({
      method: "PUT",
      key,
      query,
      headers: checksumHeaders(sha256),
      body: {
        sizeBytes,
        sha256: sha256.toString("hex"),
        open: () => (sizeBytes === 0 ? new Uint8Array() : createReadStream(path, { start, end, highWaterMark: BUFFER_BYTES })),
      },
    });
    // Storages that do not know checksums pass over the header, and refuse it in the list of parts: it goes there only if it came back.
    const checksum = headers["x-amz-checksum-sha256"];
    return { etag: headers.etag ?? "", ...(typeof checksum === "string" ? { checksum } : {}) };
  };

  const put = async (key: string, path: string, digest: Digest, size: number): Promise<void> => {
    const sha256 = algorithmOf(digest) === "sha256" ? Buffer.from(hexOf(digest), "hex") : await hashOfRange(path, 0, size - 1);
    await sendRange(key, { path, start: 0, end: size - 1 }, sha256);
  };
  const putInParts = async (key: string, path: string, size: number): Promise<void> => {
    const mark = await uploadInParts(multipart(key), partsOf(size, partSize), async ({ number, start, end }, uploadId) => {
      const sha256 = await hashOfRange(path, start, end);
      return sendRange(key, { path, start, end }, sha256, { partNumber: String(number), uploadId });
    });
    const there = await headOf(key);
    if (there?.sizeBytes !== size || (mark !== undefined && there.mark !== mark))
      throw new S3Failure(
        `completing ${key}`,
        0,
        "",
        there === undefined
          ? "it is not there afterwards"
          : there.sizeBytes === size
            ? "somebody ended the upload"
            : `it has ${there.sizeBytes} bytes afterwards instead of ${size}`,
      );
  };

  const copy = async (key: string, to: string, size: number): Promise<void> => {
    const source = { "x-amz-copy-source": `/${percentEncoded(bucket)}/${key.split("/").map(percentEncoded).join("/")}` };
    if (size <= MAX_COPY_BYTES) {
      const { text } = await client.text({ method: "PUT", key: to, headers: source });
      return requireDone(`copying ${key}`, text);
    }
    await uploadInParts({ ...multipart(to), checksums: false }, partsOf(size, MAX_COPY_BYTES), async ({ number, start, end }, uploadId) => {
      const { text } = await client.text({
        method: "PUT",
        key: to,
        query: { partNumber: String(number), uploadId },
        headers: { ...source, "x-amz-copy-source-range": `bytes=${start}-${end}` },
      });
      requireDone(`copying ${key}`, text);
      return { etag: textOf(text, "ETag") ?? "" };
    });
  };
  const remove = async (key: string): Promise<void> => {
    await client.text({ method: "DELETE", key }).catch((error: unknown) => {
      if (!isMissing(error)) throw error;
    });
  };

  const openObject = (key: string, size: number): OpenBlob => ({
    size,
    read: (start, end) => guardedEach(bytesOf(client, key, start, end)),
    ...(redirect === undefined ? {} : { link: () => client.link(key, Math.max(1, Math.round(redirect / 1000))) }),
    close: async () => undefined,
  });

  return {
    open: (digest, size) =>
      guarded(async () => {
        const key = keyOf(digest);
        return (await headOf(key))?.sizeBytes === size ? openObject(key, size) : undefined;
      }),
    place: (uploaded, digest, size) =>
      guarded(async () => {
        const key = keyOf(digest);
        // In one PUT the digest is the hash that is signed, so nothing is hashed twice.
        if (size <= 2 * partSize) await put(key, uploaded, digest, size);
        else await putInParts(key, uploaded, size);
        await rm(uploaded, { force: true });
      }),
    contents: (digest) =>
      guarded(async () => {
        const key = keyOf(digest);
        const there = await headOf(key);
        return there === undefined ? undefined : guardedEach(bytesOf(client, key, 0, there.sizeBytes - 1));
      }),
    quarantine: (digest, now) =>
      guarded(async () => {
        const key = keyOf(digest);
        const there = await headOf(key);
        if (there === undefined) return undefined;
        const movedTo = `${root}quarantine/${algorithmOf(digest)}-${hexOf(digest)}.${now}`;
        await copy(key, movedTo, there.sizeBytes);
        reached("object.copied");
        await remove(key);
        return movedTo;
      }),
    remove: (digest) => guarded(() => remove(keyOf(digest))),
    stat: (digest) =>
      guarded(async () => {
        const key = keyOf(digest);
        const there = await headOf(key);
        return there === undefined ? undefined : { name: key, sizeBytes: there.sizeBytes, since: there.modifiedAt };
      }),
    digests: async function* () {
      for await (const { key } of guardedEach(listObjects(client, `${root}blobs/`))) {
        const [algorithm = "", two = "", hex = "", more] = key.slice(`${root}blobs/`.length).split("/");
        const digest = `${algorithm}:${hex}`;
        if (more === undefined && isDigest(digest) && hex.startsWith(two) && two.length === 2) yield digest;
      }
    },
    quarantined: async function* () {
      for await (const { key, sizeBytes, modifiedAt } of guardedEach(listObjects(client, `${root}quarantine/`)))
        yield { name: key, sizeBytes, since: modifiedAt };
    },
    removeQuarantined: (name) => guarded(() => remove(name)),
    sweep: (olderThan) =>
      guarded(async () => {
        for (const folder of ["blobs/", "quarantine/"])
          for await (const { key, uploadId, begunAt } of listUploads(client, root + folder))
            if (!active.has(uploadId) && begunAt < olderThan)
              await client.text({ method: "DELETE", key, query: { uploadId } }).catch((error: unknown) => {
                // Somebody was faster, or it was completed.
                if (!(error instanceof S3Failure && error.status === 404)) throw error;
              });
      }),
    fault: async () => {
      const ask = client
        .text({ method: "GET", query: { "list-type": "2", prefix: `${root}blobs/`, "max-keys": "1" } })
        .then(() => undefined)
        .catch((error: unknown) =>
          error instanceof S3Failure && error.status !== 0 ? `the bucket answers ${error.status}` : "the bucket does not answer",
        );
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<string>((resolve) => (timer = setTimeout(() => resolve("the bucket does not answer"), FAULT_WITHIN_MS)));
      return Promise.race([ask, late]).finally(() => clearTimeout(timer));
    },
    close: () => client.close(),
  };
};
