import { type Digest, SeaworthyError } from "../../core/index.ts";
import { walkImage } from "../layout/walk.ts";
import type { Descriptor } from "../values/descriptor.ts";
import type { Index, Manifest } from "../values/manifest.ts";
import { configOf, entryFor, makeIndex } from "./make-index.ts";
import type { ImageSource } from "./source.ts";

/** What one source brings: itself under its platform, or all that its index lists. */
const entriesOf = async (source: ImageSource): Promise<readonly Descriptor[]> => {
  const root = await source.manifest(source.root);
  if (root.kind === "index") return root.manifests;
  return [entryFor(root, (await configOf(source, root)).platform)];
};

/**
 * Several sources as one image for many platforms: a new index of what they hold. Closing it closes them all.
 * @throws INPUT_INVALID when two of them have an image for one platform
 */
export const combined = async (sources: readonly ImageSource[]): Promise<ImageSource> => {
  const [first] = sources;
  if (first === undefined) throw new SeaworthyError("USAGE", "no images are named that an index could be made of");
  const manifests = new Map<Digest, Manifest | Index>();
  const owners = new Map<Digest, ImageSource>();
  const entries: Descriptor[] = [];
  for (const source of sources) {
    const tree = await walkImage(source.root, (digest) => source.manifest(digest));
    for (const manifest of tree.manifests) {
      manifests.set(manifest.digest, manifest);
      owners.set(manifest.digest, source);
    }
    for (const blob of tree.blobs) owners.set(blob.digest, source);
    entries.push(...(await entriesOf(source)));
  }
  const index = makeIndex(entries);
  manifests.set(index.digest, index);
  const ownerOf = (digest: Digest): ImageSource => owners.get(digest) ?? first;
  const sameRepository = sources.every(
    ({ repository }) => repository?.registry === first.repository?.registry && repository?.repository === first.repository?.repository,
  );
  return {
    where: sources.map(({ where }) => where).join(", "),
    root: index.digest,
    tags: [],
    isMadeUp: sources.some(({ isMadeUp }) => isMadeUp),
    ...(sameRepository && first.repository !== undefined ? { repository: first.repository } : {}),
    manifest: async (digest) => manifests.get(digest) ?? ownerOf(digest).manifest(digest),
    blob: (blob) => ownerOf(blob.digest).blob(blob),
    attached: async (digest) => (owners.has(digest) ? ownerOf(digest).attached(digest) : []),
    close: async () => {
      for (const source of sources) await source.close();
    },
  };
};
