import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Digest, StateFolder } from "../core/index.ts";
import { openJournal } from "./journal.ts";

/** Digests of every image that a release in this host's journal ran, of the index and of the manifest for its platform. None where there is no journal. */
export const recordedDigests = (state: StateFolder): readonly Digest[] => {
  if (!existsSync(join(state.folder, "journal.sqlite"))) return [];
  using journal = openJournal(state.folder);
  const digests = journal
    .projects()
    .flatMap((project) => journal.releases(project))
    .flatMap(({ manifest }) => manifest.services)
    .flatMap(({ image }) => [image.digest, image.manifest]);
  return [...new Set(digests)];
};
