import { setTimeout as wait } from "node:timers/promises";
import type { LookupFunction } from "node:net";
import { resolve } from "node:path";
import { isSeaworthyError, wordsOf } from "../../core/index.ts";
import { type Answer, type Body, createWire, discard, readBounded } from "../../image/index.ts";
import { createCredentials } from "./credentials.ts";
import { hintFor, S3Failure } from "./failure.ts";
import type { S3Settings } from "./settings-schema.ts";
import { canonicalQuery, EMPTY_SHA256, percentEncoded, presigned, type S3Credentials, signedHeaders } from "./sign.ts";
import { textOf } from "./xml.ts";

export interface S3Request {
  readonly method: "GET" | "HEAD" | "PUT" | "POST" | "DELETE";
  /** Absent: the bucket itself. */
  readonly key?: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Body & { readonly sha256: string };
}

/** One bucket. Failures that may pass are tried again here; what is thrown is an `S3Failure`. */
export interface S3Client {
  /** Answers of 2xx. The caller reads the stream, or discards it. */
  send(request: S3Request): Promise<Answer>;
  /** The same, with the answer's body as text. */
  text(request: S3Request, maxBytes?: number): Promise<{ readonly text: string; readonly headers: Answer["headers"] }>;
  /** Where anybody may GET an object for so long. Undefined before the first request has found credentials. */
  link(key: string, seconds: number): string | undefined;
  close(): void;
}

export interface S3ClientOptions {
  readonly settings: S3Settings;
  /** Relative paths of the settings begin here. */
  readonly dataFolder: string;
  readonly env?: NodeJS.ProcessEnv;
  /** The first wait before another try, doubled with each; tests shorten it. Default 200 ms. */
  readonly backoffMs?: number;
  /** Resolves names in place of the system. */
  readonly lookup?: LookupFunction;
}

const ATTEMPTS = 6;
const MAX_WAIT_MS = 10_000;
const IDLE_MS = 60_000;
const MAX_TEXT_BYTES = 8 * 1024 * 1024;
const MAX_ERROR_BYTES = 64 * 1024;
const PASSING_STATUS = new Set([408, 429, 500, 502, 503, 504]);
/** Codes that may pass although their status does not say so; the last three: bytes were damaged on the way, and come again from the file. */
const PASSING_CODES = new Set([
  "RequestTimeout",
  "SlowDown",
  "InternalError",
  "ServiceUnavailable",
  "OperationAborted",
  "ConditionalRequestConflict",
  "BadDigest",
  "InvalidDigest",
  "XAmzContentSHA256Mismatch",
]);
const STALE_CREDENTIALS = new Set(["ExpiredToken", "TokenRefreshRequired", "InvalidToken", "InvalidAccessKeyId"]);

const amazonHost = (region: string): string => `s3.${region}.amazonaws.com${region.startsWith("cn-") ? ".cn" : ""}`;

/** Another host of the same storage: Amazon's of another region, or the very one that was named. */
const isSameStorage = (named: URL, other: URL): boolean => {
  if (other.protocol !== named.protocol) return false;
  const amazon = /(?:^|\.)amazonaws\.com(?:\.cn)?$/;
  return other.host === named.host || (amazon.test(named.hostname) && amazon.test(other.hostname));
};

/** How far this machine's clock is from the storage's, in words; S3 refuses what is signed more than 15 minutes away. */
const skewWords = (answer: Answer, now: number): string => {
  const theirs = Date.parse(answer.headers.date ?? "");
  if (Number.isNaN(theirs)) return "this machine's clock differs from the storage's by more than 15 minutes";
  const minutes = Math.round(Math.abs(now - theirs) / 60_000);
  return `this machine's clock is ${minutes} minutes ${now > theirs ? "ahead of" : "behind"} the storage's`;
};

const retryAfterMs = (answer: Answer): number =>
  Math.min(MAX_WAIT_MS, 1000 * Number(/^\d{1,4}$/.exec(answer.headers["retry-after"] ?? "")?.[0] ?? 0));

export const createS3Client = ({ settings, dataFolder, env = process.env, backoffMs = 200, lookup }: S3ClientOptions): S3Client => {
  const { bucket, endpoint, credentials: named } = settings;
  const wireOptions = { perHost: 64, insecure: () => false, env, neighbours: false, ...(lookup === undefined ? {} : { lookup }) };
  const wire = createWire({ ...wireOptions, idleTimeoutMs: IDLE_MS });
  const metadataWire = createWire({ ...wireOptions, idleTimeoutMs: 2000 });
  const keys = createCredentials({
    wire: metadataWire,
    env,
    ...(named === undefined
      ? {}
      : { file: resolve(dataFolder, named.file), ...(named.profile === undefined ? {} : { profile: named.profile }) }),
  });
  const inHost = (settings.addressing ?? (endpoint === undefined && !bucket.includes(".") ? "host" : "path")) === "host";
  const baseOf = (region: string): URL => {
    const base = new URL(endpoint ?? `https://${amazonHost(region)}`);
    if (inHost) base.host = `${bucket}.${base.host}`;
    return base;
  };
  let { region } = settings;
  let base = baseOf(region);
  let signedWith: S3Credentials | undefined;

  const urlOf = (key: string | undefined, query: Readonly<Record<string, string>>): URL => {
    const path = [...(inHost ? [] : [bucket]), ...(key === undefined ? [] : key.split("/"))].map(percentEncoded).join("/");
    const search = canonicalQuery(query);
    return new URL(`${base.origin}/${path}${search === "" ? "" : `?${search}`}`);
  };

  const once = async ({ method, key, query = {}, headers = {}, body }: S3Request): Promise<Answer> => {
    const credentials = await keys.current();
    signedWith = credentials;
    const url = urlOf(key, query);
    const signed = signedHeaders({ credentials, region, at: new Date() }, { method, url, headers, payload: body?.sha256 ?? EMPTY_SHA256 });
    return wire.send({ method, url, headers: signed, ...(body === undefined ? {} : { body }) });
  };

  /** The bucket is elsewhere: follows where the storage points, if that is still the storage. True when another try makes sense. */
  const moved = (answer: Answer, xml: string): boolean => {
    const told = answer.headers["x-amz-bucket-region"] ?? textOf(xml, "Region");
    if (typeof told === "string" && /^[a-z0-9-]{1,40}$/i.test(told) && told !== region) {
      region = told;
      if (endpoint === undefined) base = baseOf(region);
      return true;
    }
    const location = answer.headers.location;
    if ((answer.status !== 301 && answer.status !== 307 && answer.status !== 308) || location === undefined || !URL.canParse(location))
      return false;
    const target = new URL(new URL(location).origin);
    if (!isSameStorage(base, target) || target.href === base.href) return false;
    base = target;
    return true;
  };

  const failureOf = (what: string, answer: Answer, xml: string): S3Failure => {
    const code = textOf(xml, "Code") ?? (answer.status === 404 ? "NotFound" : answer.status === 403 ? "AccessDenied" : "");
    const words =
      code === "RequestTimeTooSkewed"
        ? skewWords(answer, Date.now())
        : answer.status < 400
          ? `${answer.status}: it points to ${answer.headers.location ?? textOf(xml, "Endpoint") ?? "another place"}, which is not followed`
          : `${answer.status}${code === "" ? "" : ` ${code}`}${textOf(xml, "Message") === undefined ? "" : `: ${textOf(xml, "Message")}`}`;
    const hint = code === "RequestTimeTooSkewed" ? "Set the clock (timedatectl set-ntp true)." : hintFor(code);
    return new S3Failure(what, answer.status, code, words.slice(0, 500), hint);
  };

  const send = async (request: S3Request): Promise<Answer> => {
    const what = `${request.method} ${bucket}/${request.key ?? ""} at ${base.host}`;
    let redirects = 0;
    let renewed = false;
    for (let attempt = 1; ; attempt++) {
      let waitMs = backoffMs * 2 ** (attempt - 1);
      let failure: S3Failure;
      try {
        const answer = await once(request);
        if (answer.status >= 200 && answer.status < 300) return answer;
        const xml = Buffer.from(await readBounded(answer, MAX_ERROR_BYTES).catch(() => new Uint8Array())).toString("utf8");
        failure = failureOf(what, answer, xml);
        waitMs = Math.max(waitMs, retryAfterMs(answer));
        // 301, 307 and 400 AuthorizationHeaderMalformed name the region or the host that is the right one.
        if (answer.status < 500 && answer.status !== 404 && redirects < 3 && moved(answer, xml)) {
          redirects += 1;
          attempt -= 1;
          continue;
        }
        if (STALE_CREDENTIALS.has(failure.s3Code) && !renewed) {
          renewed = true;
          keys.forget();
          continue;
        }
        if (!PASSING_STATUS.has(answer.status) && !PASSING_CODES.has(failure.s3Code)) throw failure;
      } catch (error) {
        // What cannot be read here, or signed with, is no matter of trying again.
        if (isSeaworthyError(error)) throw error;
        failure = new S3Failure(what, 0, "", wordsOf(error), "Check that the storage runs and can be reached from here.");
      }
      if (attempt >= ATTEMPTS) throw failure;
      await wait(Math.min(MAX_WAIT_MS, waitMs) * (0.5 + Math.random() / 2));
    }
  };

  return {
    send,
    text: async (request, maxBytes = MAX_TEXT_BYTES) => {
      for (let attempt = 1; ; attempt++) {
        const answer = await send(request);
        try {
          return { text: Buffer.from(await readBounded(answer, maxBytes)).toString("utf8"), headers: answer.headers };
        } catch (error) {
          await discard(answer);
          if (isSeaworthyError(error) || attempt >= 3)
            throw new S3Failure(`${request.method} ${bucket}/${request.key ?? ""}`, 0, "", `the answer broke off: ${wordsOf(error)}`);
        }
      }
    },
    link: (key, seconds) =>
      signedWith === undefined ? undefined : presigned({ credentials: signedWith, region, at: new Date() }, urlOf(key, {}), seconds),
    close: () => {
      wire.close();
      metadataWire.close();
    },
  };
};
