import { type Digest, digestOf, isDigest, isSeaworthyError, type Reference, SeaworthyError } from "../../core/index.ts";
import { hasDigest, type Index, type Manifest, parseManifest } from "../values/manifest.ts";
import { isManifestType } from "../values/media-types.ts";
import { placeOf } from "./failure.ts";
import { bytesBody, discard } from "./http.ts";
import { askedFor, getManifest, nameOf } from "./read-manifest.ts";
import { hasReferrersApi, listAsReferrer, unlistReferrer } from "./referrers.ts";
import { scopeOf, type Session } from "./session.ts";

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
        repository: reference.repository,
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
  await listAtTag(session, reference, bytes, mediaType, answer.headers["oci-subject"]);
  return { digest };
};

/** Where a manifest names a subject and the registry does not say that it took notice, it is listed under the subject's fallback tag. */
const listAtTag = async (
  session: Session,
  reference: Reference,
  bytes: Uint8Array,
  mediaType: string,
  noticed: string | string[] | undefined,
): Promise<void> => {
  if (noticed !== undefined || !isManifestType(mediaType) || !Buffer.from(bytes).includes('"subject"')) return;
  const manifest = parseManifest(bytes, { mediaType, ...(reference.digest === undefined ? {} : { digest: reference.digest }) });
  if (manifest.subject !== undefined) await listAsReferrer(session, reference, manifest);
};

/** What a manifest that is about to go names as its subject, where the registry keeps no list of its own. */
const subjectAtTag = async (session: Session, reference: Reference): Promise<Digest | undefined> => {
  if (reference.digest === undefined) return undefined;
  let manifest: Manifest | Index;
  try {
    const { bytes, mediaType, digest } = await getManifest(session, reference, { mirrors: false });
    manifest = parseManifest(bytes, { mediaType, digest });
  } catch (error) {
    // What cannot be read can still be deleted.
    if (isSeaworthyError(error)) return undefined;
    throw error;
  }
  const subject = manifest.subject?.digest;
  return subject === undefined || (await hasReferrersApi(session, reference, subject)) ? undefined : subject;
};

/** Deletes a tag, or a manifest with all its tags; off the fallback tag's list as well. */
export const deleteManifest = async (session: Session, reference: Reference): Promise<void> => {
  const subject = await subjectAtTag(session, reference);
  const asked = { ...askedFor(reference, "delete"), scopes: [scopeOf(reference, "pull,push,delete")] };
  await discard(await session.expect({ ...asked, method: "DELETE" }, [200, 202, 204]));
  if (subject !== undefined && reference.digest !== undefined) await unlistReferrer(session, reference, subject, reference.digest);
};
