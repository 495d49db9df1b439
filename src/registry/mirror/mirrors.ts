import type { LookupFunction } from "node:net";
import type { Clock, Digest } from "../../core/index.ts";
import { discard } from "../../image/index.ts";
import { parseRepositoryGlob, type Glob } from "../glob.ts";
import { Refusal } from "../refusal.ts";
import type { Reached } from "../store/points.ts";
import type { Store } from "../store/store.ts";
import type { Count, Gauge } from "../watch/index.ts";
import { createFills, lengthOf } from "./fills.ts";
import type { Flight } from "./flight.ts";
import { listReferrers, listTags, type ReferrersPage, type TagsPage } from "./lists.ts";
import { createMirroredManifests, type MirroredManifest } from "./manifests.ts";
import { canonical, type Place, placeOf, repositoryHere } from "./place.ts";
import { refusalOf } from "./refusals.ts";
import { FRESH_FOR_MS, type MirrorSettings } from "./settings.ts";
import type { RateLimit } from "./standing.ts";
import { blobPath, createUpstream, type Upstream } from "./upstream.ts";

/** The pull-through cache: what is under `mirror/<name>/` comes from upstream when it is first asked for. */
export interface Mirrors {
  /**
   * The name here of what is asked for. `host` is the registry the client believes to talk to (`?ns=`), where it said so.
   * @throws NAME_UNKNOWN when there are mirrors, but none of that host
   */
  rename(repository: string, host: string | undefined): string;
  /** @throws Refusal 404 only when upstream says so; 403, 429, 502, 503 */
  manifest(repository: string, reference: string): Promise<MirroredManifest>;
  /** Counts a blob that was pulled and was here. */
  hit(repository: string): void;
  /** A blob that the store does not have, on its way there. @throws as `manifest` */
  blob(repository: string, digest: Digest): Promise<Flight>;
  /** The size of a blob that the store does not have. @throws as `manifest` */
  blobSize(repository: string, digest: Digest): Promise<number>;
  /** Upstream's own list, a page of it. @throws as `manifest` */
  tags(repository: string, page: { readonly count: number | undefined; readonly last: string | undefined }): Promise<TagsPage>;
  /** Upstream's own list, by its API or its fallback tag. Undefined when it cannot be asked now. @throws as `manifest` */
  referrers(repository: string, subject: Digest): Promise<ReferrersPage | undefined>;
  /** Whether images of this repository are given as they are, unsigned and unscanned: so its mirror's settings say. */
  isExempt(repository: string): boolean;
  /** What the upstream of a repository said of its rate limit when it last answered. */
  rateLimit(repository: string): RateLimit | undefined;
  /** For /metrics. */
  gauges(): readonly Gauge[];
  /** Makes other mirrors ready; they hold from when the result is called. Settings that are the same value go on as they are, what is under way with others is finished. */
  prepare(all: readonly MirrorSettings[]): () => void;
  /** Ends what is under way. */
  close(): Promise<void>;
}

export interface MirrorPorts {
  readonly dataFolder: string;
  readonly store: Store;
  readonly clock: Clock;
  readonly reserveBytes: number;
  readonly log: (message: string) => void;
  readonly reached: Reached;
  readonly count: Count;
  readonly lookup?: LookupFunction;
}

interface Mirror {
  readonly settings: MirrorSettings;
  readonly upstream: Upstream;
  readonly carries: readonly Glob[];
}

export const createMirrors = (first: readonly MirrorSettings[], ports: MirrorPorts): Mirrors => {
  const { store, clock } = ports;
  const ended = new AbortController();
  const facts = { clock, signal: ended.signal, count: ports.count, ...(ports.lookup === undefined ? {} : { lookup: ports.lookup }) };
  const mirrorOf = (settings: MirrorSettings): Mirror => ({
    settings,
    upstream: createUpstream(settings, facts),
    carries: (settings.repositories ?? ["**"]).map(parseRepositoryGlob),
  });
  let all = first;
  let mirrors = all.map(mirrorOf);
  const fills = createFills(ports);
  const manifests = createMirroredManifests(store, clock, ports.log);

  const find = (repository: string): { readonly mirror: Mirror; readonly place: Place } | undefined => {
    for (const mirror of mirrors) {
      const place = placeOf(mirror.settings, repository);
      if (place !== undefined) return { mirror, place };
    }
    return undefined;
  };
  const locate = (repository: string): Mirror & { readonly place: Place } => {
    const found = find(repository);
    if (found === undefined)
      throw new Refusal(404, "NAME_UNKNOWN", `${repository} is under mirror/, but this registry mirrors nothing of that name`);
    const { mirror, place } = found;
    if (!mirror.carries.some((holds) => holds(place.upstream)))
      throw new Refusal(403, "DENIED", `this registry's mirror of ${mirror.settings.upstream} does not carry ${place.upstream}`);
    return { ...mirror, place };
  };
  const asked = ({ host }: Upstream, kind: "manifest" | "blob", result: string): void =>
    ports.count("seaworthy_registry_mirror_requests_total", [host, kind, result]);
  const unknownBlob = (place: Place, digest: Digest): Refusal =>
    new Refusal(404, "BLOB_UNKNOWN", `${place.upstream} has no blob ${digest} upstream`);
  return {
    rename: (repository, host) => {
      if (host !== undefined && mirrors.length > 0) {
        const here = repositoryHere(all, host, repository);
        if (here === undefined) throw new Refusal(404, "NAME_UNKNOWN", `this registry does not mirror ${host.slice(0, 100)}`);
        return here;
      }
      return canonical(all, repository);
    },
    manifest: async (repository, reference) => {
      const { settings, upstream, place } = locate(repository);
      try {
        const found = await manifests.get(upstream, place, reference, settings.freshForMs ?? FRESH_FOR_MS);
        asked(upstream, "manifest", found.stale === undefined ? found.came : "stale");
        return found;
      } catch (error) {
        asked(upstream, "manifest", "refused");
        throw error;
      }
    },
    hit: (repository) => {
      const found = find(repository);
      if (found !== undefined) asked(found.mirror.upstream, "blob", "hit");
    },
    blob: async (repository, digest) => {
      const { upstream, place } = locate(repository);
      const joins = fills.isOpen(place, digest);
      const fill = await fills.open(upstream, place, digest, store.manifests.sizeOfPart(repository, digest)).catch((error: unknown) => {
        asked(upstream, "blob", "refused");
        throw error;
      });
      asked(upstream, "blob", fill.kind !== "flight" ? "refused" : joins ? "joined" : "fetched");
      if (fill.kind === "flight") return fill.flight;
      throw refusalOf(upstream.host, fill, unknownBlob(place, digest));
    },
    blobSize: async (repository, digest) => {
      const { upstream, place } = locate(repository);
      const told = await upstream.ask("HEAD", place.upstream, blobPath(digest));
      if (told.kind !== "found") throw refusalOf(upstream.host, told, unknownBlob(place, digest));
      await discard(told.answer);
      return lengthOf(told.answer) ?? store.manifests.sizeOfPart(repository, digest) ?? 0;
    },
    tags: async (repository, page) => {
      const { upstream, place } = locate(repository);
      return listTags(upstream, place, page);
    },
    referrers: async (repository, subject) => {
      const { settings, upstream, place } = locate(repository);
      return listReferrers(upstream, place, subject, (tag) => manifests.get(upstream, place, tag, settings.freshForMs ?? FRESH_FOR_MS));
    },
    isExempt: (repository) => find(repository)?.mirror.settings.signed === false,
    rateLimit: (repository) => find(repository)?.mirror.upstream.standing.rateLimit,
    gauges: () => [
      ...(mirrors.length === 0 ? [] : [{ name: "seaworthy_registry_mirror_open_fetches" as const, value: fills.openCount }]),
      ...mirrors.flatMap(({ upstream: { host, standing } }): readonly Gauge[] => [
        { name: "seaworthy_registry_mirror_left_alone", labels: [host], value: standing.waiting() === undefined ? 0 : 1 },
        ...(standing.rateLimit === undefined
          ? []
          : [{ name: "seaworthy_registry_mirror_ratelimit_remaining" as const, labels: [host], value: standing.rateLimit.remaining }]),
      ]),
    ],
    prepare: (next) => {
      const kept = next.map((settings) => mirrors.find((mirror) => mirror.settings === settings) ?? mirrorOf(settings));
      return () => {
        for (const mirror of mirrors) if (!kept.includes(mirror)) mirror.upstream.retire();
        all = next;
        mirrors = kept;
      };
    },
    close: async () => {
      ended.abort();
      await fills.settled();
      for (const { upstream } of mirrors) upstream.close();
    },
  };
};
