import { resolve } from "node:path";
import { type FixedFile, readTextFile, SeaworthyError, writeFileAtomic } from "../core/index.ts";

/**
 * Writes files whose fixes were found good. Paths are below the folder.
 * @throws INPUT_INVALID when one of them is no longer what was read: then none is written
 */
export const writeFixed = (folder: string, files: readonly FixedFile[], meanwhile: "checked" | "tried"): void => {
  const found = files.map(({ path, before, after }) => ({ path, before, after, file: resolve(folder, path) }));
  const changed = found.find(({ file, before }) => readTextFile(file) !== before);
  if (changed !== undefined)
    throw new SeaworthyError("INPUT_INVALID", `${changed.path} was changed while it was ${meanwhile}; nothing was written`, {
      hint: "Run the same command again.",
    });
  for (const { file, after } of found) writeFileAtomic(file, after);
};
