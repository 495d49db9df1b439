import type { Digest } from "../core/index.ts";
import type { Descriptor } from "../image/index.ts";
import type { Store } from "./store/store.ts";

/** What admission may read of the registry's own contents. */
export interface Contents {
  /** By tag or digest. */
  manifest(
    repository: string,
    reference: string,
  ): { readonly digest: Digest; readonly mediaType: string; readonly bytes: Uint8Array } | undefined;
  /** Undefined when there is none, or it is larger. */
  blob(repository: string, digest: Digest, maxBytes: number): Promise<Uint8Array | undefined>;
  /** Indexes of the repository that list this manifest. */
  parents(repository: string, digest: Digest): readonly Digest[];
  /** What names this manifest as its subject: at most a thousand. */
  referrers(repository: string, digest: Digest): readonly Descriptor[];
}

const MOST_REFERRERS = 1000;

export const contentsOf = (store: Pick<Store, "manifests" | "blobs">): Contents => ({
  manifest: (repository, reference) => store.manifests.get(repository, reference),
  blob: async (repository, digest, maxBytes) => {
    const blob = await store.blobs.open(repository, digest);
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
  parents: (repository, digest) => store.manifests.parents(repository, digest),
  referrers: (repository, digest) =>
    store.manifests.referrers(repository, digest, { artifactType: undefined, after: "", count: MOST_REFERRERS }),
});
