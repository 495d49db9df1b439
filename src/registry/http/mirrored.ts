import type { Socket } from "node:net";
import { Readable } from "node:stream";
import { MEDIA } from "../../image/index.ts";
import { Refusal } from "../refusal.ts";
import { answerBlob, deleteBlob, sendOpenBlob } from "./blobs.ts";
import { type Exchange, type Headers, IDLE_MS, json } from "./exchange.ts";
import { isMirrored } from "../mirror/index.ts";
import { answerManifest, deleteManifest } from "./manifests.ts";
import { digestName, manifestName } from "./names.ts";
import { listReferrers } from "./referrers.ts";
import type { Route } from "./routes.ts";
import type { Service } from "./service.ts";

/** For people. Distribution-spec, "Warnings", lets a registry say 299 and nothing else; RFC 9111 has given up 110, which caches said before. `Age` says how old. */
const STALE = '299 - "upstream cannot be asked now: this is as it was last known"';
const staleness = (ageMs: number): Headers => ({ age: Math.floor(ageMs / 1000), warning: STALE });

/** What upstream said of its rate limit, as it says it. */
const limits = (service: Service, repository: string): Headers => {
  const limit = service.mirrors.rateLimit(repository);
  if (limit === undefined) return {};
  const window = limit.windowSeconds === undefined ? "" : `;w=${limit.windowSeconds}`;
  return {
    "ratelimit-remaining": `${limit.remaining}${window}`,
    ...(limit.limit === undefined ? {} : { "ratelimit-limit": `${limit.limit}${window}` }),
  };
};

const serveManifest = async (service: Service, exchange: Exchange, repository: string, name: string): Promise<void> => {
  manifestName(name);
  const { stale, ...found } = await service.mirrors.manifest(repository, name);
  if (stale !== undefined)
    service.log({
      level: "warning",
      message: `${repository}:${name} is served as it was known ${Math.round(stale.ageMs / 1000)} s ago: ${stale.why}`,
    });
  const headers = { ...limits(service, repository), ...(stale === undefined ? {} : staleness(stale.ageMs)) };
  await answerManifest(service, exchange, repository, name, found, headers);
};

/** Waiting for upstream is no silence of the client; not reading what is there is. */
async function* patiently(bytes: AsyncGenerator<Buffer>, socket: Socket): AsyncGenerator<Buffer, void, undefined> {
  try {
    for (;;) {
      socket.setTimeout(0);
      const next = await bytes.next();
      socket.setTimeout(IDLE_MS);
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    await bytes.return(undefined);
  }
}

const serveBlob = async (service: Service, exchange: Exchange, repository: string, name: string): Promise<void> => {
  const digest = digestName(name);
  const { socket } = exchange.request;
  const here = await service.store.blobs.open(repository, digest);
  if (here !== undefined) {
    if (exchange.method === "GET") service.mirrors.hit(repository);
    return sendOpenBlob(exchange, digest, here);
  }
  if (exchange.method === "HEAD")
    return answerBlob(exchange, digest, await service.mirrors.blobSize(repository, digest), () => Readable.from([]));
  socket.setTimeout(0);
  const flight = await service.mirrors.blob(repository, digest);
  const follower = flight.follow();
  if (follower?.sizeBytes !== undefined) {
    const { sizeBytes } = follower;
    try {
      return await answerBlob(exchange, digest, sizeBytes, (start, end) => patiently(follower.read(start, end), socket));
    } finally {
      follower.leave();
    }
  }
  // It is over already, or upstream told no size, and then nothing can be answered before it is.
  follower?.leave();
  await flight.landed;
  const landed = await service.store.blobs.open(repository, digest);
  if (landed === undefined) throw new Error(`${repository} lost the blob ${digest} right after it was fetched`);
  await sendOpenBlob(exchange, digest, landed);
};

const listTags = async (service: Service, exchange: Exchange, repository: string): Promise<void> => {
  const asked = exchange.query.get("n");
  if (asked !== null && !/^\d{1,9}$/.test(asked))
    throw new Refusal(400, "UNSUPPORTED", `"${asked.slice(0, 40)}" is not a number of entries`);
  const { tags, next } = await service.mirrors.tags(repository, {
    count: asked === null ? undefined : Number(asked),
    last: exchange.query.get("last") ?? undefined,
  });
  const query = new URLSearchParams(exchange.query);
  query.set("last", next ?? "");
  const path = (exchange.request.url ?? "").split("?")[0] ?? "";
  json(exchange, 200, { name: repository, tags }, next === undefined ? {} : { link: `<${path}?${query.toString()}>; rel="next"` });
};

const serveReferrers = async (service: Service, exchange: Exchange, repository: string, name: string): Promise<void> => {
  const found = await service.mirrors.referrers(repository, digestName(name));
  // Upstream cannot be asked: those that were pulled before are better than none.
  if (found === undefined) return listReferrers(service, exchange, repository, name, { warning: STALE });
  const artifactType = exchange.query.get("artifactType");
  const manifests = found.entries.filter((entry) => artifactType === null || entry.artifactType === artifactType);
  json(
    exchange,
    200,
    { schemaVersion: 2, mediaType: MEDIA.ociIndex, manifests },
    { "content-type": MEDIA.ociIndex, ...(artifactType === null ? {} : { "oci-filters-applied": "artifactType" }) },
  );
};

/** Requests for a repository under `mirror/`. Nothing is pushed there; what is deleted there is a copy. */
export const dispatchMirrored = async (
  service: Service,
  exchange: Exchange,
  { kind, repository, reference, demand }: Route,
): Promise<void> => {
  if (demand.kind === "use" && demand.action === "push")
    throw new Refusal(
      403,
      "DENIED",
      `${repository} is a copy of what is upstream and takes no pushes; push under a name that does not begin with mirror/`,
    );
  const isDelete = exchange.method === "DELETE";
  switch (kind) {
    case "blob":
      return isDelete ? deleteBlob(service, exchange, repository, reference) : serveBlob(service, exchange, repository, reference);
    case "manifest":
      return isDelete ? deleteManifest(service, exchange, repository, reference) : serveManifest(service, exchange, repository, reference);
    case "tags":
      return listTags(service, exchange, repository);
    case "referrers":
      return serveReferrers(service, exchange, repository, reference);
    default:
      throw new Refusal(404, "UNSUPPORTED", "a mirror has nothing at this path");
  }
};

/**
 * The registry that the client believes to talk to: this listener's, or what containerd says with `?ns=` (distribution-spec, "Pulling manifests"). Undefined: this one.
 */
export const hostMeant = ({ query, request }: Pick<Exchange, "query" | "request">, actsAs: string | undefined): string | undefined => {
  const told = query.get("ns");
  return told === null || told === request.headers.host ? actsAs : told;
};

/** `OCI-Namespace` for a request that `?ns=` led to a mirror (distribution-spec, "Registry Proxying"). */
export const namespaceOf = ({ query }: Pick<Exchange, "query">, { repository }: Route, host: string | undefined): string | undefined =>
  host !== undefined && host === query.get("ns") && isMirrored(repository) ? host : undefined;
