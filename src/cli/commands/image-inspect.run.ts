import { parsePlatform } from "../../core/index.ts";
import { describeImage } from "../../image/index.ts";
import { naming } from "../naming.ts";
import { openSource } from "../image-places.ts";
import { type Outcome, type OutputFlags, reporting } from "../outcome.ts";
import { progressFor } from "../progress.ts";
import { imageJson, renderImage } from "../render/image.ts";

export interface Flags extends OutputFlags {
  readonly platform?: string;
}

export const run = reporting<Flags, [string]>(async (context, flags, name): Promise<Outcome> => {
  progressFor(context, flags).begin(`read ${name}`);
  const source = await naming(name, () => openSource(context, name));
  try {
    const platform = flags.platform === undefined ? undefined : parsePlatform(flags.platform);
    const description = await naming(name, () => describeImage(source, platform));
    return { exit: 0, human: renderImage(description), json: imageJson(description) };
  } finally {
    await source.close();
  }
});
