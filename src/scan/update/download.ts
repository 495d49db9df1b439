import { createHash } from "node:crypto";
import {
  createReadStream,
  mkdirSync,
  openSync,
  closeSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { fileError } from "../../core/index.ts";
import { type Answer, discard } from "../../image/index.ts";
import { digestInSidecar, type Stated, statedDigests } from "./digests.ts";
import { MirrorError } from "./mirror-error.ts";
import { brokenBy, type Remote } from "./remote.ts";

/** Slower than this a line is as good as none. */
const LEAST_BYTES = 64 * 1024;
const WITHIN_MS = 60_000;
/** How often one place is asked to go on where the line broke; each time must bring something. */
const MAX_RESUMES = 20;
const MAX_SIDECAR_BYTES = 4096;

export interface Downloaded {
  readonly path: string;
  readonly sizeBytes: number;
  readonly etag: string | undefined;
  /** Which digest was stated and held; undefined where nobody states one. */
  readonly checkedBy: Stated["algorithm"] | undefined;
}

export interface DownloadOptions {
  readonly maxBytes: number;
  /** Etag of what is here already: undefined comes back when the file is still that. */
  readonly unless?: string | undefined;
  /** Known beforehand, and then the only one that counts. */
  readonly sha256?: string | undefined;
  /** A digest may lie beside it, under its name with `.sha256`, where the server itself states none. */
  readonly sidecar?: boolean;
  readonly onBytes?: (received: number, total: number | undefined) => void;
}

const PARTIAL = v.object({
  url: v.string(),
  /** Strong, or a date: what can be asked to go on by (RFC 9110, 13.1.5). */
  validator: v.optional(v.string()),
  totalBytes: v.optional(v.number()),
  digests: v.array(v.object({ algorithm: v.picklist(["sha256", "md5"]), digest: v.string() })),
  etag: v.optional(v.string()),
});
type Partial = v.InferOutput<typeof PARTIAL>;

const validatorOf = ({ headers: { etag, "last-modified": modified } }: Answer): string | undefined =>
  etag !== undefined && etag.startsWith('"') ? etag : etag === undefined ? modified : undefined;

const readPartial = (path: string): Partial | undefined => {
  try {
    return v.parse(PARTIAL, JSON.parse(readFileSync(path, "utf8")));
  } catch {
    return undefined;
  }
};

const sizeOf = (path: string): number => {
  try {
    return statSync(path).size;
  } catch {
    return 0;
  }
};

const hexOf = async (path: string, algorithm: Stated["algorithm"]): Promise<string> => {
  const hash = createHash(algorithm);
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 })) hash.update(chunk as Buffer);
  return hash.digest("hex");
};

/** Where an answer of 206 begins and how long the whole is. */
const rangeOf = ({ headers }: Answer): { readonly from: number; readonly total: number | undefined } | undefined => {
  const [, from = "", total = ""] = /^bytes (\d{1,15})-\d{1,15}\/(\d{1,15}|\*)$/.exec(headers["content-range"] ?? "") ?? [];
  return from === "" ? undefined : { from: Number(from), total: total === "*" ? undefined : Number(total) };
};

/**
 * Fetches a file into a folder that outlives the process: what is there of it is gone on with, by the next try or the next process, as long as the server still
 * has the same. The caller removes it. Undefined: it is what `unless` says.
 * @throws MirrorError, DISK_FULL
 */
export const download = async (remote: Remote, url: URL, folder: string, options: DownloadOptions): Promise<Downloaded | undefined> => {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, createHash("sha256").update(url.href).digest("hex").slice(0, 24));
  const notePath = `${path}.json`;
  const startAnew = (): void => {
    rmSync(path, { force: true });
    rmSync(notePath, { force: true });
  };
  const tooLarge = (): MirrorError => {
    startAnew();
    return new MirrorError("broken", `${url.host}${url.pathname} is larger than the ${options.maxBytes} bytes that are read of it`);
  };
  let note = readPartial(notePath);
  if (note?.url !== url.href) {
    startAnew();
    note = undefined;
  }
  for (let resumes = 0; ; resumes += 1) {
    const have = note?.validator === undefined ? 0 : sizeOf(path);
    const isWhole = note?.totalBytes !== undefined && have === note.totalBytes && have > 0;
    const answer = await remote.ask(url, {
      ...(have > 0 && note?.validator !== undefined ? { range: `bytes=${isWhole ? have - 1 : have}-`, "if-range": note.validator } : {}),
      ...(have === 0 && options.unless !== undefined ? { "if-none-match": options.unless } : {}),
    });
    if (answer.status === 304) {
      await discard(answer);
      return undefined;
    }
    const range = answer.status === 206 ? rangeOf(answer) : undefined;
    const goesOn =
      range !== undefined &&
      note !== undefined &&
      range.from === (isWhole ? have - 1 : have) &&
      (note.totalBytes === undefined || range.total === undefined || range.total === note.totalBytes) &&
      (answer.headers.etag === undefined || note.etag === undefined || answer.headers.etag === note.etag);
    if (answer.status === 416 || (answer.status === 206 && !goesOn)) {
      // It is another file by now, or the server does not do what it says: from the beginning.
      await discard(answer);
      startAnew();
      note = undefined;
      if (resumes >= MAX_RESUMES) throw new MirrorError("broken", `${url.host}${url.pathname} changes while it is read`);
      continue;
    }
    if (!goesOn || note === undefined) {
      const length = answer.headers["content-length"];
      const validator = validatorOf(answer);
      note = {
        url: url.href,
        digests: [...statedDigests(answer.headers)],
        ...(validator === undefined ? {} : { validator }),
        ...(length === undefined ? {} : { totalBytes: Number(length) }),
        ...(answer.headers.etag === undefined ? {} : { etag: answer.headers.etag }),
      };
      if ((note.totalBytes ?? 0) > options.maxBytes) {
        answer.stream.destroy();
        throw tooLarge();
      }
      rmSync(path, { force: true });
      writeFileSync(path, "");
      writeFileSync(notePath, JSON.stringify(note));
    } else {
      if (note.digests.length === 0) note = { ...note, digests: [...statedDigests(answer.headers)] };
      if (isWhole) truncateSync(path, have - 1);
    }
    const before = sizeOf(path);
    let received = before;
    let mark = { at: performance.now(), received };
    try {
      const handle = openSync(path, "a");
      try {
        for await (const chunk of answer.stream) {
          const bytes = chunk as Buffer;
          received += bytes.length;
          if (received > options.maxBytes) {
            answer.stream.destroy();
            throw tooLarge();
          }
          if (performance.now() - mark.at > WITHIN_MS) {
            if (received - mark.received < LEAST_BYTES)
              throw new Error(`it brings less than ${LEAST_BYTES} bytes in ${WITHIN_MS / 1000} s`);
            mark = { at: performance.now(), received };
          }
          for (let at = 0; at < bytes.length;) at += writeSync(handle, bytes, at);
          options.onBytes?.(received, note.totalBytes);
        }
      } finally {
        closeSync(handle);
      }
      if (note.totalBytes !== undefined && received < note.totalBytes)
        throw new Error(`it ends after ${received} of ${note.totalBytes} bytes`);
    } catch (error) {
      const coded = brokenBy(fileError(error, `write ${path}`), url);
      const broke = coded instanceof MirrorError && sizeOf(path) > 0;
      if (broke && note.validator !== undefined && received > before && resumes < MAX_RESUMES) continue;
      throw coded;
    }
    const digests: readonly Stated[] = options.sha256 === undefined ? note.digests : [{ algorithm: "sha256", digest: options.sha256 }];
    const beside = digests.length === 0 && options.sidecar === true ? await sidecarOf(remote, url) : undefined;
    const check = digests[0] ?? beside;
    if (check !== undefined && (await hexOf(path, check.algorithm)) !== check.digest) {
      startAnew();
      throw new MirrorError("broken", `${url.host}${url.pathname} is not what its ${check.algorithm} says`);
    }
    return { path, sizeBytes: received, etag: note.etag, checkedBy: check?.algorithm };
  }
};

/** Of what was downloaded and has been taken in. */
export const dropDownload = ({ path }: Pick<Downloaded, "path">): void => {
  rmSync(path, { force: true });
  rmSync(`${path}.json`, { force: true });
};

const sidecarOf = async (remote: Remote, url: URL): Promise<Stated | undefined> => {
  try {
    const text = (await remote.read(new URL(`${url.href}.sha256`), MAX_SIDECAR_BYTES)).toString("utf8");
    return digestInSidecar(text);
  } catch (error) {
    if (error instanceof MirrorError) return undefined;
    throw error;
  }
};
