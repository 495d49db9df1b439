import { Refusal } from "../refusal.ts";
import { deleteBlob, serveBlob } from "./blobs.ts";
import { answer, type Exchange } from "./exchange.ts";
import { listCatalog, listReferrers, listTags } from "./lists.ts";
import { deleteManifest, serveManifest, storeManifest } from "./manifests.ts";
import { repositoryName } from "./names.ts";
import type { Service } from "./service.ts";
import { beginUpload, continueUpload } from "./uploads.ts";

const notAllowed = (exchange: Exchange, allow: string): never => {
  throw new Refusal(405, "UNSUPPORTED", `${exchange.method.slice(0, 20)} is not allowed here`, { allow });
};

const isRead = (exchange: Exchange): boolean => exchange.method === "GET" || exchange.method === "HEAD";

const routeBlob = (service: Service, exchange: Exchange, repository: string, digest: string): Promise<void> | void => {
  if (isRead(exchange)) return serveBlob(service, exchange, repository, digest);
  if (exchange.method === "DELETE") return deleteBlob(service, exchange, repository, digest);
  return notAllowed(exchange, "GET, HEAD, DELETE");
};

const routeManifest = (service: Service, exchange: Exchange, repository: string, reference: string): Promise<void> => {
  if (isRead(exchange)) return serveManifest(service, exchange, repository, reference);
  if (exchange.method === "PUT") return storeManifest(service, exchange, repository, reference);
  if (exchange.method === "DELETE") return deleteManifest(service, exchange, repository, reference);
  return notAllowed(exchange, "GET, HEAD, PUT, DELETE");
};

/** Read from the right: a repository may be called `blobs/uploads` or `tags/list`. */
export const route = async (service: Service, exchange: Exchange): Promise<void> => {
  const { segments } = exchange;
  const [beforeLast = "", last = ""] = segments.slice(-2);
  const name = (fromEnd: number): string => repositoryName(segments.slice(0, -fromEnd));
  if (segments.length === 1 && last === "" && beforeLast === "")
    return isRead(exchange) ? answer(exchange, 200, { "content-type": "application/json" }, "{}") : notAllowed(exchange, "GET, HEAD");
  if (segments.length === 1 && beforeLast === "_catalog")
    return isRead(exchange) ? listCatalog(service, exchange) : notAllowed(exchange, "GET, HEAD");
  if (segments.length >= 4 && segments.at(-3) === "blobs" && beforeLast === "uploads" && last !== "")
    return continueUpload(service, exchange, name(3), last);
  if (segments.length >= 4 && segments.at(-3) === "blobs" && beforeLast === "uploads")
    return exchange.method === "POST" ? beginUpload(service, exchange, name(3)) : notAllowed(exchange, "POST");
  if (segments.length >= 3) {
    if (beforeLast === "blobs" && last === "uploads" && exchange.method === "POST") return beginUpload(service, exchange, name(2));
    if (beforeLast === "blobs") return routeBlob(service, exchange, name(2), last);
    if (beforeLast === "manifests") return routeManifest(service, exchange, name(2), last);
    if (beforeLast === "tags" && last === "list")
      return isRead(exchange) ? listTags(service, exchange, name(2)) : notAllowed(exchange, "GET, HEAD");
    if (beforeLast === "referrers")
      return isRead(exchange) ? listReferrers(service, exchange, name(2), last) : notAllowed(exchange, "GET, HEAD");
  }
  throw new Refusal(404, "UNSUPPORTED", "there is nothing at this path; the registry's API begins at /v2/");
};
