import { algorithmOf, type Digest, hexOf } from "../../core/index.ts";
import { type Descriptor, MEDIA, parseManifest } from "../../image/index.ts";
import { type Exchange, type Headers, json } from "./exchange.ts";
import { digestName } from "./names.ts";
import type { Service } from "./service.ts";

/** Clients read 4 MiB of an index and no more. What a page holds at most before the last entry is added. */
const PAGE_BYTES = 3 * 1024 * 1024;
/** Fetched from the database at once. */
const BATCH = 200;

/** The tag under which clients list referrers where there is no API (distribution-spec, "Referrers Tag Schema"). */
const fallbackTag = (subject: Digest): string => `${algorithmOf(subject)}-${hexOf(subject).slice(0, 64)}`;

/** Entries that clients kept under the fallback tag before they knew this registry has the API, as far as what they name is here and does not name the subject itself. */
const fallback = (service: Service, repository: string, subject: Digest): readonly Descriptor[] => {
  const { manifests } = service.store;
  const found = manifests.get(repository, fallbackTag(subject));
  if (found === undefined || found.mediaType !== MEDIA.ociIndex) return [];
  const index = parseManifest(found.bytes, { digest: found.digest });
  return index.kind === "index"
    ? index.manifests.filter(({ digest }) => manifests.has(repository, digest, { butNotReferringTo: subject }))
    : [];
};

interface Page {
  readonly entries: readonly Descriptor[];
  /** The last entry's digest, or what is less than any, where there are more. */
  readonly next: string | undefined;
}

const page = (service: Service, repository: string, subject: Digest, artifactType: string | undefined, after: string): Page => {
  const first = after === "" ? fallback(service, repository, subject) : [];
  const entries = first.filter((entry) => artifactType === undefined || (entry.artifactType ?? "") === artifactType);
  let bytes = entries.reduce((sum, entry) => sum + JSON.stringify(entry).length, 0);
  // Before every digest, and no longer the first page.
  let last = after === "" ? "-" : after;
  for (;;) {
    const batch = service.store.manifests.referrers(repository, subject, { artifactType, after: last, count: BATCH });
    for (const entry of batch) {
      const size = Buffer.byteLength(JSON.stringify(entry));
      if (entries.length > 0 && bytes + size > PAGE_BYTES) return { entries, next: last };
      entries.push(entry);
      bytes += size;
      last = entry.digest;
    }
    if (batch.length < BATCH) return { entries, next: undefined };
  }
};

/** Never 404: a subject that nobody refers to has an empty list (distribution-spec, "Listing Referrers"). */
export const listReferrers = (service: Service, exchange: Exchange, repository: string, name: string, more: Headers = {}): void => {
  const subject = digestName(name);
  const artifactType = exchange.query.get("artifactType") ?? undefined;
  const { entries, next } = page(service, repository, subject, artifactType, exchange.query.get("last") ?? "");
  const query = new URLSearchParams({ ...(artifactType === undefined ? {} : { artifactType }), last: next ?? "" });
  const headers = {
    ...more,
    "content-type": MEDIA.ociIndex,
    ...(artifactType === undefined ? {} : { "oci-filters-applied": "artifactType" }),
    ...(next === undefined ? {} : { link: `</v2/${repository}/referrers/${subject}?${query.toString()}>; rel="next"` }),
  };
  json(exchange, 200, { schemaVersion: 2, mediaType: MEDIA.ociIndex, manifests: entries }, headers);
};
