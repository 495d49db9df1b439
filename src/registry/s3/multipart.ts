import { createHash, randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { BUFFER_BYTES } from "../buffers.ts";
import type { Reached } from "../store/points.ts";
import type { S3Client } from "./client.ts";
import { S3Failure } from "./failure.ts";
import { sha256Hex } from "./sign.ts";
import { elements, escaped, textOf } from "./xml.ts";

const MIB = 1024 * 1024;
/** "Amazon S3 multipart upload limits". */
const MAX_PARTS = 10_000;
const AT_ONCE = 3;
const COMPLETE_ATTEMPTS = 4;

export interface Part {
  readonly number: number;
  readonly start: number;
  /** Inclusive. */
  readonly end: number;
}

/** All parts are alike but for the last (some storages insist), none under `smallest`, at most as many as there may be. */
export const partsOf = (size: number, smallest: number): readonly Part[] => {
  const partBytes = Math.max(smallest, Math.ceil(size / MAX_PARTS / MIB) * MIB);
  return Array.from({ length: Math.ceil(size / partBytes) }, (_, at) => ({
    number: at + 1,
    start: at * partBytes,
    end: Math.min(size, (at + 1) * partBytes) - 1,
  }));
};

/** SHA-256 of a stretch of a file. */
export const hashOfRange = async (path: string, start: number, end: number): Promise<Buffer> => {
  const hash = createHash("sha256");
  let missing = end - start + 1;
  // Of nothing there is no stream: its end would lie before its start.
  const bytes = missing === 0 ? [] : createReadStream(path, { start, end, highWaterMark: BUFFER_BYTES });
  for await (const chunk of bytes) {
    hash.update(chunk as Buffer);
    missing -= (chunk as Buffer).length;
  }
  if (missing > 0) throw new Error(`${path} is ${missing} bytes shorter than what was received`);
  return hash.digest();
};

/** What the storage told of a part. The ETag is its word and nothing more: it is the MD5 of the bytes in some storages only. */
interface Taken {
  readonly number: number;
  readonly etag: string;
  /** SHA-256 in base64, as the storage verified it. */
  readonly checksum?: string;
}

/** Answers 200 that hold an error all the same: S3 sends the status before it has done the work. */
export const requireDone = (what: string, xml: string): void => {
  const [error] = elements(xml, "Error");
  if (error === undefined) return;
  throw new S3Failure(
    what,
    200,
    textOf(error, "Code") ?? "",
    `200, and in it ${textOf(error, "Code") ?? "an error"}: ${textOf(error, "Message") ?? ""}`,
  );
};

const completeDocument = (parts: readonly Taken[]): Buffer => {
  const part = ({ number, etag, checksum }: Taken): string =>
    `<Part><PartNumber>${number}</PartNumber><ETag>${escaped(etag)}</ETag>${checksum === undefined ? "" : `<ChecksumSHA256>${checksum}</ChecksumSHA256>`}</Part>`;
  return Buffer.from(
    `<CompleteMultipartUpload xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${parts.map(part).join("")}</CompleteMultipartUpload>`,
  );
};

export interface Multipart {
  readonly client: S3Client;
  readonly key: string;
  readonly checksums: boolean;
  readonly reached: Reached;
  /** Uploads of this process: nobody may sweep them away. */
  readonly active: Set<string>;
}

/** In an object's metadata: which upload made it. */
export const MARK = "x-amz-meta-seaworthy-upload";

/** Completes, and asks again after an error that may pass. False: the upload is gone, because it was completed by an earlier try or because somebody aborted it. */
const complete = async ({ client, key }: Multipart, uploadId: string, parts: readonly Taken[]): Promise<boolean> => {
  const bytes = completeDocument(parts);
  for (let attempt = 1; ; attempt++) {
    try {
      const { text } = await client.text({
        method: "POST",
        key,
        query: { uploadId },
        headers: { "content-type": "application/xml" },
        body: { sizeBytes: bytes.length, sha256: sha256Hex(bytes), open: () => bytes },
      });
      requireDone(`completing ${key}`, text);
      return true;
    } catch (error) {
      if (!(error instanceof S3Failure)) throw error;
      if (error.s3Code === "NoSuchUpload") return false;
      if (error.status !== 200 || attempt >= COMPLETE_ATTEMPTS) throw error;
      await wait(100 * 2 ** attempt);
    }
  }
};

/**
 * Makes one object out of parts that `send` brings, three at once. It is there as a whole or not at all; what failed leaves nothing behind that `sweep` does not
 * find. Gives the mark that the object must bear where the storage did not say that this very upload made it.
 */
export const uploadInParts = async (
  upload: Multipart,
  parts: readonly Part[],
  send: (part: Part, uploadId: string) => Promise<Omit<Taken, "number">>,
): Promise<string | undefined> => {
  const { client, key, checksums, reached, active } = upload;
  const mark = randomUUID();
  const { text } = await client.text({
    method: "POST",
    key,
    query: { uploads: "" },
    headers: { [MARK]: mark, ...(checksums ? { "x-amz-checksum-algorithm": "SHA256" } : {}) },
  });
  const uploadId = textOf(text, "UploadId") ?? "";
  if (uploadId === "") throw new S3Failure(`beginning ${key}`, 200, "", "the answer names no upload");
  active.add(uploadId);
  try {
    reached("object.begun");
    const taken: Taken[] = [];
    let next = 0;
    let broken = false;
    const work = async (): Promise<void> => {
      for (let part = parts[next++]; part !== undefined && !broken; part = parts[next++]) {
        try {
          taken.push({ number: part.number, ...(await send(part, uploadId)) });
          reached("object.part");
        } catch (error) {
          broken = true;
          throw error;
        }
      }
    };
    const ended = await Promise.allSettled(Array.from({ length: Math.min(AT_ONCE, parts.length) }, work));
    for (const one of ended) if (one.status === "rejected") throw one.reason;
    const isCertain = await complete(
      upload,
      uploadId,
      taken.toSorted((a, b) => a.number - b.number),
    );
    reached("object.completed");
    return isCertain ? undefined : mark;
  } catch (error) {
    await client.text({ method: "DELETE", key, query: { uploadId } }).catch(() => undefined);
    throw error;
  } finally {
    active.delete(uploadId);
  }
};
