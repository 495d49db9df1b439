import { algorithmOf, hexOf } from "../../core/index.ts";
import { may } from "../auth/index.ts";
import { type Descriptor, MEDIA, parseManifest } from "../../image/index.ts";
import { Refusal } from "../refusal.ts";
import { type Exchange, json } from "./exchange.ts";
import { digestName } from "./names.ts";
import type { Service } from "./service.ts";

/** Pages are bounded whatever `n` asks for (GHSA-hqxw-f8mx-cpmw: `n` sized an allocation). */
const MAX_PAGE = 10_000;

/** One page after `last`, and the Link to the next where there is more (distribution-spec, "Listing Tags"). */
const page = (
  exchange: Exchange,
  path: string,
  list: (last: string, count: number) => readonly string[],
): { readonly names: readonly string[]; readonly headers: Record<string, string> } => {
  const asked = exchange.query.get("n");
  if (asked !== null && !/^\d{1,10}$/.test(asked))
    throw new Refusal(400, "PAGINATION_NUMBER_INVALID", `"${asked.slice(0, 40)}" is not a number of entries`);
  const count = Math.min(asked === null ? MAX_PAGE : Number(asked), MAX_PAGE);
  const names = list(exchange.query.get("last") ?? "", count + 1);
  const shown = names.slice(0, count);
  const last = shown.at(-1);
  const more = names.length > count && last !== undefined;
  return { names: shown, headers: more ? { link: `<${path}?n=${count}&last=${encodeURIComponent(last)}>; rel="next"` } : {} };
};

export const listTags = (service: Service, exchange: Exchange, repository: string): void => {
  const { names, headers } = page(exchange, `/v2/${repository}/tags/list`, (last, count) =>
    service.store.tags.list(repository, last, count),
  );
  json(exchange, 200, { name: repository, tags: names }, headers);
};

const CATALOG_STEP = 1000;

/** Only what the caller may pull: pages are filled from what is left, so their lengths tell nothing either. */
const readable = (service: Service, exchange: Exchange, last: string, count: number): readonly string[] => {
  const names: string[] = [];
  for (let after = last; names.length < count;) {
    const step = service.store.repositories(after, CATALOG_STEP);
    names.push(...step.filter((name) => may(exchange.caller, "pull", name)).slice(0, count - names.length));
    const end = step.at(-1);
    if (end === undefined || step.length < CATALOG_STEP) break;
    after = end;
  }
  return names;
};

export const listCatalog = (service: Service, exchange: Exchange): void => {
  const { names, headers } = page(exchange, "/v2/_catalog", (last, count) => readable(service, exchange, last, count));
  json(exchange, 200, { repositories: names }, headers);
};

/** Entries that clients kept under the fallback tag `sha256-<hex>` before they knew this registry has the API. */
const fallback = (service: Service, repository: string, tag: string): readonly Descriptor[] => {
  const found = service.store.manifests.get(repository, tag);
  if (found === undefined || found.mediaType !== MEDIA.ociIndex) return [];
  const index = parseManifest(found.bytes, { digest: found.digest });
  return index.kind === "index" ? index.manifests : [];
};

/** Never 404: a subject that nobody refers to has an empty list (distribution-spec, "Listing Referrers"). */
export const listReferrers = (service: Service, exchange: Exchange, repository: string, name: string): void => {
  const subject = digestName(name);
  const known = new Map<string, Descriptor>();
  const listed = [
    ...service.store.manifests.referrers(repository, subject),
    ...fallback(service, repository, `${algorithmOf(subject)}-${hexOf(subject).slice(0, 64)}`),
  ];
  for (const entry of listed) if (!known.has(entry.digest)) known.set(entry.digest, entry);
  const artifactType = exchange.query.get("artifactType");
  const manifests = [...known.values()].filter((entry) => artifactType === null || entry.artifactType === artifactType);
  const filtered = artifactType === null ? {} : { "oci-filters-applied": "artifactType" };
  json(exchange, 200, { schemaVersion: 2, mediaType: MEDIA.ociIndex, manifests }, { "content-type": MEDIA.ociIndex, ...filtered });
};
