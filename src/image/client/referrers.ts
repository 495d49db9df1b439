import { byDigest, byTag, type Digest, hasCode, hexOf, SeaworthyError } from "../../core/index.ts";
import type { Descriptor } from "../values/descriptor.ts";
import { type Index, type Manifest, MAX_MANIFEST_BYTES, parseManifest } from "../values/manifest.ts";
import { MEDIA } from "../values/media-types.ts";
import { placeOf, refusal } from "./failure.ts";
import { bytesBody, discard, readBounded } from "./http.ts";
import { nextPage } from "./pages.ts";
import { getManifest } from "./read-manifest.ts";
import { type Asked, scopeOf, type Session } from "./session.ts";
import type { Repository } from "./types.ts";

const MAX_PAGES = 200;
const MAX_ENTRIES = 50_000;
/** Tries to write a fallback tag that others write as well. */
const MERGES = 8;

/** Where referrers are listed for registries without the API (distribution-spec, "Referrers Tag Schema"). */
const fallbackTag = (digest: Digest): string => `${digest.split(":")[0]}-${hexOf(digest).slice(0, 64)}`;

const entriesOf = (bytes: Uint8Array): readonly Descriptor[] => {
  const index = parseManifest(bytes, { mediaType: MEDIA.ociIndex });
  return index.kind === "index" ? index.manifests : [];
};

interface Fallback {
  readonly entries: readonly Descriptor[];
  readonly etag: string | undefined;
  readonly exists: boolean;
}

const readFallback = async (session: Session, repository: Repository, digest: Digest): Promise<Fallback> => {
  try {
    const found = await getManifest(session, byTag(repository, fallbackTag(digest)), { mirrors: false });
    return { entries: entriesOf(found.bytes), etag: found.etag, exists: true };
  } catch (error) {
    if (hasCode(error, "IMAGE_NOT_FOUND")) return { entries: [], etag: undefined, exists: false };
    throw error;
  }
};

/** Undefined where the registry has no referrers API: it answers 404, or with something that is no index. */
const readApi = async (session: Session, repository: Repository, digest: Digest, artifactType?: string) => {
  const tried = `list the referrers of ${placeOf(byDigest(repository, digest))}`;
  const filter = artifactType === undefined ? "" : `?artifactType=${encodeURIComponent(artifactType)}`;
  let at: Asked["at"] | undefined = `${repository.repository}/referrers/${digest}${filter}`;
  const entries = new Map<Digest, Descriptor>();
  const seen = new Set<string>();
  while (at !== undefined) {
    const answer = await session.ask({ ...repository, scopes: [scopeOf(repository, "pull")], method: "GET", at, tried });
    const type = (answer.headers["content-type"] ?? "").split(";")[0]?.trim().toLowerCase();
    const isNone = [400, 404, 405, 501].includes(answer.status) || (answer.status === 200 && type === "text/html");
    if (isNone && seen.size === 0) {
      await discard(answer);
      return undefined;
    }
    if (answer.status !== 200) throw await refusal(answer, tried, repository);
    for (const entry of entriesOf(await readBounded(answer, MAX_MANIFEST_BYTES))) entries.set(entry.digest, entry);
    if (entries.size > MAX_ENTRIES) throw new SeaworthyError("INPUT_TOO_LARGE", `${tried}: there are more than ${MAX_ENTRIES}`);
    at = await nextPage(session, repository, answer, seen, MAX_PAGES, tried);
  }
  return [...entries.values()];
};

export const referrers = async (
  session: Session,
  repository: Repository,
  digest: Digest,
  artifactType?: string,
): Promise<readonly Descriptor[]> => {
  const found = (await readApi(session, repository, digest, artifactType)) ?? (await readFallback(session, repository, digest)).entries;
  return found.filter((entry) => artifactType === undefined || entry.artifactType === artifactType);
};

/** How a referrer is listed: with its artifact type and all its annotations, by which readers choose (cosign#4641 left them out). */
const entryFor = (manifest: Manifest | Index): Descriptor => {
  const artifactType = manifest.artifactType ?? (manifest.kind === "manifest" ? manifest.config.mediaType : undefined);
  return {
    mediaType: manifest.mediaType,
    digest: manifest.digest,
    size: manifest.bytes.length,
    ...(artifactType === undefined ? {} : { artifactType }),
    ...(Object.keys(manifest.annotations).length === 0 ? {} : { annotations: manifest.annotations }),
  };
};

/** Writes of this process to one fallback tag follow each other. */
const turns = new Map<string, Promise<unknown>>();

const inTurn = async <Result>(key: string, work: () => Promise<Result>): Promise<Result> => {
  const mine = (turns.get(key) ?? Promise.resolve()).catch(() => undefined).then(work);
  turns.set(key, mine);
  try {
    return await mine;
  } finally {
    if (turns.get(key) === mine) turns.delete(key);
  }
};

/** Puts the list where nobody else changed it since it was read. False where somebody did. */
const putFallback = async (session: Session, repository: Repository, digest: Digest, from: Fallback, entries: readonly Descriptor[]) => {
  const tag = fallbackTag(digest);
  const tried = `list what refers to ${placeOf(byDigest(repository, digest))} under the tag ${tag}`;
  const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: MEDIA.ociIndex, manifests: entries }));
  // Registries that do not know conditions ignore them.
  const condition = from.etag !== undefined ? { "if-match": from.etag } : from.exists ? {} : { "if-none-match": "*" };
  const answer = await session.ask({
    ...repository,
    scopes: [scopeOf(repository, "pull,push")],
    method: "PUT",
    at: `${repository.repository}/manifests/${tag}`,
    headers: { "content-type": MEDIA.ociIndex, ...condition },
    body: bytesBody(bytes),
    tried,
  });
  if (answer.status === 412) {
    await discard(answer);
    return false;
  }
  if (answer.status !== 201) throw await refusal(answer, tried, { ...repository, pushesTag: true });
  await discard(answer);
  return true;
};

/** Changes the list until it is as it should be, whoever else writes to it. */
const changeFallback = (
  session: Session,
  repository: Repository,
  subject: Digest,
  change: (entries: readonly Descriptor[]) => readonly Descriptor[] | undefined,
): Promise<void> =>
  inTurn([repository.registry, repository.repository, subject].join("\n"), async () => {
    for (let attempt = 1; attempt <= MERGES; attempt += 1) {
      const before = await readFallback(session, repository, subject);
      const wanted = change(before.entries);
      if (wanted === undefined) return;
      await putFallback(session, repository, subject, before, wanted);
      if (attempt > 1) await session.clock.sleep(50 * attempt * Math.random(), session.signal);
      // Read again by the next turn: without conditions the last writer wins, and must not have been somebody else.
    }
    if (change((await readFallback(session, repository, subject)).entries) !== undefined)
      throw new SeaworthyError(
        "REGISTRY_REFUSED",
        `the list of what refers to ${placeOf(byDigest(repository, subject))} is written by others faster than by us`,
      );
  });

/** Lists a manifest that was pushed with a subject, where the registry did not do it (no OCI-Subject in its answer). */
export const listAsReferrer = async (session: Session, repository: Repository, manifest: Manifest | Index): Promise<void> => {
  const { subject } = manifest;
  if (subject === undefined) return;
  const own = entryFor(manifest);
  await changeFallback(session, repository, subject.digest, (entries) =>
    entries.some((entry) => entry.digest === own.digest) ? undefined : [...entries, own],
  );
};

/** Takes a manifest that was deleted off the list. */
export const unlistReferrer = async (session: Session, repository: Repository, subject: Digest, digest: Digest): Promise<void> =>
  changeFallback(session, repository, subject, (entries) =>
    entries.some((entry) => entry.digest === digest) ? entries.filter((entry) => entry.digest !== digest) : undefined,
  );

/** Whether the registry lists referrers by itself. */
export const hasReferrersApi = async (session: Session, repository: Repository, digest: Digest): Promise<boolean> =>
  (await readApi(session, repository, digest)) !== undefined;
