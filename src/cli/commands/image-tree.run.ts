import { formatByteSize, parseByteSize, SeaworthyError } from "../../core/index.ts";
import { everyFile, type ImageUsage, usageOf } from "../../image/index.ts";
import { naming } from "../naming.ts";
import { type Outcome, type OutputFlags, reporting } from "../outcome.ts";
import { progressFor } from "../progress.ts";
import { biggestFiles, renderUsage } from "../render/image-usage.ts";
import { viewImage } from "../view-image.ts";

export interface Flags extends OutputFlags {
  readonly platform?: string;
  readonly depth?: number;
  readonly top?: number;
  readonly minEfficiency?: number;
  readonly maxWasted?: string;
}

/** What of the limits an image does not keep, a sentence each. @throws USAGE */
const broken = (
  { efficiency, wastedBytes }: Pick<ImageUsage, "efficiency" | "wastedBytes">,
  { minEfficiency, maxWasted }: Flags,
): readonly string[] => {
  if (minEfficiency !== undefined && !(minEfficiency >= 0 && minEfficiency <= 1))
    throw new SeaworthyError("USAGE", `--min-efficiency ${minEfficiency} is no part of a whole: from 0 to 1`, {
      hint: "0.95 asks that 95% of the files' bytes are seen.",
    });
  const mostBytes = maxWasted === undefined ? undefined : parseByteSize(maxWasted);
  return [
    ...(minEfficiency !== undefined && efficiency < minEfficiency
      ? [`its efficiency is ${efficiency.toFixed(3)}, less than ${minEfficiency}`]
      : []),
    ...(mostBytes !== undefined && wastedBytes > mostBytes
      ? [`it wastes ${formatByteSize(wastedBytes)}, more than ${formatByteSize(mostBytes)}`]
      : []),
  ];
};

export const run = reporting<Flags, [string]>(async (context, flags, name): Promise<Outcome> => {
  const { depth = 3, top = 10, platform } = flags;
  // What is no limit is refused before anything is read.
  broken({ efficiency: 1, wastedBytes: 0 }, flags);
  const contents = await viewImage(context, name, { lookout: everyFile, platform, progress: progressFor(context, flags) });
  const usage = await naming(name, async () => usageOf(contents));
  const folders = usage.folders.filter(({ path }) => path === "" || path.split("/").length <= depth);
  const refused = broken(usage, flags);
  return {
    exit: refused.length === 0 ? 0 : 1,
    human: [renderUsage(name, contents, usage, { depth, top }), ...refused.map((why) => `\nrefused: ${why}`)].join(""),
    json: {
      schema: "seaworthy/image-tree@1",
      image: name,
      digest: contents.digest,
      ...(contents.flaws.length === 0 ? {} : { flaws: contents.flaws }),
      sizeBytes: usage.sizeBytes,
      files: usage.files,
      wastedBytes: usage.wastedBytes,
      efficiency: usage.efficiency,
      refused,
      layers: usage.layers.map((layer, at) => ({ diffId: contents.layers[at]?.diffId, ...layer })),
      folders: folders.toSorted((a, b) => (a.path < b.path ? -1 : 1)),
      biggest: biggestFiles(contents, top),
      wasted: usage.wasted.slice(0, top).map(({ layer, by, ...one }) => ({ ...one, layer: layer + 1, byLayer: by + 1 })),
    },
  };
});
