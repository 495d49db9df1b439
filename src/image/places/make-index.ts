import { formatPlatform, type Platform, SeaworthyError } from "../../core/index.ts";
import { type ImageConfig, MAX_CONFIG_BYTES, parseImageConfig } from "../values/config.ts";
import type { Descriptor } from "../values/descriptor.ts";
import { type Index, type Manifest, parseManifest } from "../values/manifest.ts";
import { MEDIA } from "../values/media-types.ts";
import { collect } from "../verified.ts";
import type { ImageSource } from "./source.ts";

/** The configuration of one image. @throws INPUT_INVALID when it is an artifact and has none */
export const configOf = async (source: Pick<ImageSource, "blob">, manifest: Manifest): Promise<ImageConfig> =>
  parseImageConfig(await collect(source.blob(manifest.config), MAX_CONFIG_BYTES, `the configuration of ${manifest.digest}`));

/** An image's entry in an index. */
export const entryFor = (manifest: Manifest, platform: Platform): Descriptor => ({
  mediaType: manifest.mediaType,
  digest: manifest.digest,
  size: manifest.bytes.length,
  platform,
});

/** An index of these entries: always the same bytes for the same entries. @throws INPUT_INVALID when two are for one platform */
export const makeIndex = (entries: readonly Descriptor[]): Index => {
  const seen = new Map<string, Descriptor>();
  for (const entry of entries) {
    const platform = entry.platform === undefined ? "unknown" : formatPlatform(entry.platform);
    const before = seen.get(platform);
    if (before !== undefined && before.digest !== entry.digest && !platform.startsWith("unknown"))
      throw new SeaworthyError("INPUT_INVALID", `two images are for ${platform}: ${before.digest} and ${entry.digest}`, {
        hint: "An index has one image for each platform: leave one of them out.",
      });
    seen.set(platform, entry);
  }
  const unique = [...new Map(entries.map((entry) => [entry.digest, entry])).values()];
  const index = parseManifest(Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: MEDIA.ociIndex, manifests: unique })));
  if (index.kind !== "index") throw new TypeError("an index was made");
  return index;
};
