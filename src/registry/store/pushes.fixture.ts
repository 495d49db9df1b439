import { createHash, randomBytes } from "node:crypto";
import { type Digest, digestOf, parseDigest } from "../../core/index.ts";
import { MEDIA, parseManifest } from "../../image/index.ts";
import type { Store } from "./store.ts";

export interface PushedImage {
  readonly digest: Digest;
  readonly layer: Digest;
}

/** Pushes into a store, each in one call, in the order of a real client. */
export interface Pushes {
  blob(bytes?: Uint8Array, at?: { readonly repository?: string; readonly algorithm?: "sha256" | "sha512" }): Promise<Digest>;
  /** An image of one layer. */
  image(
    tags: readonly string[],
    options?: { readonly repository?: string; readonly layer?: Uint8Array; readonly subject?: Digest },
  ): Promise<PushedImage>;
  index(tags: readonly string[], children: readonly Digest[], repository?: string): Digest;
}

async function* once(bytes: Uint8Array): AsyncGenerator<Buffer> {
  yield Buffer.from(bytes);
}

export const pushesInto = (store: Store): Pushes => {
  const blob: Pushes["blob"] = async (bytes = randomBytes(200), { repository = "team/app", algorithm = "sha256" } = {}) => {
    const digest = parseDigest(`${algorithm}:${createHash(algorithm).update(bytes).digest("hex")}`);
    const upload = await store.uploads.begin(repository, algorithm);
    await store.uploads.append(upload, once(bytes), { declaredBytes: bytes.length, digest });
    await store.uploads.finish(upload, digest, (path, size) => store.blobs.store(repository, digest, path, size));
    return digest;
  };
  const put = (repository: string, document: object, tags: readonly string[]): Digest => {
    const manifest = parseManifest(Buffer.from(JSON.stringify(document)));
    store.manifests.put(repository, manifest, tags);
    return manifest.digest;
  };
  return {
    blob,
    image: async (tags, { repository = "team/app", layer: bytes = randomBytes(300), subject } = {}) => {
      const layer = await blob(bytes, { repository });
      await blob(Buffer.from("{}"), { repository });
      const document = {
        schemaVersion: 2,
        mediaType: MEDIA.ociManifest,
        config: { mediaType: MEDIA.ociConfig, digest: digestOf("{}"), size: 2 },
        layers: [{ mediaType: MEDIA.ociLayer, digest: layer, size: bytes.length }],
        ...(subject === undefined ? {} : { subject: { mediaType: MEDIA.ociManifest, digest: subject, size: 1 } }),
      };
      return { digest: put(repository, document, tags), layer };
    },
    index: (tags, children, repository = "team/app") =>
      put(
        repository,
        {
          schemaVersion: 2,
          mediaType: MEDIA.ociIndex,
          manifests: children.map((digest) => ({ mediaType: MEDIA.ociManifest, digest, size: 1 })),
        },
        tags,
      ),
  };
};
