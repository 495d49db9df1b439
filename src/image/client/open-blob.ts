import { type Digest, isSeaworthyError, SeaworthyError } from "../../core/index.ts";
import { verified } from "../verified.ts";
import { refusal, unreachable } from "./failure.ts";
import { type Answer, discard } from "./http.ts";
import { fromPlaces } from "./places.ts";
import { scopeOf, type Session } from "./session.ts";
import type { OpenBlob, OpenBlobOptions, Repository } from "./types.ts";

/** A connection that breaks after so many new bytes was worth having: the count of tries begins anew (as containers/image does, body_reader.go). */
const WORTH_BYTES = 1024 * 1024;
const FIRST_WAIT_MS = 200;
const LONGEST_WAIT_MS = 30_000;

const RANGE = /^bytes (\d+)-(\d+)\/(\d+|\*)$/;

interface Part {
  readonly answer: Answer;
  /** Where these bytes begin: 0 where the registry does not know ranges. */
  readonly startBytes: number;
  readonly sizeBytes: number | undefined;
}

const lengthOf = (answer: Answer): number | undefined => {
  const told = answer.headers["content-length"];
  return told !== undefined && /^\d{1,15}$/.test(told) ? Number(told) : undefined;
};

const readPart = (answer: Answer, startBytes: number, tried: string): Part => {
  if (answer.status === 200) return { answer, startBytes: 0, sizeBytes: lengthOf(answer) };
  const told = answer.headers["content-range"] ?? "";
  const [, start = "", , total = ""] = RANGE.exec(told) ?? [];
  if (start !== String(startBytes)) {
    answer.stream.destroy();
    throw new SeaworthyError(
      "REGISTRY_REFUSED",
      `${tried}: asked for the bytes from ${startBytes} on, the registry sends "${told.slice(0, 100)}"`,
    );
  }
  return { answer, startBytes, sizeBytes: total === "*" ? undefined : Number(total) };
};

const triedOn = ({ registry, repository }: Repository, digest: Digest): string => `pull blob ${digest} from ${registry}/${repository}`;

const ask = async (session: Session, repository: Repository, digest: Digest, startBytes: number, attempts: number): Promise<Part> => {
  const tried = triedOn(repository, digest);
  const answer = await session.ask({
    ...repository,
    attempts,
    scopes: [scopeOf(repository, "pull")],
    method: "GET",
    at: `${repository.repository}/blobs/${digest}`,
    // Digest and ranges are of the bytes as stored; a compressed answer would be others.
    headers: { "accept-encoding": "identity", ...(startBytes === 0 ? {} : { range: `bytes=${startBytes}-` }) },
    tried,
  });
  if (answer.status === 200 || (answer.status === 206 && startBytes > 0)) return readPart(answer, startBytes, tried);
  throw await refusal(answer, tried, repository);
};

/** Drops what is known already, where the registry sent the whole again. */
async function* from(part: Part, startBytes: number): AsyncGenerator<Uint8Array, void, undefined> {
  let left = startBytes - part.startBytes;
  for await (const chunk of part.answer.stream) {
    const bytes: Uint8Array = chunk;
    if (left >= bytes.length) {
      left -= bytes.length;
      continue;
    }
    yield left === 0 ? bytes : bytes.subarray(left);
    left = 0;
  }
}

/**
 * Opens a blob at a byte, without checking what comes: `verified` does. A connection that breaks is begun again by Range (RFC 9110 section 14)
 * where it broke, as long as there is progress.
 * @throws IMAGE_NOT_FOUND, REGISTRY_REFUSED, REGISTRY_UNREACHABLE; the bytes throw the same
 */
export const openBlob = (session: Session, repository: Repository, digest: Digest, options: OpenBlobOptions = {}): Promise<OpenBlob> =>
  fromPlaces(session, { ...repository, digest }, async (place, attempts) => {
    const first = await ask(session, place, digest, options.startBytes ?? 0, attempts);
    return resumed(session, repository, digest, options, first);
  });

const resumed = (session: Session, repository: Repository, digest: Digest, options: OpenBlobOptions, first: Part): OpenBlob => {
  const startBytes = options.startBytes ?? 0;
  const tried = triedOn(repository, digest);
  const sizeBytes = first.sizeBytes ?? options.sizeBytes;

  const again = async (at: number, failures: number, error: unknown): Promise<Part> => {
    if (session.signal?.aborted === true || isSeaworthyError(error) || failures >= session.attempts) throw unreachable(error, tried);
    await session.clock.sleep(Math.min(FIRST_WAIT_MS * 2 ** (failures - 1), LONGEST_WAIT_MS), session.signal);
    // A mirror that breaks twice without giving anything is left: the same digest is the same bytes at the registry itself.
    const [home] = session.places({ ...repository, digest }).slice(-1);
    const next =
      failures > 1 && home !== undefined
        ? await ask(session, home, digest, at, session.attempts)
        : await fromPlaces(session, { ...repository, digest }, (place, attempts) => ask(session, place, digest, at, attempts));
    if (next.sizeBytes !== undefined && sizeBytes !== undefined && next.sizeBytes !== sizeBytes) {
      await discard(next.answer, 0);
      throw new SeaworthyError("REGISTRY_REFUSED", `${tried}: it had ${sizeBytes} bytes, and now it has ${next.sizeBytes}`);
    }
    return next;
  };

  const bytes = async function* (): AsyncGenerator<Uint8Array, void, undefined> {
    let part = first;
    let at = startBytes;
    let failedAt = startBytes;
    let failures = 0;
    try {
      for (;;) {
        try {
          for await (const chunk of from(part, at)) {
            at += chunk.length;
            options.onBytes?.(chunk.length);
            yield chunk;
          }
          if (sizeBytes === undefined || at >= sizeBytes) return;
          throw new Error(`the connection ended after ${at} of ${sizeBytes} bytes`);
        } catch (error) {
          part.answer.stream.destroy();
          failures = at - failedAt >= WORTH_BYTES ? 1 : failures + 1;
          failedAt = at;
          part = await again(at, failures, error);
        }
      }
    } finally {
      part.answer.stream.destroy();
    }
  };
  return { sizeBytes, bytes: bytes(), close: () => first.answer.stream.destroy() };
};

/** A whole blob, size and digest checked before its last bytes are handed out. */
export async function* readVerifiedBlob(
  session: Session,
  repository: Repository,
  digest: Digest,
  options: Omit<OpenBlobOptions, "startBytes"> = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  const { bytes } = await openBlob(session, repository, digest, options);
  const size = options.sizeBytes === undefined ? {} : { size: options.sizeBytes };
  yield* verified(bytes, { digest, ...size }, `${repository.registry}/${repository.repository}`);
}
