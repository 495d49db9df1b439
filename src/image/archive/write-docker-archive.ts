import { type Digest, hexOf, SeaworthyError } from "../../core/index.ts";
import type { Layout } from "../layout/layout.ts";
import { type NewTarEntry, writeTar } from "./write-tar.ts";

/**
 * One image of a layout as a docker-archive, for `docker load`: the engine's image id becomes the digest of the configuration. Layers go in as they are stored;
 * engines unpack gzip by themselves. `tags` are full names, `repository:tag`.
 * @throws INPUT_INVALID for an index: choose a platform first
 */
export async function* writeDockerArchive(
  layout: Layout,
  digest: Digest,
  tags: readonly string[],
): AsyncGenerator<Uint8Array, void, undefined> {
  const manifest = await layout.manifest(digest);
  if (manifest.kind === "index") throw new SeaworthyError("INPUT_INVALID", `${digest} is an index; an engine loads one image of it`);
  const fileOf = (blob: { readonly digest: Digest }): string => `blobs/sha256/${hexOf(blob.digest)}`;
  const parts = new Map([manifest.config, ...manifest.layers].map((part) => [part.digest, part]));
  const entries = async function* (): AsyncGenerator<NewTarEntry> {
    for (const part of parts.values())
      yield { path: fileOf(part), mode: 0o444, body: { sizeBytes: part.size, stream: layout.openBlob(part.digest) } };
    const listing = [{ Config: fileOf(manifest.config), RepoTags: tags, Layers: manifest.layers.map(fileOf) }];
    yield { path: "manifest.json", body: Buffer.from(JSON.stringify(listing)) };
  };
  yield* writeTar(entries());
}
