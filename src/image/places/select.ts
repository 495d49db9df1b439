import { formatPlatform, hasCode, isSeaworthyError, type Platform, SeaworthyError } from "../../core/index.ts";
import { imageBelow } from "../filesystem/image-contents.ts";
import { choosePlatform } from "../values/choose-platform.ts";
import type { Descriptor } from "../values/descriptor.ts";
import { configOf, makeIndex } from "./make-index.ts";
import { withManifests } from "./overlay.ts";
import type { ImageSource } from "./source.ts";

/** BuildKit's attestations stand beside their image and name it. */
const attestationsOf = (entries: readonly Descriptor[], chosen: readonly Descriptor[]): readonly Descriptor[] =>
  entries.filter(({ annotations }) => chosen.some(({ digest }) => annotations?.["vnd.docker.reference.digest"] === digest));

const chosen = async (source: ImageSource, platforms: readonly Platform[]): Promise<ImageSource> => {
  const [first, ...others] = platforms;
  if (first === undefined) return source;
  const root = await source.manifest(source.root);
  if (root.kind === "manifest") {
    const { platform } = await configOf(source, root);
    choosePlatform(makeIndex([{ mediaType: root.mediaType, digest: root.digest, size: root.bytes.length, platform }]), first);
    if (others.length > 0) throw new SeaworthyError("PLATFORM_MISSING", `${source.where} is one image for ${formatPlatform(platform)}`);
    return source;
  }
  if (others.length === 0) return withManifests(source, (await imageBelow(root, first, (digest) => source.manifest(digest))).digest, []);
  const entries = platforms.map((platform) => choosePlatform(root, platform));
  const index = makeIndex([...entries, ...attestationsOf(root.manifests, entries)]);
  return withManifests(source, index.digest, [index]);
};

/**
 * The part of a source for these platforms: of one the image itself, with its digest; of several a new index. Without platforms all of it.
 * @throws PLATFORM_MISSING naming what there is
 */
export const forPlatforms = async (source: ImageSource, platforms: readonly Platform[]): Promise<ImageSource> => {
  try {
    return await chosen(source, platforms);
  } catch (error) {
    if (!isSeaworthyError(error) || !hasCode(error, "PLATFORM_MISSING")) throw error;
    throw new SeaworthyError("PLATFORM_MISSING", `${source.where}: ${error.message}`, {
      hint: "seaworthy image inspect lists the platforms of an image.",
      cause: error,
    });
  }
};
