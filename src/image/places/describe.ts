import { type Digest, formatPlatform, HERE, type Platform, samePlatform, SeaworthyError } from "../../core/index.ts";
import { imageBelow } from "../filesystem/image-contents.ts";
import type { HistoryEntry, ImageConfig } from "../values/config.ts";
import type { Descriptor } from "../values/descriptor.ts";
import type { Index, Manifest } from "../values/manifest.ts";
import { MEDIA } from "../values/media-types.ts";
import { configOf } from "./make-index.ts";
import type { ImageSource } from "./source.ts";

/** A layer with the step that made it, where the history tells. */
export interface DescribedLayer {
  readonly digest: Digest;
  /** As it is stored. */
  readonly sizeBytes: number;
  readonly mediaType: string;
  readonly diffId?: Digest;
  readonly createdBy?: string;
}

export interface DescribedReferrer {
  readonly digest: Digest;
  readonly of: Digest;
  readonly artifactType?: string;
  readonly tag?: string;
}

export interface ImageDescription {
  readonly where: string;
  readonly tags: readonly string[];
  readonly root: Manifest | Index;
  /** Entries of an index, attestations too. */
  readonly entries: readonly Descriptor[];
  /** The one image that is described further. */
  readonly image: Manifest;
  /** Absent for an artifact, which is no image to run. */
  readonly config?: ImageConfig;
  readonly layers: readonly DescribedLayer[];
  readonly referrers: readonly DescribedReferrer[];
}

const CONFIGS: readonly string[] = [MEDIA.ociConfig, MEDIA.dockerConfig];

/** The step of each layer, base first: those steps of the history that made one. Undefined where their number does not fit. */
export const stepsOf = (history: readonly HistoryEntry[], layers: number): readonly (HistoryEntry | undefined)[] => {
  const made = history.filter(({ emptyLayer }) => !emptyLayer);
  return Array.from({ length: layers }, (_, at) => (made.length === layers ? made[at] : undefined));
};

const isPlatform = ({ platform }: Descriptor): boolean => platform !== undefined && platform.os !== "unknown";

/** This machine's, or where there is none the first. */
const anyPlatform = (root: Manifest | Index): Platform => {
  if (root.kind === "manifest") return HERE;
  const platforms = root.manifests.filter(isPlatform).flatMap(({ platform }) => (platform === undefined ? [] : [platform]));
  return platforms.find((platform) => samePlatform(platform, HERE)) ?? platforms[0] ?? HERE;
};

/** Reads manifests and one configuration, no layers. Without a platform this machine's image of an index, else its first one. @throws PLATFORM_MISSING, and what the source throws */
export const describeImage = async (source: ImageSource, platform?: Platform): Promise<ImageDescription> => {
  const root = await source.manifest(source.root);
  const image = await imageBelow(root, platform ?? anyPlatform(root), (digest) => source.manifest(digest));
  const config = CONFIGS.includes(image.config.mediaType) ? await configOf(source, image) : undefined;
  if (root.kind === "manifest" && platform !== undefined && config !== undefined && !samePlatform(config.platform, platform))
    throw new SeaworthyError("PLATFORM_MISSING", `${source.where} is one image for ${formatPlatform(config.platform)}`, {
      hint: "Leave --platform out, or name an index.",
    });
  const steps = stepsOf(config?.history ?? [], image.layers.length);
  const referrers: DescribedReferrer[] = [];
  for (const of of new Set([root.digest, image.digest]))
    for (const { digest, tag } of await source.attached(of)) {
      const { artifactType, ...manifest } = await source.manifest(digest);
      const type = artifactType ?? (manifest.kind === "manifest" ? manifest.config.mediaType : undefined);
      referrers.push({ digest, of, ...(type === undefined ? {} : { artifactType: type }), ...(tag === undefined ? {} : { tag }) });
    }
  return {
    where: source.where,
    tags: source.tags,
    root,
    entries: root.kind === "index" ? root.manifests : [],
    image,
    ...(config === undefined ? {} : { config }),
    layers: image.layers.map(({ digest, size, mediaType }, at) => ({
      digest,
      sizeBytes: size,
      mediaType,
      ...(config?.diffIds[at] === undefined ? {} : { diffId: config.diffIds[at] }),
      ...(steps[at]?.createdBy === undefined ? {} : { createdBy: steps[at].createdBy }),
    })),
    referrers,
  };
};

/** The configuration of an image for one platform: two or three small documents, no layers. @throws PLATFORM_MISSING, and what the source throws */
export const readConfig = async (source: Pick<ImageSource, "manifest" | "root" | "blob">, platform: Platform): Promise<ImageConfig> =>
  configOf(source, await imageBelow(await source.manifest(source.root), platform, (digest) => source.manifest(digest)));
