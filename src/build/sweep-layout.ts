import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { hexOf } from "../core/index.ts";
import { type Layout, walkImage } from "../image/index.ts";

/** Removes the blobs of earlier builds: what `index.json` does not reach. Builds into one layout must not overlap. */
export const sweepLayout = async (layout: Layout): Promise<void> => {
  const reached = new Set<string>();
  for (const entry of await layout.entries()) {
    const tree = await walkImage(entry.digest, (digest) => layout.manifest(digest));
    for (const each of [...tree.manifests, ...tree.blobs]) reached.add(hexOf(each.digest));
  }
  const folder = join(layout.folder, "blobs", "sha256");
  for (const name of await readdir(folder)) if (!reached.has(name)) await rm(join(folder, name), { force: true });
};
