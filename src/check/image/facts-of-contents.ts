import type { ImageContents } from "../../image/index.ts";
import type { FileNote } from "./file-note.ts";
import type { ImageFacts } from "./image-subject.ts";

/** What the rules are told of an image whose layers were read. */
export const factsOfContents = ({ digest, config, sizeBytes, files, flaws }: ImageContents<FileNote>): ImageFacts => ({
  digest,
  platform: config.platform,
  sizeBytes,
  config: config.run,
  layers: config.diffIds,
  history: config.history,
  files,
  flaws,
});
