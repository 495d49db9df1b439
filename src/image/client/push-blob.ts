import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { type Digest, digestOf, fileError, hasCode, isSeaworthyError, parseDigest, SeaworthyError } from "../../core/index.ts";
import { refusal } from "./failure.ts";
import { type Answer, type Body, bytesBody, discard } from "./http.ts";
import { guardedTarget } from "./redirect.ts";
import { scopeOf, type Session } from "./session.ts";
import type { BlobSource, Repository } from "./types.ts";

const READ_BYTES = 1024 * 1024;
const OCTETS = { "content-type": "application/octet-stream" };

interface Pushed {
  readonly digest: Digest;
  readonly size: number;
}

const locationOf = (answer: Answer, tried: string): URL => {
  const { location } = answer.headers;
  if (location === undefined) throw new SeaworthyError("REGISTRY_REFUSED", `${tried}: the registry gave no place to upload to`);
  return guardedTarget(location, answer.url);
};

/** Adds the digest without touching the rest of the query, which is the registry's own state. */
const withDigest = (url: URL, digest: Digest): URL => {
  const target = new URL(url);
  target.search = `${target.search === "" ? "?" : `${target.search}&`}digest=${encodeURIComponent(digest)}`;
  return target;
};

/** "Not found" while pushing is the registry's refusal, not a missing image. */
const asPushError = (error: unknown): unknown =>
  isSeaworthyError(error) && error.code === "IMAGE_NOT_FOUND"
    ? new SeaworthyError("REGISTRY_REFUSED", error.message, { cause: error, details: error.details })
    : error;

const begin = async (session: Session, repository: Repository, tried: string): Promise<URL> => {
  const asked = { registry: repository.registry, scopes: [scopeOf(repository, "pull,push")], tried };
  const answer = await session.expect({ ...asked, method: "POST", at: `${repository.repository}/blobs/uploads/` }, [202]);
  await discard(answer);
  return locationOf(answer, tried);
};

/** POST, then PUT with everything (distribution-spec, "Pushing a blob monolithically"). A session that broke is begun anew. */
const pushWhole = async (session: Session, repository: Repository, digest: Digest, body: Body, tried: string): Promise<void> => {
  const asked = { registry: repository.registry, scopes: [scopeOf(repository, "pull,push")], tried };
  for (let attempt = 1; ; attempt += 1) {
    try {
      const location = await begin(session, repository, tried);
      const answer = await session.ask({
        ...asked,
        method: "PUT",
        at: withDigest(location, digest),
        headers: OCTETS,
        body: { ...body, once: true },
      });
      if (answer.status === 201 || answer.status === 204) return await discard(answer);
      const error = await refusal(answer, tried);
      const isLost = answer.status === 404 || answer.status === 401;
      if (!(isLost || error.code === "REGISTRY_UNREACHABLE") || attempt >= session.attempts) throw error;
    } catch (error) {
      if (!hasCode(error, "REGISTRY_UNREACHABLE") || attempt >= session.attempts) throw error;
    }
    await session.clock.sleep(Math.min(500 * 2 ** (attempt - 1), 30_000), session.signal);
  }
};

/** POST, one PATCH as long as it takes, then PUT with the digest that came out: for bytes that are made while they are sent. */
const pushStream = async (
  session: Session,
  repository: Repository,
  stream: AsyncIterable<Uint8Array>,
  expected: Digest | undefined,
  tried: string,
): Promise<Pushed> => {
  const asked = { registry: repository.registry, scopes: [scopeOf(repository, "pull,push")], tried };
  const hash = createHash(expected?.startsWith("sha512:") === true ? "sha512" : "sha256");
  const algorithm = expected?.startsWith("sha512:") === true ? "sha512" : "sha256";
  let size = 0;
  const tapped = async function* (): AsyncGenerator<Uint8Array> {
    for await (const chunk of stream) {
      hash.update(chunk);
      size += chunk.length;
      yield chunk;
    }
  };
  const location = await begin(session, repository, tried);
  const patched = await session.expect(
    { ...asked, method: "PATCH", at: location, headers: OCTETS, body: { once: true, open: tapped } },
    [202, 204],
  );
  await discard(patched);
  const next = locationOf(patched, tried);
  const digest = parseDigest(`${algorithm}:${hash.digest("hex")}`);
  if (expected !== undefined && digest !== expected) {
    const cancelled = await session.ask({ ...asked, method: "DELETE", at: next }).catch(() => undefined);
    if (cancelled !== undefined) await discard(cancelled);
    throw new SeaworthyError("INPUT_INVALID", `${tried}: the bytes given have the digest ${digest}`);
  }
  await discard(await session.expect({ ...asked, method: "PUT", at: withDigest(next, digest), headers: OCTETS }, [201, 204]));
  return { digest, size };
};

const sizeOf = async (path: string): Promise<number> => {
  try {
    return (await stat(path)).size;
  } catch (error) {
    throw fileError(error, `read ${path}`);
  }
};

export const pushBlob = async (session: Session, repository: Repository, source: BlobSource, digest?: Digest): Promise<Pushed> => {
  const tried = `push blob ${digest ?? ""} to ${repository.registry}/${repository.repository}`.replace("  ", " ");
  try {
    if (source instanceof Uint8Array) {
      const own = digest ?? digestOf(source);
      await pushWhole(session, repository, own, bytesBody(source), tried);
      return { digest: own, size: source.length };
    }
    if ("stream" in source) return await pushStream(session, repository, source.stream, digest, tried);
    const open = (): AsyncIterable<Uint8Array> => createReadStream(source.path, { highWaterMark: READ_BYTES });
    if (digest === undefined) return await pushStream(session, repository, open(), undefined, tried);
    const size = await sizeOf(source.path);
    await pushWhole(session, repository, digest, { sizeBytes: size, open }, tried);
    return { digest, size };
  } catch (error) {
    throw asPushError(error);
  }
};

/** POST with `mount` and `from` (distribution-spec, "Mounting a blob from another repository"). */
export const mountBlob = async (session: Session, repository: Repository, digest: Digest, from: string): Promise<boolean> => {
  const tried = `mount blob ${digest} from ${from} into ${repository.registry}/${repository.repository}`;
  const scopes = [scopeOf(repository, "pull,push"), scopeOf({ ...repository, repository: from }, "pull")];
  const asked = { registry: repository.registry, scopes, tried };
  const at = `${repository.repository}/blobs/uploads/?mount=${encodeURIComponent(digest)}&from=${encodeURIComponent(from)}`;
  const answer = await session.expect({ ...asked, method: "POST", at }, [201, 202]);
  await discard(answer);
  if (answer.status === 201) return true;
  // 202 opened an upload instead, which nobody is going to use.
  const cancelled = await session.ask({ ...asked, method: "DELETE", at: locationOf(answer, tried) }).catch(() => undefined);
  if (cancelled !== undefined) await discard(cancelled);
  return false;
};
