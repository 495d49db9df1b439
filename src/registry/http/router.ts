import { deleteBlob, serveBlob } from "./blobs.ts";
import { answer, type Exchange } from "./exchange.ts";
import { listCatalog, listTags } from "./lists.ts";
import { deleteManifest, serveManifest, storeManifest } from "./manifests.ts";
import { listReferrers } from "./referrers.ts";
import { isMirrored } from "../mirror/index.ts";
import { dispatchMirrored } from "./mirrored.ts";
import type { Route } from "./routes.ts";
import type { Service } from "./service.ts";
import { beginUpload, continueUpload } from "./uploads.ts";

/** Hands a request that was read and admitted to its handler. */
export const dispatch = async (service: Service, exchange: Exchange, route: Route): Promise<void> => {
  const { kind, repository, reference } = route;
  if (isMirrored(repository) && kind !== "base" && kind !== "catalog") return dispatchMirrored(service, exchange, route);
  switch (kind) {
    case "base":
      return answer(exchange, 200, { "content-type": "application/json" }, "{}");
    case "catalog":
      return listCatalog(service, exchange);
    case "blob":
      if (exchange.method === "DELETE") return deleteBlob(service, exchange, repository, reference);
      return serveBlob(service, exchange, repository, reference);
    case "manifest":
      if (exchange.method === "PUT") return storeManifest(service, exchange, repository, reference);
      if (exchange.method === "DELETE") return deleteManifest(service, exchange, repository, reference);
      return serveManifest(service, exchange, repository, reference);
    case "tags":
      return listTags(service, exchange, repository);
    case "referrers":
      return listReferrers(service, exchange, repository, reference);
    case "uploads":
      return beginUpload(service, exchange, repository);
    case "upload":
      return continueUpload(service, exchange, repository, reference);
  }
};
