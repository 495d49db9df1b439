import { request } from "node:http";
import type { Readable } from "node:stream";
import { forTerminal, wordsOf } from "../../core/index.ts";
import { getH2c } from "./h2c.ts";

export interface ProbeTarget {
  /** An IP address of the container, reachable from here. */
  readonly address: string;
  readonly port: number;
  /** Path and query. */
  readonly path: string;
  /** The Host header. Default: the address. */
  readonly host?: string;
  /** Absent: HTTP/1.1. */
  readonly protocol?: "h2c";
  /** For connecting, headers and body together. Default 5 s. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** What came back. Not being ready is an expected outcome, so it is a value. */
export interface ProbeAnswer {
  /** A status from 200 to 399 came within the time. */
  readonly ready: boolean;
  readonly status?: number;
  /** The first 2 KB of the body, without control characters and credentials. */
  readonly body?: string;
  /** Why there was no status: refused, timed out, no HTTP. */
  readonly error?: string;
  readonly tookMs: number;
}

const MAX_BODY_BYTES = 2048;

const readExcerpt = async (response: Readable): Promise<string> => {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of response) {
      const bytes: Buffer = Buffer.from(chunk);
      chunks.push(bytes.subarray(0, MAX_BODY_BYTES - length));
      length += bytes.length;
      if (length >= MAX_BODY_BYTES) break;
    }
  } catch {
    // The status has been given; a body that is cut off takes nothing away from it.
  }
  return forTerminal(Buffer.concat(chunks).toString("utf8"));
};

/** One GET on a connection of its own, redirects not followed: a redirect is an answer. Never rejects, but for the caller's signal. */
export const probeHttp = (target: ProbeTarget): Promise<ProbeAnswer> => {
  const timeoutMs = target.timeoutMs ?? 5000;
  const begun = performance.now();
  const took = (): number => Math.round(performance.now() - begun);
  target.signal?.throwIfAborted();
  return new Promise((resolve, reject) => {
    const late = AbortSignal.timeout(timeoutMs);
    const signal = target.signal === undefined ? late : AbortSignal.any([late, target.signal]);
    const failed = (error: unknown): void => {
      if (target.signal?.aborted === true) reject(target.signal.reason);
      else
        resolve({
          ready: false,
          error: late.aborted ? `no answer within ${timeoutMs} ms` : forTerminal(wordsOf(error)).slice(0, 300),
          tookMs: took(),
        });
    };
    const answered = async (status: number, response: Readable, close: () => void): Promise<void> => {
      const body = await readExcerpt(response);
      close();
      resolve({ ready: status >= 200 && status < 400, status, ...(body === "" ? {} : { body }), tookMs: took() });
    };
    if (target.protocol === "h2c") {
      getH2c(`http://${target.address}:${target.port}`, target.path, target.host ?? target.address, signal).then(
        ({ status, body, close }) => answered(status, body, close),
        failed,
      );
      return;
    }
    try {
      const call = request(
        {
          host: target.address,
          port: target.port,
          path: target.path,
          agent: false,
          signal,
          headers: { host: target.host ?? target.address, "user-agent": "seaworthy-probe", accept: "*/*", connection: "close" },
        },
        (response) => void answered(response.statusCode ?? 0, response, () => response.destroy()),
      );
      call.on("error", failed);
      call.end();
    } catch (error) {
      failed(error);
    }
  });
};
