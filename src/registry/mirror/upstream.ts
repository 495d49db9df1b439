import { type Clock, type Digest, forTerminal, isSeaworthyError, wordsOf } from "../../core/index.ts";
import { type Answer, createSession, discard, MEDIA, readBounded, scopeOf } from "../../image/index.ts";
import type { LookupFunction } from "node:net";
import { guardedLookup } from "./guarded-lookup.ts";
import { createStanding, type Standing } from "./standing.ts";
import type { MirrorSettings } from "./settings.ts";
import type { Count } from "../watch/index.ts";

/** What came of a question to the upstream. Only its own 404 is `missing`; whatever else went wrong says nothing about whether the image exists. */
export type Told =
  | { readonly kind: "found"; readonly answer: Answer }
  | { readonly kind: "missing" }
  | { readonly kind: "denied"; readonly why: string }
  | Away;

/** The upstream cannot be asked now. `limited`: it says that we ask too often. */
export interface Away {
  readonly kind: "away";
  readonly why: string;
  readonly limited: boolean;
  readonly retryAfterMs: number;
}

/** One upstream registry. Nothing of the request that is being served goes there: no header, no credential, no query. */
export interface Upstream {
  readonly host: string;
  /** What it said of its rate limit, and whether it is being left alone. */
  readonly standing: Standing;
  /** One request. A failed connection that had been kept alive is tried once more. */
  ask(method: "GET" | "HEAD", repository: string, path: string, headers?: Readonly<Record<string, string>>): Promise<Told>;
  /** Closes its connections when what it answers now has been read to its end. */
  retire(): void;
  close(): void;
}

const MAX_ERROR_BYTES = 64 * 1024;
/** Silence after which upstream counts as away. */
const IDLE_MS = 30_000;

/** What manifests are asked for as: everything that is one, so that upstream converts nothing. */
export const ACCEPT_MANIFESTS: Readonly<Record<string, string>> = {
  accept: [MEDIA.ociIndex, MEDIA.ociManifest, MEDIA.dockerList, MEDIA.dockerManifest].join(", "),
};

const wordsFrom = async (answer: Answer): Promise<string> => {
  const body = await readBounded(answer, MAX_ERROR_BYTES).catch(() => new Uint8Array());
  const text = Buffer.from(body).toString("utf8");
  const message = /"message"\s*:\s*"((?:[^"\\]|\\.){1,300})"/.exec(text)?.[1] ?? "";
  return `${answer.status}${message === "" ? "" : `: ${forTerminal(message)}`}`;
};

const wasReset = (error: unknown): boolean =>
  isSeaworthyError(error) && ["ECONNRESET", "EPIPE"].includes((error.cause as NodeJS.ErrnoException | undefined)?.code ?? "");

export const createUpstream = (
  settings: MirrorSettings,
  ports: { readonly clock: Clock; readonly lookup?: LookupFunction; readonly signal: AbortSignal; readonly count: Count },
): Upstream => {
  const { upstream: host } = settings;
  const standing = createStanding(ports.clock);
  const own = new URL(`http://${host}`).hostname;
  const session = createSession({
    attempts: 1,
    idleTimeoutMs: IDLE_MS,
    clock: ports.clock,
    signal: ports.signal,
    credentials: settings.credentials ?? (async () => undefined),
    plainHttp: settings.plainHttp === true ? [host] : [],
    trustedRealms: settings.trustedRealms ?? [],
    neighbours: false,
    lookup: guardedLookup((name) => settings.internal === true && name === own, ports.lookup),
  });

  const away = (why: string, limited: boolean, waitMs: number): Away => {
    standing.leaveAlone(why, limited, waitMs);
    return { kind: "away", why, limited, retryAfterMs: waitMs };
  };

  let isRetired = false;
  let answering = 0;
  const over = (): void => {
    answering -= 1;
    if (isRetired && answering === 0) session.close();
  };
  /** Counts until the last byte of an answer that has a body for us. */
  const counted = async (asked: Promise<Told>): Promise<Told> => {
    answering += 1;
    const told = await asked.catch((error: unknown) => {
      over();
      throw error;
    });
    if (told.kind !== "found" || told.answer.stream.closed) over();
    else told.answer.stream.once("close", over);
    return told;
  };

  const ask: Upstream["ask"] = async (method, repository, path, headers = {}) => {
    const tried = `${method} ${repository}/${path} of ${host}`;
    const scopes = [scopeOf({ registry: host, repository }, "pull")];
    const send = (): Promise<Answer> =>
      session.ask({
        registry: host,
        scopes,
        method,
        at: `${repository}/${path}`,
        headers: { "accept-encoding": "identity", ...headers },
        tried,
      });
    let answer: Answer;
    try {
      answer = await send().catch((error: unknown) => {
        // It closed a kept connection just as we used it.
        if (wasReset(error)) return send();
        throw error;
      });
    } catch (error) {
      const words = forTerminal(wordsOf(error)).slice(0, 500);
      // A token service that refuses, a redirect that must not be followed: the upstream is there, and asking again changes nothing soon.
      if (isSeaworthyError(error) && error.code === "REGISTRY_REFUSED") return { kind: "denied", why: words };
      return away(words, error instanceof Error && /answered 429/.test(error.message), standing.pauseMs());
    }
    standing.heard(answer.headers);
    if (answer.status === 200 || answer.status === 206) {
      standing.answered();
      return { kind: "found", answer };
    }
    if (answer.status === 404) {
      await discard(answer);
      standing.answered();
      return { kind: "missing" };
    }
    const why = `${host} answered ${await wordsFrom(answer)}`;
    if (answer.status === 429) return away(why, true, standing.retryAfterMs(answer.headers["retry-after"]));
    if (answer.status >= 500 || answer.status === 408) return away(why, false, standing.pauseMs(answer.headers["retry-after"]));
    standing.answered();
    return { kind: "denied", why };
  };

  return {
    host,
    standing,
    ask: async (...asked) => {
      const result = (kind: string): void => ports.count("seaworthy_registry_mirror_upstream_requests_total", [host, asked[0], kind]);
      const waiting = standing.waiting();
      if (waiting !== undefined) {
        result("waited");
        return waiting;
      }
      const told = await counted(ask(...asked));
      result(told.kind);
      return told;
    },
    retire: () => {
      isRetired = true;
      if (answering === 0) session.close();
    },
    close: () => session.close(),
  };
};

export const manifestPath = (reference: string): string => `manifests/${reference}`;
export const blobPath = (digest: Digest): string => `blobs/${digest}`;
