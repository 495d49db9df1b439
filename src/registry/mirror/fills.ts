import { randomUUID } from "node:crypto";
import { mkdirSync, rmSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import type { Digest } from "../../core/index.ts";
import type { Answer } from "../../image/index.ts";
import type { Reached } from "../store/points.ts";
import type { Store } from "../store/store.ts";
import { type Flight, startFlight } from "./flight.ts";
import type { Count } from "../watch/index.ts";
import type { Place } from "./place.ts";
import { falseAnswer } from "./refusals.ts";
import { blobPath, type Told, type Upstream } from "./upstream.ts";

/** Of all mirrors together: each has a connection and a file. */
const MAX_FLIGHTS = 12;
/** Larger than any layer that is published; a bound for an upstream that names no size. */
const MAX_BLOB_BYTES = 64 * 1024 ** 3;
/** A stream slower than this is one that never ends: checked over each window. */
const SLOWEST_BYTES_PER_S = 1024;
const WINDOW_MS = 60_000;

/** What came of asking for a blob that is not here: a flight to read from, or what upstream said instead. */
export type Fill = { readonly kind: "flight"; readonly flight: Flight } | Exclude<Told, { readonly kind: "found" }>;

/** Blobs on their way into the store: one fetch for each, however many ask. */
export interface Fills {
  /** @param expectedBytes what a manifest says of its size */
  open(upstream: Upstream, place: Place, digest: Digest, expectedBytes: number | undefined): Promise<Fill>;
  /** Under way or waiting for their turn. */
  readonly openCount: number;
  /** Whether this one is. */
  isOpen(place: Place, digest: Digest): boolean;
  /** Resolves when none is under way any more. */
  settled(): Promise<void>;
}

/** Ends a stream that drips. */
async function* noSlowerThan(stream: Readable, bytesPerS: number, windowMs: number): AsyncGenerator<Uint8Array, void, undefined> {
  let inWindow = 0;
  const watch = setInterval(() => {
    if (inWindow < (bytesPerS * windowMs) / 1000)
      stream.destroy(new Error(`it sent ${inWindow} bytes in ${windowMs / 1000} s, which is given up`));
    inWindow = 0;
  }, windowMs);
  watch.unref();
  try {
    for await (const chunk of stream as AsyncIterable<Uint8Array>) {
      inWindow += chunk.length;
      yield chunk;
    }
  } finally {
    clearInterval(watch);
    stream.destroy();
  }
}

/** By repository: upstream may let us have it from one and not from another. */
const keyOf = ({ repository }: Place, digest: Digest): string => `${repository}@${digest}`;

export const lengthOf = ({ headers }: Answer): number | undefined => {
  const length = headers["content-length"];
  return length !== undefined && /^\d{1,15}$/.test(length) ? Number(length) : undefined;
};

/** The rest of a blob behind `offset`, from an answer that may be the whole again. */
async function* from(offset: number, answer: Answer): AsyncGenerator<Uint8Array, void, undefined> {
  let skip = answer.status === 206 ? 0 : offset;
  for await (const chunk of noSlowerThan(answer.stream, SLOWEST_BYTES_PER_S, WINDOW_MS)) {
    const kept = chunk.subarray(Math.min(skip, chunk.length));
    skip -= chunk.length - kept.length;
    if (kept.length > 0) yield kept;
  }
}

const continues = (answer: Answer, offset: number): boolean =>
  answer.status === 200 || (answer.headers["content-range"]?.startsWith(`bytes ${offset}-`) ?? false);

interface FillPorts {
  readonly dataFolder: string;
  readonly store: Store;
  readonly reserveBytes: number;
  readonly reached: Reached;
  readonly count: Count;
}

/** Fills of one data folder, in `fills/`. What a process that died left there was never a blob: it is removed at the start. */
export const createFills = ({ dataFolder, store, reserveBytes, reached, count }: FillPorts): Fills => {
  const folder = join(dataFolder, "fills");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const open = new Map<string, Promise<Fill>>();
  const flights = new Set<Flight>();
  const queue: (() => void)[] = [];
  let busy = 0;

  const slot = async (): Promise<void> => {
    if (busy < MAX_FLIGHTS) busy += 1;
    else await new Promise<void>((resolve) => queue.push(resolve));
  };
  const free = (): void => {
    const next = queue.shift();
    if (next === undefined) busy -= 1;
    else next();
  };

  const requireSpace = async (bytes: number): Promise<void> => {
    const { bavail, bsize } = await statfs(folder);
    if (bavail * bsize < reserveBytes + bytes) throw Object.assign(new Error(`${bytes} bytes would not fit`), { code: "ENOSPC" });
  };

  const begin = async (
    upstream: Upstream,
    place: Place,
    digest: Digest,
    expectedBytes: number | undefined,
    done: () => void,
  ): Promise<Fill> => {
    const told = await upstream.ask("GET", place.upstream, blobPath(digest));
    if (told.kind !== "found") return told;
    const { answer } = told;
    try {
      const sizeBytes = lengthOf(answer) ?? expectedBytes;
      if (expectedBytes !== undefined && sizeBytes !== expectedBytes)
        throw falseAnswer(upstream.host, `it announces ${sizeBytes} bytes for ${digest}; its manifest says ${expectedBytes}`);
      await requireSpace(sizeBytes ?? 0);
      const flight = await startFlight(
        digest,
        join(folder, randomUUID()),
        {
          sizeBytes,
          first: noSlowerThan(answer.stream, SLOWEST_BYTES_PER_S, WINDOW_MS),
          again: async (offset) => {
            const more = await upstream.ask("GET", place.upstream, blobPath(digest), { range: `bytes=${offset}-` });
            if (more.kind !== "found") return undefined;
            if (continues(more.answer, offset)) return from(offset, more.answer);
            more.answer.stream.destroy();
            return undefined;
          },
        },
        {
          maxBytes: MAX_BLOB_BYTES,
          reached,
          received: (bytes) => count("seaworthy_registry_mirror_fetched_bytes_total", [upstream.host], bytes),
          refuse: (why) => falseAnswer(upstream.host, why),
          place: (path, size) => store.blobs.store(place.repository, digest, path, size, "mirror"),
        },
      );
      flights.add(flight);
      flight.landed
        .catch(() => count("seaworthy_registry_mirror_failed_fetches_total", [upstream.host]))
        .finally(() => {
          flights.delete(flight);
          done();
        });
      return { kind: "flight", flight };
    } catch (error) {
      answer.stream.destroy();
      throw error;
    }
  };

  return {
    open: (upstream, place, digest, expectedBytes) => {
      const key = keyOf(place, digest);
      const known = open.get(key);
      if (known !== undefined) return known;
      const done = (): void => {
        open.delete(key);
        free();
      };
      const fill = slot().then(() =>
        begin(upstream, place, digest, expectedBytes, done).then(
          (begun) => {
            if (begun.kind !== "flight") done();
            return begun;
          },
          (error: unknown) => {
            done();
            throw error;
          },
        ),
      );
      open.set(key, fill);
      return fill;
    },
    get openCount() {
      return open.size;
    },
    isOpen: (place, digest) => open.has(keyOf(place, digest)),
    settled: async () => {
      await Promise.allSettled([...flights].map(({ landed }) => landed));
    },
  };
};
