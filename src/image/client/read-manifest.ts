import { type Digest, digestOf, isDigest, type Reference, SeaworthyError } from "../../core/index.ts";
import { hasDigest, MAX_MANIFEST_BYTES, parseManifest } from "../values/manifest.ts";
import { isManifestType, MANIFEST_TYPES } from "../values/media-types.ts";
import { placeOf, refusal } from "./failure.ts";
import { discard, readBounded } from "./http.ts";
import { fromPlaces } from "./places.ts";
import { type Asked, scopeOf, type Session } from "./session.ts";
import type { ManifestBytes } from "./types.ts";

const ACCEPT = { accept: [...MANIFEST_TYPES, "*/*;q=0.1"].join(", ") };

/** Digest first: a reference that has both means the digest. @throws INPUT_INVALID when it has neither */
export const nameOf = (reference: Reference): string => {
  const name = reference.digest ?? reference.tag;
  if (name === undefined) throw new SeaworthyError("INPUT_INVALID", `${placeOf(reference)} names neither a tag nor a digest`);
  return name;
};

export const askedFor = (reference: Reference, verb: string): Omit<Asked, "method"> => ({
  registry: reference.registry,
  repository: reference.repository,
  scopes: [scopeOf(reference, "pull")],
  at: `${reference.repository}/manifests/${nameOf(reference)}`,
  headers: ACCEPT,
  tried: `${verb} ${placeOf(reference)}`,
});

const typeFrom = (header: string | undefined, bytes: Uint8Array, digest: Digest): string => {
  const told = (header ?? "").split(";")[0]?.trim() ?? "";
  return isManifestType(told) ? told : parseManifest(bytes, { digest }).mediaType;
};

const getFrom = async (session: Session, reference: Reference, attempts: number): Promise<ManifestBytes> => {
  const asked = askedFor(reference, "pull");
  const answer = await session.expect({ ...asked, attempts, method: "GET" }, [200]);
  const bytes = await readBounded(answer, MAX_MANIFEST_BYTES);
  const told = answer.headers["docker-content-digest"];
  const expected = reference.digest ?? (typeof told === "string" && isDigest(told) ? told : undefined);
  if (expected !== undefined && !hasDigest(bytes, expected))
    throw new SeaworthyError("REGISTRY_REFUSED", `${asked.tried}: the manifest does not have the digest ${expected} it is given under`);
  const digest = expected ?? digestOf(bytes);
  const { etag } = answer.headers;
  return {
    bytes,
    digest,
    mediaType: typeFrom(answer.headers["content-type"], bytes, digest),
    ...(etag === undefined ? {} : { etag }),
  };
};

/** From a mirror where there is one; `mirrors: false` asks the registry itself, for what is about to be changed there. */
export const getManifest = async (
  session: Session,
  reference: Reference,
  { mirrors = true }: { readonly mirrors?: boolean } = {},
): Promise<ManifestBytes> =>
  mirrors
    ? fromPlaces(session, reference, (place, attempts) => getFrom(session, { ...reference, ...place }, attempts))
    : getFrom(session, reference, session.attempts);

interface Resolved {
  readonly digest: Digest;
  readonly mediaType: string;
  readonly sizeBytes: number;
}

const resolveAt = async (session: Session, reference: Reference, attempts: number): Promise<Resolved> => {
  const asked = askedFor(reference, "resolve");
  const answer = await session.ask({ ...asked, attempts, method: "HEAD" });
  await discard(answer);
  const told = answer.headers["docker-content-digest"];
  const mediaType = (answer.headers["content-type"] ?? "").split(";")[0]?.trim() ?? "";
  const length = answer.headers["content-length"];
  if (answer.status === 200 && typeof told === "string" && isDigest(told) && isManifestType(mediaType) && length !== undefined) {
    if (reference.digest !== undefined && told !== reference.digest)
      throw new SeaworthyError("REGISTRY_REFUSED", `${asked.tried}: the registry has ${told} under the digest ${reference.digest}`);
    return { digest: told, mediaType, sizeBytes: Number(length) };
  }
  if (answer.status === 404) throw await refusal(answer, asked.tried, reference);
  const { bytes, ...rest } = await getFrom(session, reference, attempts);
  return { ...rest, sizeBytes: bytes.length };
};

/** By HEAD, which Docker Hub does not count as a pull; by GET where HEAD does not tell. */
export const resolve = (session: Session, reference: Reference): Promise<Resolved> =>
  fromPlaces(session, reference, (place, attempts) => resolveAt(session, { ...reference, ...place }, attempts));
