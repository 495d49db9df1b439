import { byDigest, type Digest } from "../core/index.ts";
import { type Descriptor, parseManifest } from "../image/index.ts";
import type { Contents } from "../registry/index.ts";
import { isScanPredicate, readScanPredicate } from "../scan/index.ts";
import { type AttestationStore, readAttestations, type TrustedKey } from "../trust/index.ts";

interface Asking {
  readonly store: AttestationStore;
  readonly contents: Contents;
  readonly repository: string;
  readonly keys: readonly TrustedKey[];
  /** How old a scan may be. */
  readonly withinMs: number;
  readonly now: number;
}

/** Of one digest by itself: when its newest scan is too old. 0: it has none. */
const ownUntil = async ({ store, repository, keys, withinMs, now }: Asking, digest: Digest): Promise<number> => {
  const reference = byDigest({ registry: "localhost", repository }, digest);
  const { good } = await readAttestations(store, reference, digest, keys, isScanPredicate);
  const ends = good.flatMap(({ predicate }) => {
    const said = readScanPredicate(predicate, now);
    return typeof said === "string" ? [] : [said.finishedAt + withinMs];
  });
  return Math.max(0, ...ends);
};

/** What runs of an index; provenance and the like are listed in it without a platform. */
const isRun = ({ platform, annotations }: Descriptor): boolean =>
  platform?.os !== "unknown" && annotations?.["vnd.docker.reference.type"] === undefined;

const childrenOf = ({ contents, repository }: Asking, digest: Digest): readonly Digest[] => {
  const found = contents.manifest(repository, digest);
  if (found === undefined) return [];
  const manifest = parseManifest(found.bytes, { mediaType: found.mediaType, digest });
  return manifest.kind === "index" ? manifest.manifests.filter(isRun).map((child) => child.digest) : [];
};

/**
 * Until when an image counts as scanned, in milliseconds since the epoch; 0 when it does not. A scan that is attested of an index is one of all that it lists;
 * an index of which nothing is attested is as old as the oldest scan of what it lists.
 */
export const scannedUntil = async (asking: Asking, digest: Digest): Promise<number> => {
  const parents = asking.contents.parents(asking.repository, digest).slice(0, 20);
  const own = Math.max(...(await Promise.all([digest, ...parents].map((one) => ownUntil(asking, one)))));
  if (own > asking.now) return own;
  const children = childrenOf(asking, digest);
  if (children.length === 0) return own;
  return Math.min(...(await Promise.all(children.map((child) => ownUntil(asking, child)))));
};
