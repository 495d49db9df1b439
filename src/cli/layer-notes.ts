import { createHash } from "node:crypto";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Progress } from "../core/index.ts";
import { type LayerCache, type NoteCodec, openLayerCache } from "../image/index.ts";
import type { Context } from "./context.ts";
import { cacheFolder } from "./cache-folder.ts";
import { VERSION } from "./version.ts";

/** Changes with the code that reads images: what older code made of a layer is not what this would. In the bundle that is all of its files. */
export const readerCode = (): string => {
  const here = import.meta.dirname;
  const folders = import.meta.filename.endsWith(".ts")
    ? [join(here, "..", "image"), join(here, "..", "inventory"), join(here, "..", "source", "secrets")]
    : [here];
  const hash = createHash("sha256").update(VERSION);
  for (const folder of folders)
    for (const path of readdirSync(folder, { recursive: true, encoding: "utf8" }).toSorted()) {
      // The name of a chunk tells what is in it (script/bundle.ts).
      if (/-[\w-]{8}\.cjs$/.test(path)) {
        hash.update(`${path}\0`);
        continue;
      }
      const { size, mtimeMs } = statSync(join(folder, path));
      hash.update(`${path}\0${size}\0${mtimeMs}\0`);
    }
  return hash.digest("hex");
};

/** What was learned of layers before, in the user's cache. `reader` names what is looked for. */
export const layerNotes = <Note>(
  { process }: Pick<Context, "process">,
  { reader, codec, progress }: { readonly reader: string; readonly codec: NoteCodec<Note>; readonly progress: Progress },
): LayerCache<Note> =>
  openLayerCache({
    folder: join(cacheFolder(process.env), "layer-notes"),
    reader: `${reader} ${readerCode()}`,
    codec,
    note: (words) => progress.note(words),
  });
