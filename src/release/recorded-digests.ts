import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Digest } from "../core/index.ts";
import { openJournal } from "./journal.ts";

/** Digests of every image that a release in this host's journal ran, of the index and of the manifest for its platform. None where there is no journal. */
export const recordedDigests = (stateFolder: string): readonly Digest[] => {
  if (!existsSync(join(stateFolder, "journal.sqlite"))) return [];
  using journal = openJournal(stateFolder);
  const digests = journal
    .projects()
    .flatMap((project) => journal.releases(project))
    .flatMap(({ manifest }) => manifest.services)
    .flatMap(({ image }) => [image.digest, image.manifest]);
  return [...new Set(digests)];
};
