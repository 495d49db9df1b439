import { algorithmOf, type Digest } from "../../core/index.ts";
import { may } from "../auth/index.ts";
import { Refusal } from "../refusal.ts";
import type { Upload } from "../store/uploads.ts";
import { answer, type Exchange, type Headers } from "./exchange.ts";
import { digestName, repositoryName } from "./names.ts";
import { parseChunkRange } from "./range.ts";
import type { Service } from "./service.ts";

const state = (upload: Upload): Headers => ({
  location: `/v2/${upload.repository}/blobs/uploads/${upload.id}`,
  range: `0-${Math.max(0, upload.size - 1)}`,
  "docker-upload-uuid": upload.id,
});

const stored = (exchange: Exchange, repository: string, digest: Digest): void =>
  answer(exchange, 201, { location: `/v2/${repository}/blobs/${digest}`, "docker-content-digest": digest });

const declaredBytes = (exchange: Exchange): number => Number(exchange.request.headers["content-length"] ?? 0);

const complete = async (service: Service, exchange: Exchange, upload: Upload, digest: Digest): Promise<void> => {
  const { blobs, uploads } = service.store;
  // Syncing gigabytes may take longer than a connection may be silent. The next request has its timeout again.
  exchange.request.socket.setTimeout(0);
  await uploads.finish(upload, digest, (path, size) => blobs.store(upload.repository, digest, path, size));
  service.limits.took(upload.owner, upload.repository, digest, upload.size);
  stored(exchange, upload.repository, digest);
};

const algorithmAsked = (exchange: Exchange, mount: Digest | undefined): "sha256" | "sha512" => {
  // What could not be mounted is sent next, under the digest that was asked for.
  const asked = exchange.query.get("digest-algorithm") ?? (mount === undefined ? "sha256" : algorithmOf(mount));
  if (asked !== "sha256" && asked !== "sha512")
    throw new Refusal(400, "DIGEST_INVALID", `"${asked.slice(0, 40)}" is not a digest algorithm known here: sha256, sha512`);
  return asked;
};

/** POST: mounts a blob, takes a whole one, or opens an upload. */
export const beginUpload = async (service: Service, exchange: Exchange, repository: string): Promise<void> => {
  const { blobs, uploads } = service.store;
  service.limits.begin(exchange.caller.name, repository, declaredBytes(exchange));
  const named = exchange.query.get("mount");
  const mount = named === null ? undefined : digestName(named);
  if (mount !== undefined) {
    const from = exchange.query.get("from");
    const source = from === null ? undefined : repositoryName(from.split("/"));
    // Whoever may not pull there is told nothing of what is there: an upload begins, as for a blob that is nowhere.
    if (await blobs.mount(repository, mount, source, (holder) => may(exchange.caller, "pull", holder)))
      return stored(exchange, repository, mount);
  }
  const whole = exchange.query.get("digest");
  const digest = whole === null ? undefined : digestName(whole);
  const upload = await uploads.begin(
    repository,
    digest === undefined ? algorithmAsked(exchange, mount) : algorithmOf(digest),
    declaredBytes(exchange),
    exchange.caller.name,
  );
  if (digest === undefined) return answer(exchange, 202, { ...state(upload), "oci-chunk-min-length": 1 });
  try {
    await complete(
      service,
      exchange,
      await uploads.append(upload, service.limits.body(upload, exchange.body()), { declaredBytes: declaredBytes(exchange), digest }),
      digest,
    );
  } catch (error) {
    // Nobody was told where this upload is.
    await uploads.cancel(upload).catch(() => undefined);
    throw error;
  }
};

/** A chunk that says where it belongs must belong to the end of what is there. Gives the size the upload must have after it. */
const requireOrder = (exchange: Exchange, upload: Upload): number | undefined => {
  const header = exchange.request.headers["content-range"];
  if (header === undefined) return undefined;
  const range = parseChunkRange(header);
  if (range === undefined || range.start !== upload.size)
    throw new Refusal(
      416,
      "BLOB_UPLOAD_INVALID",
      `the upload has ${upload.size} bytes; the chunk "${header.slice(0, 60)}" does not begin there`,
      {
        location: `/v2/${upload.repository}/blobs/uploads/${upload.id}`,
        range: `0-${Math.max(0, upload.size - 1)}`,
      },
    );
  const length = exchange.request.headers["content-length"];
  if (length !== undefined && Number(length) !== range.end - range.start + 1)
    throw new Refusal(400, "SIZE_INVALID", `the chunk "${header.slice(0, 60)}" comes with ${length} bytes`);
  return range.end + 1;
};

/** Takes in the body of this request, as far as it is what its Content-Range says. */
const receive = async (service: Service, exchange: Exchange, upload: Upload, digest?: Digest): Promise<Upload> => {
  const { uploads } = service.store;
  const endsAt = requireOrder(exchange, upload);
  const grown = await uploads.append(upload, service.limits.body(upload, exchange.body()), {
    declaredBytes: declaredBytes(exchange),
    digest,
  });
  if (endsAt === undefined || grown.size === endsAt) return grown;
  // A body without Content-Length: its bytes are in the file and in the hash by now.
  await uploads.cancel(grown);
  throw new Refusal(400, "SIZE_INVALID", `the chunk was to end at byte ${endsAt - 1} and ended at ${grown.size - 1}; begin a new upload`);
};

/** PATCH, PUT, GET and DELETE of an open upload. */
export const continueUpload = async (service: Service, exchange: Exchange, repository: string, id: string): Promise<void> => {
  const { uploads } = service.store;
  const upload = uploads.find(repository, id, exchange.caller.name);
  switch (exchange.method) {
    case "GET":
    case "HEAD":
      return answer(exchange, 204, state(upload));
    case "DELETE":
      await uploads.cancel(upload);
      return answer(exchange, 204);
    case "PATCH":
      return answer(exchange, 202, state(await receive(service, exchange, upload)));
    case "PUT": {
      const digest = digestName(exchange.query.get("digest") ?? "");
      return complete(service, exchange, await receive(service, exchange, upload, digest), digest);
    }
    default:
      throw new Refusal(405, "UNSUPPORTED", `${exchange.method} is not for uploads`, { allow: "GET, HEAD, PATCH, PUT, DELETE" });
  }
};
