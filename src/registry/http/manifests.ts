import { type Digest, isSeaworthyError } from "../../core/index.ts";
import { hasDigest, type Index, type Manifest, MAX_MANIFEST_BYTES, parseManifest } from "../../image/index.ts";
import { Refusal } from "../refusal.ts";
import { isImmutableTag } from "../tag-policy.ts";
import { answer, type Exchange } from "./exchange.ts";
import { manifestName } from "./names.ts";
import type { Admission, Service } from "./service.ts";

const requireAdmission = async (service: Service, admission: Admission): Promise<void> => {
  const reason = await service.admit(admission);
  if (reason !== undefined) throw new Refusal(403, "DENIED", reason);
};

/** Always the stored bytes under their stored type, whatever Accept says: what was pushed is what is pulled. */
export const serveManifest = async (service: Service, exchange: Exchange, repository: string, name: string): Promise<void> => {
  const reference = manifestName(name);
  const found = service.store.manifests.get(repository, name);
  if (found === undefined) throw new Refusal(404, "MANIFEST_UNKNOWN", `${repository} has no manifest ${name}`);
  const tag = "tag" in reference ? { tag: reference.tag } : {};
  await requireAdmission(service, { action: "pull", repository, ...tag, digest: found.digest, mediaType: found.mediaType });
  const headers = { "docker-content-digest": found.digest, etag: `"${found.digest}"`, "cache-control": "no-cache" };
  if (exchange.request.headers["if-none-match"] === `"${found.digest}"`) return answer(exchange, 304, headers);
  answer(exchange, 200, { ...headers, "content-type": found.mediaType }, found.bytes);
};

const readBody = async (exchange: Exchange): Promise<Uint8Array> => {
  const tooLarge = (): Refusal => new Refusal(413, "SIZE_INVALID", `a manifest may have ${MAX_MANIFEST_BYTES} bytes`);
  if (Number(exchange.request.headers["content-length"] ?? 0) > MAX_MANIFEST_BYTES) throw tooLarge();
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of exchange.body()) {
    size += chunk.length;
    if (size > MAX_MANIFEST_BYTES) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
};

const parse = (bytes: Uint8Array, contentType: string | undefined, digest: Digest | undefined): Manifest | Index => {
  const told = contentType?.split(";")[0]?.trim();
  try {
    return parseManifest(bytes, {
      ...(told === undefined || told === "" ? {} : { mediaType: told }),
      ...(digest === undefined ? {} : { digest }),
    });
  } catch (error) {
    if (isSeaworthyError(error)) throw new Refusal(400, "MANIFEST_INVALID", error.message);
    throw error;
  }
};

export const storeManifest = async (service: Service, exchange: Exchange, repository: string, name: string): Promise<void> => {
  const reference = manifestName(name);
  const bytes = await readBody(exchange);
  const claimed = "digest" in reference ? reference.digest : undefined;
  if (claimed !== undefined && !hasDigest(bytes, claimed))
    throw new Refusal(400, "DIGEST_INVALID", `the manifest sent does not have the digest ${claimed}`);
  const manifest = parse(bytes, exchange.request.headers["content-type"], claimed);
  const tag = "tag" in reference ? reference.tag : undefined;
  await requireAdmission(service, {
    action: "push",
    repository,
    ...(tag === undefined ? {} : { tag }),
    digest: manifest.digest,
    mediaType: manifest.mediaType,
  });
  service.store.manifests.put(repository, manifest, tag);
  service.log({ level: "info", message: "manifest stored", fields: { repository, reference: name, digest: manifest.digest } });
  answer(exchange, 201, {
    location: `/v2/${repository}/manifests/${manifest.digest}`,
    "docker-content-digest": manifest.digest,
    ...(manifest.subject === undefined ? {} : { "oci-subject": manifest.subject.digest }),
  });
};

export const deleteManifest = async (service: Service, exchange: Exchange, repository: string, name: string): Promise<void> => {
  const reference = manifestName(name);
  const found = service.store.manifests.get(repository, name);
  if (found === undefined) throw new Refusal(404, "MANIFEST_UNKNOWN", `${repository} has no manifest ${name}`);
  const tag = "tag" in reference ? { tag: reference.tag } : {};
  await requireAdmission(service, { action: "delete", repository, ...tag, digest: found.digest, mediaType: found.mediaType });
  if ("digest" in reference && (await service.liveDigests()).has(reference.digest))
    throw new Refusal(409, "DENIED", `${reference.digest} is deployed; deploy another release before deleting it`);
  if ("tag" in reference) service.store.tags.delete(repository, reference.tag);
  else service.store.manifests.delete(repository, reference.digest);
  service.log({
    level: "info",
    message: "manifest deleted",
    fields: { repository, reference: name, digest: found.digest, immutable: "tag" in reference && isImmutableTag(reference.tag) ? 1 : 0 },
  });
  answer(exchange, 202);
};
