import { type Digest, isSeaworthyError } from "../../core/index.ts";
import { type Descriptor, hasDigest, type Index, type Manifest, MAX_MANIFEST_BYTES, parseManifest } from "../../image/index.ts";
import { Refusal } from "../refusal.ts";
import type { StoredManifest } from "../store/manifests.ts";
import { answer, type Exchange, type Headers } from "./exchange.ts";
import { manifestName, tagName } from "./names.ts";
import { hasAlready, requirePreconditions } from "./preconditions.ts";
import type { Admission, Service } from "./service.ts";

const requireAdmission = async (service: Service, { caller }: Exchange, admission: Omit<Admission, "who" | "mayPush">): Promise<void> => {
  const reason = await service.admit({ ...admission, who: caller.name, mayPush: caller.holds("push", admission.repository) });
  if (reason !== undefined) throw new Refusal(403, "DENIED", reason);
};

/** Always the stored bytes under their stored type, whatever Accept says: what was pushed is what is pulled. */
export const answerManifest = async (
  service: Service,
  exchange: Exchange,
  repository: string,
  name: string,
  found: StoredManifest,
  more: Headers = {},
): Promise<void> => {
  const reference = manifestName(name);
  const tag = "tag" in reference ? { tag: reference.tag } : {};
  await requireAdmission(service, exchange, { action: "pull", repository, ...tag, digest: found.digest, mediaType: found.mediaType });
  service.store.pulls.record(repository, name, found.digest, exchange.method === "HEAD" ? "HEAD" : "GET");
  const headers = { "docker-content-digest": found.digest, etag: `"${found.digest}"`, "cache-control": "no-cache", ...more };
  requirePreconditions(exchange.request.headers, found.digest, { what: `${repository}:${name}`, isWrite: false });
  if (hasAlready(exchange.request.headers, found.digest)) return answer(exchange, 304, headers);
  answer(exchange, 200, { ...headers, "content-type": found.mediaType }, found.bytes);
};

export const serveManifest = async (service: Service, exchange: Exchange, repository: string, name: string): Promise<void> => {
  manifestName(name);
  const found = service.store.manifests.get(repository, name);
  if (found === undefined) throw new Refusal(404, "MANIFEST_UNKNOWN", `${repository} has no manifest ${name}`);
  await answerManifest(service, exchange, repository, name, found);
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

/** More than the ten that "Pushing Manifests" asks for, and room for them in one URL. */
const MAX_TAGS = 100;

/** The tag of the path, if any, and those of `?tag=` (end-7b). @throws NAME_INVALID */
const tagsOf = (exchange: Exchange, reference: ReturnType<typeof manifestName>): readonly string[] => {
  const asked = exchange.query.getAll("tag");
  if (asked.length > MAX_TAGS)
    throw new Refusal(414, "SIZE_INVALID", `${asked.length} tags are asked for; at most ${MAX_TAGS} are set with one push`);
  return [...new Set([...("tag" in reference ? [reference.tag] : []), ...asked.map(tagName)])];
};

const embeds = ({ data, digest, size }: Descriptor): boolean => {
  if (data === undefined) return true;
  const bytes = Buffer.from(data, "base64");
  return bytes.length === size && bytes.toString("base64") === data && hasDigest(bytes, digest);
};

/** Content inside a descriptor must be what its digest says (image-spec, descriptor.md, "data"), or readers of one and of the other see two images. */
const requireEmbedded = (manifest: Manifest | Index): void => {
  const parts = manifest.kind === "index" ? manifest.manifests : [manifest.config, ...manifest.layers];
  const wrong = [...parts, ...(manifest.subject === undefined ? [] : [manifest.subject])].find((part) => !embeds(part));
  if (wrong !== undefined)
    throw new Refusal(400, "MANIFEST_INVALID", `the "data" of the descriptor ${wrong.digest} is not the content of that digest and size`);
};

export const storeManifest = async (service: Service, exchange: Exchange, repository: string, name: string): Promise<void> => {
  const reference = manifestName(name);
  const tags = tagsOf(exchange, reference);
  const bytes = await readBody(exchange);
  const claimed = "digest" in reference ? reference.digest : undefined;
  if (claimed !== undefined && !hasDigest(bytes, claimed))
    throw new Refusal(400, "DIGEST_INVALID", `the manifest sent does not have the digest ${claimed}`);
  const manifest = parse(bytes, exchange.request.headers["content-type"], claimed);
  requireEmbedded(manifest);
  const push = { action: "push", repository, digest: manifest.digest, mediaType: manifest.mediaType } as const;
  for (const tag of tags) await requireAdmission(service, exchange, { ...push, tag });
  if (tags.length === 0) await requireAdmission(service, exchange, push);
  requirePreconditions(exchange.request.headers, service.store.manifests.get(repository, name)?.digest, {
    what: `${repository}:${name}`,
    isWrite: true,
  });
  service.store.manifests.put(repository, manifest, tags);
  service.log({ level: "info", message: "manifest stored", fields: { repository, reference: name, digest: manifest.digest } });
  answer(exchange, 201, {
    location: `/v2/${repository}/manifests/${manifest.digest}`,
    "docker-content-digest": manifest.digest,
    etag: `"${manifest.digest}"`,
    ...(manifest.subject === undefined ? {} : { "oci-subject": manifest.subject.digest }),
    ...(exchange.query.has("tag") ? { "oci-tag": tags.join(", ") } : {}),
  });
};

export const deleteManifest = async (service: Service, exchange: Exchange, repository: string, name: string): Promise<void> => {
  const reference = manifestName(name);
  const found = service.store.manifests.get(repository, name);
  if (found === undefined) throw new Refusal(404, "MANIFEST_UNKNOWN", `${repository} has no manifest ${name}`);
  const tag = "tag" in reference ? { tag: reference.tag } : {};
  await requireAdmission(service, exchange, { action: "delete", repository, ...tag, digest: found.digest, mediaType: found.mediaType });
  if ("digest" in reference && (await service.liveDigests()).has(reference.digest))
    throw new Refusal(409, "DENIED", `${reference.digest} is deployed; deploy another release before deleting it`);
  requirePreconditions(exchange.request.headers, service.store.manifests.get(repository, name)?.digest, {
    what: `${repository}:${name}`,
    isWrite: true,
  });
  if ("tag" in reference) service.store.tags.delete(repository, reference.tag);
  else service.store.manifests.delete(repository, reference.digest);
  service.log({
    level: "info",
    message: "manifest deleted",
    fields: { repository, reference: name, digest: found.digest },
  });
  answer(exchange, 202);
};
