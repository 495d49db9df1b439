import { byDigest, type Digest, digestOf, hexOf, isDigest, type Reference, SeaworthyError } from "../../core/index.ts";
import type { Descriptor } from "../values/descriptor.ts";
import { hasDigest, MAX_MANIFEST_BYTES, parseManifest } from "../values/manifest.ts";
import { isManifestType, MANIFEST_TYPES, MEDIA } from "../values/media-types.ts";
import { placeOf, refusal } from "./failure.ts";
import { bytesBody, discard, readBounded } from "./http.ts";
import { type Asked, scopeOf, type Session } from "./session.ts";
import type { ManifestBytes, Repository } from "./types.ts";

const ACCEPT = { accept: [...MANIFEST_TYPES, "*/*;q=0.1"].join(", ") };

/** Digest first: a reference that has both means the digest. @throws INPUT_INVALID when it has neither */
const nameOf = (reference: Reference): string => {
  const name = reference.digest ?? reference.tag;
  if (name === undefined) throw new SeaworthyError("INPUT_INVALID", `${placeOf(reference)} names neither a tag nor a digest`);
  return name;
};

const askedFor = (reference: Reference, verb: string): Omit<Asked, "method"> => ({
  registry: reference.registry,
  scopes: [scopeOf(reference, "pull")],
  at: `${reference.repository}/manifests/${nameOf(reference)}`,
  headers: ACCEPT,
  tried: `${verb} ${placeOf(reference)}`,
});

const typeFrom = (header: string | undefined, bytes: Uint8Array, digest: Digest): string => {
  const told = (header ?? "").split(";")[0]?.trim() ?? "";
  return isManifestType(told) ? told : parseManifest(bytes, { digest }).mediaType;
};

export const getManifest = async (session: Session, reference: Reference): Promise<ManifestBytes> => {
  const asked = askedFor(reference, "pull");
  const answer = await session.expect({ ...asked, method: "GET" }, [200]);
  const bytes = await readBounded(answer, MAX_MANIFEST_BYTES);
  const told = answer.headers["docker-content-digest"];
  const expected = reference.digest ?? (typeof told === "string" && isDigest(told) ? told : undefined);
  if (expected !== undefined && !hasDigest(bytes, expected))
    throw new SeaworthyError("REGISTRY_REFUSED", `${asked.tried}: the manifest does not have the digest ${expected} it is given under`);
  const digest = expected ?? digestOf(bytes);
  return { bytes, digest, mediaType: typeFrom(answer.headers["content-type"], bytes, digest) };
};

export const resolve = async (
  session: Session,
  reference: Reference,
): Promise<{ readonly digest: Digest; readonly mediaType: string; readonly sizeBytes: number }> => {
  const asked = askedFor(reference, "resolve");
  const answer = await session.ask({ ...asked, method: "HEAD" });
  await discard(answer);
  const told = answer.headers["docker-content-digest"];
  const mediaType = (answer.headers["content-type"] ?? "").split(";")[0]?.trim() ?? "";
  const length = answer.headers["content-length"];
  if (answer.status === 200 && typeof told === "string" && isDigest(told) && isManifestType(mediaType) && length !== undefined) {
    if (reference.digest !== undefined && told !== reference.digest)
      throw new SeaworthyError("REGISTRY_REFUSED", `${asked.tried}: the registry has ${told} under the digest ${reference.digest}`);
    return { digest: told, mediaType, sizeBytes: Number(length) };
  }
  if (answer.status === 404) throw await refusal(answer, asked.tried);
  const { bytes, ...rest } = await getManifest(session, reference);
  return { ...rest, sizeBytes: bytes.length };
};

export const putManifest = async (
  session: Session,
  reference: Reference,
  bytes: Uint8Array,
  mediaType: string,
): Promise<{ readonly digest: Digest }> => {
  // A reference with tag and digest pushes the tag; the digest is what must come out.
  const name = reference.tag ?? nameOf(reference);
  if (reference.digest !== undefined && !hasDigest(bytes, reference.digest))
    throw new SeaworthyError("INPUT_INVALID", `the manifest to push as ${placeOf(reference)} has the digest ${digestOf(bytes)}`);
  const tried = `push ${placeOf(reference)}`;
  const answer = await session
    .expect(
      {
        registry: reference.registry,
        scopes: [scopeOf(reference, "pull,push")],
        method: "PUT",
        at: `${reference.repository}/manifests/${name}`,
        headers: { "content-type": mediaType },
        body: bytesBody(bytes),
        tried,
      },
      [201],
      reference.tag !== undefined,
    )
    .catch((error: unknown) => {
      if (error instanceof SeaworthyError && error.code === "IMAGE_NOT_FOUND")
        throw new SeaworthyError("REGISTRY_REFUSED", error.message, { cause: error });
      throw error;
    });
  await discard(answer);
  const digest = reference.digest ?? digestOf(bytes);
  const told = answer.headers["docker-content-digest"];
  if (typeof told === "string" && isDigest(told) && !hasDigest(bytes, told))
    throw new SeaworthyError("REGISTRY_REFUSED", `${tried}: the registry stored it as ${told}; it is ${digest}`);
  return { digest };
};

export const deleteManifest = async (session: Session, reference: Reference): Promise<void> => {
  const asked = { ...askedFor(reference, "delete"), scopes: [scopeOf(reference, "pull,push,delete")] };
  await discard(await session.expect({ ...asked, method: "DELETE" }, [202]));
};

const entriesOf = (bytes: Uint8Array): readonly Descriptor[] => {
  const index = parseManifest(bytes, { mediaType: MEDIA.ociIndex });
  return index.kind === "index" ? index.manifests : [];
};

export const referrers = async (
  session: Session,
  repository: Repository,
  digest: Digest,
  artifactType?: string,
): Promise<readonly Descriptor[]> => {
  const tried = `list the referrers of ${placeOf(byDigest(repository, digest))}`;
  const at = `${repository.repository}/referrers/${digest}${artifactType === undefined ? "" : `?artifactType=${encodeURIComponent(artifactType)}`}`;
  const answer = await session.ask({ registry: repository.registry, scopes: [scopeOf(repository, "pull")], method: "GET", at, tried });
  const wanted = (entries: readonly Descriptor[]): readonly Descriptor[] =>
    entries.filter((entry) => artifactType === undefined || entry.artifactType === artifactType);
  if (answer.status === 200) return wanted(entriesOf(await readBounded(answer, MAX_MANIFEST_BYTES)));
  if (answer.status !== 404) throw await refusal(answer, tried);
  await discard(answer);
  try {
    return wanted(
      entriesOf((await getManifest(session, { ...repository, tag: `${digest.split(":")[0]}-${hexOf(digest).slice(0, 64)}` })).bytes),
    );
  } catch (error) {
    if (error instanceof SeaworthyError && error.code === "IMAGE_NOT_FOUND") return [];
    throw error;
  }
};
