import { everyFile, usageOf } from "../../image/index.ts";
import { type Outcome, type OutputFlags, reporting } from "../outcome.ts";
import { progressFor } from "../progress.ts";
import { biggestFiles, renderUsage } from "../render/image-usage.ts";
import { viewImage } from "../view-image.ts";

export interface Flags extends OutputFlags {
  readonly platform?: string;
  readonly depth?: number;
  readonly top?: number;
}

export const run = reporting<Flags, [string]>(async (context, flags, name): Promise<Outcome> => {
  const { depth = 3, top = 10, platform } = flags;
  const contents = await viewImage(context, name, { lookout: everyFile, platform, progress: progressFor(context, flags) });
  const usage = usageOf(contents);
  const folders = usage.folders.filter(({ path }) => path === "" || path.split("/").length <= depth);
  return {
    exit: 0,
    human: renderUsage(name, contents, usage, { depth, top }),
    json: {
      schema: "seaworthy/image-tree@1",
      image: name,
      digest: contents.digest,
      sizeBytes: usage.sizeBytes,
      files: usage.files,
      wastedBytes: usage.wastedBytes,
      efficiency: usage.efficiency,
      layers: usage.layers.map((layer, at) => ({ diffId: contents.layers[at]?.diffId, ...layer })),
      folders: folders.toSorted((a, b) => (a.path < b.path ? -1 : 1)),
      biggest: biggestFiles(contents, top),
      wasted: usage.wasted.slice(0, top).map(({ layer, by, ...one }) => ({ ...one, layer: layer + 1, byLayer: by + 1 })),
    },
  };
});
