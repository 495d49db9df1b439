import { request as httpRequest } from "node:http";

/** Why a request did not count: a status outside 2xx; a connection cut before the answer's head; no connection (refused, no way there); no whole answer in time; a body that is not what was asked for; an answer cut after its head. */
export const failureKinds = ["status", "reset", "refused", "timeout", "badBody", "truncated"] as const;
export type FailureKind = (typeof failureKinds)[number];

export interface Failure {
  readonly kind: FailureKind;
  readonly detail: string;
  readonly method: string;
  readonly path: string;
  /** Milliseconds since the epoch. */
  readonly atMs: number;
}

/** What came to its end between two marks, or between the first mark and the start, or the last mark and the end. */
export interface Window {
  readonly fromAtMs: number;
  readonly toAtMs: number;
  /** Requests that got their outcome in this time. */
  readonly requests: number;
  readonly failed: number;
  readonly latencyMs: Latency;
  /** By the header `x-version`, in order of appearance. */
  readonly versions: readonly string[];
  /** When each of them gave its first and its last right answer of this window. */
  readonly answered: Readonly<Record<string, { readonly firstAtMs: number; readonly lastAtMs: number }>>;
}

/** Of the requests that succeeded, those to /slow left out; from sending to the end of the answer. Milliseconds. */
export interface Latency {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

/** What one run of the load client saw. Times are milliseconds since the epoch where named `...AtMs`, durations elsewhere. */
export interface Ledger {
  /** The prefix of this run's order ids. */
  readonly run: string;
  readonly seconds: number;
  readonly requests: number;
  readonly ok: number;
  readonly failed: Readonly<Record<FailureKind, number>> & { readonly total: number };
  /** Answers by status. */
  readonly statuses: Readonly<Record<string, number>>;
  /** The first twenty failures. */
  readonly failures: readonly Failure[];
  readonly latencyMs: Latency;
  /** One more than there were marks: together they are the whole run. */
  readonly windows: readonly Window[];
  /** By the header `x-version`, in order of appearance. */
  readonly versions: readonly { readonly version: string; readonly count: number; readonly firstAtMs: number; readonly lastAtMs: number }[];
  /** TCP connections opened; with nothing to close them, as many as `connections`. */
  readonly opened: number;
  readonly sentIds: readonly string[];
  /** Posts that were answered with the right body, `seen: 1`. */
  readonly acknowledgedIds: readonly string[];
}

export interface LedgerCheck {
  /** Every acknowledged id is in the app exactly once, and the app has no id of this run twice or that was never sent. */
  readonly ok: boolean;
  readonly acknowledged: number;
  readonly inApp: number;
  readonly missing: readonly string[];
  readonly twice: readonly string[];
  readonly unknown: readonly string[];
  /** Sent, not acknowledged, yet in the app: the request took effect and its answer was lost. */
  readonly inDoubt: readonly string[];
}

const pageSize = 5000;

/** Compares a run with the ledger that the app keeps (`GET /orders?prefix=`). `host` is the Host header when `url` is a proxy's address. */
export async function verifyLedger(url: string, ledger: Ledger, options: { host?: string } = {}): Promise<LedgerCheck> {
  const seen = new Map<string, number>();
  for (let after = ""; ;) {
    const query = new URLSearchParams({ prefix: `${ledger.run}-`, after, limit: String(pageSize) });
    const { ids } = (await getJson(new URL(`/orders?${query.toString()}`, url), options.host)) as { ids: [string, number][] };
    for (const [id, times] of ids) seen.set(id, times);
    after = ids.at(-1)?.[0] ?? "";
    if (ids.length < pageSize) break;
  }
  const sent = new Set(ledger.sentIds);
  const acknowledged = new Set(ledger.acknowledgedIds);
  const missing = [...acknowledged].filter((id) => !seen.has(id));
  const twice = [...seen].filter(([, times]) => times !== 1).map(([id]) => id);
  const unknown = [...seen.keys()].filter((id) => !sent.has(id));
  const inDoubt = [...seen.keys()].filter((id) => sent.has(id) && !acknowledged.has(id));
  return {
    ok: missing.length + twice.length + unknown.length === 0,
    acknowledged: acknowledged.size,
    inApp: seen.size,
    missing,
    twice,
    unknown,
    inDoubt,
  };
}

function getJson(url: URL, host?: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      url,
      { agent: false, timeout: 10_000, headers: { accept: "application/json", ...(host ? { host } : {}) } },
      (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (chunk: string) => (text += chunk));
        response.on("error", reject);
        response.on("end", () => {
          if (response.statusCode !== 200)
            return reject(new Error(`GET ${url.href} answered ${response.statusCode}: ${text.slice(0, 200)}`));
          try {
            resolve(JSON.parse(text));
          } catch (error) {
            reject(new Error(`GET ${url.href} answered what is not JSON`, { cause: error }));
          }
        });
      },
    );
    request.on("timeout", () => request.destroy(new Error(`GET ${url.href} did not answer within 10 s`)));
    request.on("error", reject);
    request.end();
  });
}
