import { type Clock, type Digest, isDigest, isSeaworthyError } from "../../core/index.ts";
import {
  type Answer,
  discard,
  hasDigest,
  type Index,
  type Manifest,
  MAX_MANIFEST_BYTES,
  parseManifest,
  readBounded,
} from "../../image/index.ts";
import { Refusal } from "../refusal.ts";
import type { StoredManifest } from "../store/manifests.ts";
import type { Store } from "../store/store.ts";
import type { Place } from "./place.ts";
import { falseAnswer, refusalOf } from "./refusals.ts";
import { ACCEPT_MANIFESTS, manifestPath, type Told, type Upstream } from "./upstream.ts";

/** A manifest, and for how long nobody could ask upstream whether it still is the one. */
export interface MirroredManifest extends StoredManifest {
  /** Whether its bytes were here or came for this. */
  readonly came: "hit" | "fetched";
  /** Where upstream could not be asked now: why, and how long ago it last said so. */
  readonly stale?: { readonly why: string; readonly ageMs: number };
}

export interface MirroredManifests {
  /** By tag or digest. One request upstream at most, except where a tag has moved. @throws Refusal 404 when upstream says so, 403, 429, 502, 503 */
  get(upstream: Upstream, place: Place, reference: string, freshForMs: number): Promise<MirroredManifest>;
}

type NotFound = Exclude<Told, { readonly kind: "found" }>;

/** Bounds what is remembered of tags; what is forgotten is asked for again. */
const MAX_CHECKS = 20_000;

const digestFrom = ({ headers }: Answer): Digest | undefined => {
  const told = headers["docker-content-digest"];
  return typeof told === "string" && isDigest(told) ? told : undefined;
};

/** The manifest of an answer, if it is one and the one. @throws 502 */
const readManifest = async (host: string, answer: Answer, wanted: Digest | undefined): Promise<Manifest | Index> => {
  try {
    const bytes = await readBounded(answer, MAX_MANIFEST_BYTES);
    const expected = wanted ?? digestFrom(answer);
    if (expected !== undefined && !hasDigest(bytes, expected)) throw falseAnswer(host, `bytes that do not have the digest ${expected}`);
    const mediaType = answer.headers["content-type"]?.split(";")[0]?.trim();
    return parseManifest(bytes, {
      ...(mediaType === undefined || mediaType === "" ? {} : { mediaType }),
      ...(expected === undefined ? {} : { digest: expected }),
    });
  } catch (error) {
    if (isSeaworthyError(error)) throw falseAnswer(host, error.message);
    throw error;
  }
};

export const createMirroredManifests = (store: Store, clock: Clock, log: (message: string) => void): MirroredManifests => {
  const checks = new Map<string, number>();
  const asking = new Map<string, Promise<MirroredManifest>>();

  const checked = (key: string): void => {
    checks.delete(key);
    checks.set(key, clock.now());
    const [oldest] = checks.keys();
    if (checks.size > MAX_CHECKS && oldest !== undefined) checks.delete(oldest);
  };
  const missing = (place: Place, reference: string): Refusal =>
    new Refusal(404, "MANIFEST_UNKNOWN", `${place.upstream} has no manifest ${reference} upstream`);

  const here = (place: Place, reference: string): MirroredManifest | undefined => {
    const found = store.manifests.get(place.repository, reference);
    return found === undefined ? undefined : { ...found, came: "hit" };
  };

  const fetchManifest = async (upstream: Upstream, place: Place, reference: string): Promise<MirroredManifest | NotFound> => {
    const told = await upstream.ask("GET", place.upstream, manifestPath(reference), ACCEPT_MANIFESTS);
    if (told.kind !== "found") return told;
    const wanted = isDigest(reference) ? reference : undefined;
    let manifest: Manifest | Index;
    try {
      manifest = await readManifest(upstream.host, told.answer, wanted);
    } catch (error) {
      if (error instanceof Refusal) throw error;
      return { kind: "away", why: "its answer broke off", limited: false, retryAfterMs: 1000 };
    } finally {
      told.answer.stream.destroy();
    }
    const before = wanted === undefined ? store.manifests.get(place.repository, reference) : undefined;
    if (before !== undefined && before.digest !== manifest.digest)
      log(`${upstream.host} moved ${place.upstream}:${reference} from ${before.digest} to ${manifest.digest}`);
    store.manifests.put(place.repository, manifest, wanted === undefined ? [reference] : [], "mirror");
    return { digest: manifest.digest, mediaType: manifest.mediaType, bytes: manifest.bytes, came: "fetched" };
  };

  /** What a tag that is here stands for now. HEAD first: it does not count against Docker Hub's limit, GET does. */
  const refresh = async (upstream: Upstream, place: Place, tag: string, known: MirroredManifest): Promise<MirroredManifest | NotFound> => {
    const told = await upstream.ask("HEAD", place.upstream, manifestPath(tag), ACCEPT_MANIFESTS);
    if (told.kind !== "found") return told;
    await discard(told.answer);
    if (digestFrom(told.answer) === known.digest) return known;
    return upstream.standing.spent() ?? fetchManifest(upstream, place, tag);
  };

  const byTag = async (upstream: Upstream, place: Place, tag: string, freshForMs: number): Promise<MirroredManifest> => {
    const key = `${place.repository}:${tag}`;
    const known = here(place, tag);
    const checkedAt = checks.get(key);
    if (known !== undefined && checkedAt !== undefined && clock.now() - checkedAt < freshForMs) return known;
    const told = await (known === undefined ? fetchManifest(upstream, place, tag) : refresh(upstream, place, tag, known));
    if (!("kind" in told)) {
      checked(key);
      return told;
    }
    if (told.kind === "away" && known !== undefined)
      // After a restart nobody remembers the last check; upstream said so when the tag came, at the latest.
      return {
        ...known,
        stale: { why: told.why, ageMs: Math.max(0, clock.now() - (checkedAt ?? store.tags.movedAt(place.repository, tag) ?? 0)) },
      };
    if (told.kind === "missing" && known !== undefined) store.tags.delete(place.repository, tag);
    throw refusalOf(upstream.host, told, missing(place, tag));
  };

  const byDigest = async (upstream: Upstream, place: Place, digest: Digest): Promise<MirroredManifest> => {
    const told = here(place, digest) ?? (await fetchManifest(upstream, place, digest));
    if ("kind" in told) throw refusalOf(upstream.host, told, missing(place, digest));
    return told;
  };

  return {
    get: (upstream, place, reference, freshForMs) => {
      const key = `${place.repository} ${reference}`;
      const known = asking.get(key);
      if (known !== undefined) return known;
      const asked = (isDigest(reference) ? byDigest(upstream, place, reference) : byTag(upstream, place, reference, freshForMs)).finally(
        () => asking.delete(key),
      );
      asking.set(key, asked);
      return asked;
    },
  };
};
