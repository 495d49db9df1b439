import { isNetwork } from "../core/index.ts";

/** What one service takes at most from its clients, and how long anything may last. What is absent is unlimited, or as the proxy has it by default. */
export interface Limits {
  /** Largest request body. */
  readonly bodyBytes?: number;
  /** A body of unknown length passes, whatever `bodyBytes` says. Absent: it is refused where it is larger than MEASURED_BYTES. */
  readonly unmeasured?: true;
  /** Requests of one client address within a sliding window. */
  readonly rate?: { readonly requests: number; readonly seconds: number };
  /** Requests of one client address under way at once. */
  readonly perClient?: number;
  /** Requests under way at once on one replica; more wait, as long as `queueMs`. */
  readonly perReplica?: number;
  readonly timeouts?: Timeouts;
}

/** Milliseconds, whole seconds or less. */
export interface Timeouts {
  /** Until a replica takes the connection. Default 2 s. */
  readonly connectMs?: number;
  /** Until a request's head is there. The proxy learns only from it which service is meant, so the longest that any service asks for holds. Default 30 s. */
  readonly headerMs?: number;
  /** Between two signs of life of a replica that answers. Default 60 s. */
  readonly answerMs?: number;
  /** Of an upgraded connection (WebSocket) in which nothing moves. Default 1 h. */
  readonly idleMs?: number;
  /** For a replica to have room. Default 10 s. */
  readonly queueMs?: number;
}

/** So much of a body without a length is looked at before it is let through: half of what HAProxy's buffer holds. */
export const MEASURED_BYTES = 8192;

/** Shown while a service is closed for maintenance. */
export interface MaintenancePage {
  /** HTML; absent: a page of ours. */
  readonly html?: string;
  /** What clients are told to wait. */
  readonly retrySeconds: number;
  /** Who is served all the same. */
  readonly allow?: {
    /** Addresses and networks, as `10.0.0.0/8` or `2001:db8::1`. */
    readonly addresses?: readonly string[];
    /** SHA-256, in hexadecimal, of what the header X-Seaworthy-Maintenance must say. */
    readonly keySha256?: string;
  };
}

/** HAProxy answers out of one buffer of 16 KiB, of which it keeps a part for itself and the head. */
export const MAX_PAGE_BYTES = 14_000;

/** Somebody's word about a service, outside of any release: it holds until it is taken back. */
export interface Word {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly who: string;
  readonly why: string;
}

export interface ByHand {
  /** Closed for maintenance. */
  readonly closed?: Word;
  /** Requests wait, at most so many of them, until that second since the epoch. */
  readonly paused?: Word & { readonly untilSeconds: number; readonly requests: number };
}

const isWhole = (value: unknown, least: number, most: number): boolean =>
  typeof value === "number" && Number.isInteger(value) && value >= least && value <= most;

const HOUR_MS = 3_600_000;

/** Whether it says nothing else than numbers within what HAProxy takes. */
export const isLimits = ({ bodyBytes, rate, perClient, perReplica, timeouts = {} }: Limits): boolean =>
  (bodyBytes === undefined || isWhole(bodyBytes, 0, Number.MAX_SAFE_INTEGER)) &&
  (rate === undefined || (isWhole(rate?.requests, 1, 1_000_000) && isWhole(rate.seconds, 1, 86_400))) &&
  (perClient === undefined || isWhole(perClient, 1, 1_000_000)) &&
  (perReplica === undefined || isWhole(perReplica, 1, 1_000_000)) &&
  Object.values(timeouts).every((ms) => isWhole(ms, 1, 24 * HOUR_MS));

export const isMaintenancePage = ({ html, retrySeconds, allow = {} }: MaintenancePage): boolean =>
  (html === undefined || (typeof html === "string" && Buffer.byteLength(html) <= MAX_PAGE_BYTES)) &&
  isWhole(retrySeconds, 1, 604_800) &&
  (allow.addresses === undefined ||
    (Array.isArray(allow.addresses) &&
      allow.addresses.length <= 100 &&
      allow.addresses.every((one) => typeof one === "string" && isNetwork(one)))) &&
  (allow.keySha256 === undefined || /^[0-9a-f]{64}$/.test(allow.keySha256));

const isWord = (word: Partial<Word>): boolean =>
  typeof word.at === "number" && typeof word.who === "string" && typeof word.why === "string";

export const isByHand = ({ closed, paused }: ByHand): boolean =>
  (closed === undefined || isWord(closed)) &&
  (paused === undefined ||
    (isWord(paused) && isWhole(paused.untilSeconds, 1, Number.MAX_SAFE_INTEGER) && isWhole(paused.requests, 1, 100_000)));
