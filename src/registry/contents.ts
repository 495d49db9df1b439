import type { Digest } from "../core/index.ts";
import type { Descriptor } from "../image/index.ts";
import { isMirrored, type Mirrors } from "./mirror/index.ts";
import { Refusal } from "./refusal.ts";
import type { Store } from "./store/store.ts";

/** What admission may read of the registry's own contents. */
export interface Contents {
  /** By tag or digest, as far as it is here. */
  manifest(repository: string, reference: string): FoundManifest | undefined;
  /** The same; in a mirror also what only upstream has. @throws Refusal 429, 502, 503 when upstream cannot be asked */
  find(repository: string, reference: string): Promise<FoundManifest | undefined>;
  /** Undefined when there is none, or it is larger. In a mirror also of upstream. @throws as `find` */
  blob(repository: string, digest: Digest, maxBytes: number): Promise<Uint8Array | undefined>;
  /** Indexes of the repository that list this manifest. */
  parents(repository: string, digest: Digest): readonly Digest[];
  /** What names this manifest as its subject: at most a thousand. In a mirror what upstream says. @throws as `find` */
  referrers(repository: string, digest: Digest): Promise<readonly Descriptor[]>;
}

interface FoundManifest {
  readonly digest: Digest;
  readonly mediaType: string;
  readonly bytes: Uint8Array;
}

const MOST_REFERRERS = 1000;

/** What upstream does not have or does not give is not there; what it cannot be asked about is unknown. */
const unlessAbsent = async <Found>(asking: Promise<Found>): Promise<Found | undefined> =>
  asking.catch((error: unknown) => {
    if (error instanceof Refusal && (error.status === 404 || error.status === 403)) return undefined;
    throw error;
  });

type Ports = Pick<Store, "manifests" | "blobs"> & { readonly mirrors: Pick<Mirrors, "manifest" | "blob" | "blobSize" | "referrers"> };

export const contentsOf = ({ manifests, blobs, mirrors }: Ports): Contents => ({
  manifest: (repository, reference) => manifests.get(repository, reference),
  find: async (repository, reference) =>
    isMirrored(repository) ? unlessAbsent(mirrors.manifest(repository, reference)) : manifests.get(repository, reference),
  blob: async (repository, digest, maxBytes) => {
    let blob = await blobs.open(repository, digest);
    if (blob === undefined && isMirrored(repository)) {
      const size = await unlessAbsent(mirrors.blobSize(repository, digest));
      if (size === undefined || size > maxBytes) return undefined;
      await (
        await unlessAbsent(mirrors.blob(repository, digest))
      )?.landed;
      blob = await blobs.open(repository, digest);
    }
    if (blob === undefined) return undefined;
    try {
      if (blob.size > maxBytes) return undefined;
      const chunks: Uint8Array[] = [];
      if (blob.size > 0) for await (const chunk of blob.read(0, blob.size - 1)) chunks.push(chunk);
      return Buffer.concat(chunks);
    } finally {
      await blob.close();
    }
  },
  parents: (repository, digest) => manifests.parents(repository, digest),
  referrers: async (repository, digest) => {
    const upstream = isMirrored(repository) ? await unlessAbsent(mirrors.referrers(repository, digest)) : undefined;
    return (
      upstream?.entries.slice(0, MOST_REFERRERS) ??
      manifests.referrers(repository, digest, { artifactType: undefined, after: "", count: MOST_REFERRERS })
    );
  },
});
