import { request as httpRequest } from "node:http";
import type { Duplex } from "node:stream";
import { forTerminal, wordsOf } from "../../core/index.ts";

/** One request that shows whether the service does its work. */
export interface SmokeRequest {
  readonly method: string;
  readonly path: string;
  /** Absent: the first port that speaks HTTP. */
  readonly port?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** The status that counts as right; absent: the one it had in the baseline. */
  readonly expect?: number;
}

/** What came back. No answer is an outcome too. */
export interface SmokeAnswer {
  readonly status?: number;
  /** The first 2 KB. */
  readonly body?: string;
  readonly error?: string;
  readonly tookMs: number;
}

export type Dial = () => Promise<Duplex>;

const MAX_BODY_BYTES = 2048;

/** What Node's client calls on the sockets it is given and a plain stream does not have. */
export const socketLike = (stream: Duplex): Duplex => {
  const same = (): Duplex => stream;
  for (const name of ["setTimeout", "setNoDelay", "setKeepAlive", "ref", "unref"])
    if (!(name in stream)) Object.assign(stream, { [name]: same });
  return stream;
};

/** Sends a request over a connection of its own. Never rejects. `raw`: the body as it came, credentials included: to be looked through and never shown. */
export const ask = async (
  dial: Dial,
  { method, path, headers, body }: SmokeRequest,
  { timeoutMs = 5000, signal, raw = false }: { readonly timeoutMs?: number; readonly signal?: AbortSignal; readonly raw?: boolean } = {},
): Promise<SmokeAnswer> => {
  const begun = performance.now();
  const tookMs = (): number => Math.round(performance.now() - begun);
  const late = AbortSignal.timeout(Math.ceil(timeoutMs));
  const ended = signal === undefined ? late : AbortSignal.any([late, signal]);
  let stream: Duplex | undefined;
  try {
    stream = socketLike(await dial());
    const connection = stream;
    return await new Promise<SmokeAnswer>((resolve, reject) => {
      ended.addEventListener("abort", () => reject(new Error(late.aborted ? `no answer within ${timeoutMs} ms` : "stopped")), {
        once: true,
      });
      connection.on("error", reject);
      const call = httpRequest(
        {
          method,
          path,
          headers: { host: "localhost", "user-agent": "seaworthy-trial", connection: "close", ...headers },
          createConnection: () => connection,
        },
        (response) => {
          const chunks: Buffer[] = [];
          let length = 0;
          response.on("data", (chunk: Buffer) => {
            if (length < MAX_BODY_BYTES) chunks.push(chunk.subarray(0, MAX_BODY_BYTES - length));
            length += chunk.length;
          });
          response.on("error", reject);
          response.on("end", () =>
            resolve({
              status: response.statusCode ?? 0,
              body: raw ? Buffer.concat(chunks).toString("utf8") : forTerminal(Buffer.concat(chunks).toString("utf8")),
              tookMs: tookMs(),
            }),
          );
        },
      );
      call.on("error", reject);
      call.end(body);
    });
  } catch (error) {
    return { error: forTerminal(wordsOf(error)).slice(0, 300), tookMs: tookMs() };
  } finally {
    stream?.destroy();
  }
};
