import { forTerminal, isSeaworthyError, wordsOf } from "../../core/index.ts";
import { type Answer, createWire, discard, follow, readBounded, retryAfterMs, type Wire } from "../../image/index.ts";
import { MirrorError } from "./mirror-error.ts";

/** Silence after which a connection is given up. */
const IDLE_TIMEOUT_MS = 30_000;
const PER_HOST = 8;

/** Reads files from servers as the image client does: through the environment's proxies, with the system's and docker's authorities. */
export interface Remote {
  /** An answer of 200, 206, 304 or 416. @throws MirrorError */
  ask(url: URL, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  /** A small file. @throws MirrorError, also when it is larger than `maxBytes` */
  read(url: URL, maxBytes: number): Promise<Buffer>;
  close(): void;
}

export interface RemoteOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal | undefined;
  readonly idleTimeoutMs?: number;
}

const TAKEN = new Set([200, 206, 304, 416]);

const isAborted = (error: unknown): boolean => error instanceof Error && error.name === "AbortError";

/** A failure of the connection, in words that name the place. What the user ended, and what has a code other than the registry's, passes. */
export const brokenBy = (error: unknown, url: URL): unknown => {
  if (isAborted(error) || error instanceof MirrorError) return error;
  if (isSeaworthyError(error) && !error.code.startsWith("REGISTRY_") && error.code !== "INPUT_TOO_LARGE") return error;
  return new MirrorError("broken", `${url.host}${url.pathname}: ${forTerminal(wordsOf(error)) || "the connection failed"}`, {
    cause: error,
  });
};

export const openRemote = ({ env, signal, idleTimeoutMs = IDLE_TIMEOUT_MS }: RemoteOptions): Remote => {
  const wire: Wire = createWire({
    idleTimeoutMs,
    perHost: PER_HOST,
    insecure: () => false,
    neighbours: true,
    env,
    ...(signal === undefined ? {} : { signal }),
  });
  const ask: Remote["ask"] = async (url, headers = {}) => {
    let answer: Answer;
    try {
      // Bytes as they lie there: sizes, ranges and digests are theirs.
      answer = await follow((call) => wire.send(call), { method: "GET", url, headers: { "accept-encoding": "identity", ...headers } });
    } catch (error) {
      throw brokenBy(error, url);
    }
    const { status } = answer;
    if (TAKEN.has(status)) return answer;
    await discard(answer);
    const words = `${url.host}${url.pathname} answered ${status}`;
    if (status === 404 || status === 410) throw new MirrorError("missing", words);
    if (status === 408 || status === 429 || status >= 500)
      throw new MirrorError("busy", words, { retryAfterMs: retryAfterMs(answer.headers["retry-after"], Date.now()) });
    throw new MirrorError("broken", words);
  };
  return {
    ask,
    read: async (url, maxBytes) => {
      const answer = await ask(url);
      try {
        return Buffer.from(await readBounded(answer, maxBytes));
      } catch (error) {
        throw brokenBy(error, url);
      }
    },
    close: () => wire.close(),
  };
};
