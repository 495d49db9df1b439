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
  stored(exchange, upload.repository, digest);
};

const algorithmAsked = (exchange: Exchange): "sha256" | "sha512" => {
  const asked = exchange.query.get("digest-algorithm") ?? "sha256";
  if (asked !== "sha256" && asked !== "sha512")
    throw new Refusal(400, "DIGEST_INVALID", `"${asked.slice(0, 40)}" is not a digest algorithm known here: sha256, sha512`);
  return asked;
};

/** POST: mounts a blob, takes a whole one, or opens an upload. */
export const beginUpload = async (service: Service, exchange: Exchange, repository: string): Promise<void> => {
  const { blobs, uploads } = service.store;
  const mount = exchange.query.get("mount");
  if (mount !== null) {
    const from = exchange.query.get("from");
    const digest = digestName(mount);
    const source = from === null ? undefined : repositoryName(from.split("/"));
    // Whoever may not pull there is told nothing of what is there: an upload begins, as for a blob that is nowhere.
    if (await blobs.mount(repository, digest, source, (holder) => may(exchange.caller, "pull", holder)))
      return stored(exchange, repository, digest);
  }
  const whole = exchange.query.get("digest");
  const digest = whole === null ? undefined : digestName(whole);
  const upload = await uploads.begin(
    repository,
    digest === undefined ? algorithmAsked(exchange) : algorithmOf(digest),
    declaredBytes(exchange),
  );
  if (digest === undefined) return answer(exchange, 202, { ...state(upload), "oci-chunk-min-length": 1 });
  try {
    await complete(
      service,
      exchange,
      await uploads.append(upload, exchange.body(), { declaredBytes: declaredBytes(exchange), digest }),
      digest,
    );
  } catch (error) {
    // Nobody was told where this upload is.
    await uploads.cancel(upload).catch(() => undefined);
    throw error;
  }
};

/** A chunk that says where it belongs must belong to the end of what is there. */
const requireOrder = (exchange: Exchange, upload: Upload): void => {
  const header = exchange.request.headers["content-range"];
  if (header === undefined) return;
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
};

/** PATCH, PUT, GET and DELETE of an open upload. */
export const continueUpload = async (service: Service, exchange: Exchange, repository: string, id: string): Promise<void> => {
  const { uploads } = service.store;
  const upload = uploads.find(repository, id);
  switch (exchange.method) {
    case "GET":
    case "HEAD":
      return answer(exchange, 204, state(upload));
    case "DELETE":
      await uploads.cancel(upload);
      return answer(exchange, 204);
    case "PATCH":
      requireOrder(exchange, upload);
      return answer(exchange, 202, state(await uploads.append(upload, exchange.body(), { declaredBytes: declaredBytes(exchange) })));
    case "PUT": {
      const digest = digestName(exchange.query.get("digest") ?? "");
      requireOrder(exchange, upload);
      return complete(
        service,
        exchange,
        await uploads.append(upload, exchange.body(), { declaredBytes: declaredBytes(exchange), digest }),
        digest,
      );
    }
    default:
      throw new Refusal(405, "UNSUPPORTED", `${exchange.method} is not for uploads`, { allow: "GET, HEAD, PATCH, PUT, DELETE" });
  }
};
