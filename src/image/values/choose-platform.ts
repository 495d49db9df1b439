import { formatPlatform, normalisePlatform, type Platform, samePlatform, SeaworthyError } from "../../core/index.ts";
import type { Descriptor } from "./descriptor.ts";
import type { Index } from "./manifest.ts";

/** BuildKit hangs attestations into an index as manifests for `unknown/unknown` (docs.docker.com/build/metadata/attestations/attestation-storage). */
export const isAttestation = ({ platform, annotations }: Descriptor): boolean =>
  platform?.os === "unknown" ||
  platform?.architecture === "unknown" ||
  annotations?.["vnd.docker.reference.type"] === "attestation-manifest";

const isImage = (entry: Descriptor): boolean => entry.platform !== undefined && !isAttestation(entry);

/** Lower is better; undefined does not run there. An Arm machine also runs what was built for an older variant (containerd, platforms/compare.go). */
const rank = (have: Platform, want: Platform): number | undefined => {
  const a = normalisePlatform(have);
  const b = normalisePlatform(want);
  if (a.os !== b.os || a.architecture !== b.architecture) return undefined;
  if (a.variant === b.variant) return 0;
  if (a.architecture === "arm") {
    const older = Number((b.variant ?? "v7").slice(1)) - Number((a.variant ?? "v7").slice(1));
    return older >= 0 ? 1 + older : undefined;
  }
  return samePlatform(a, b) ? 1 : undefined;
};

/** The entry of an index to run on a machine. @throws PLATFORM_MISSING naming what the index has. */
export const choosePlatform = (index: Index, platform: Platform): Descriptor => {
  const images = index.manifests.filter(isImage);
  const [best] = images
    .map((entry) => ({ entry, rank: entry.platform === undefined ? undefined : rank(entry.platform, platform) }))
    .filter((each): each is { entry: Descriptor; rank: number } => each.rank !== undefined)
    .sort((a, b) => a.rank - b.rank);
  if (best !== undefined) return best.entry;
  const have = images.map((entry) => (entry.platform === undefined ? "" : formatPlatform(entry.platform))).join(", ");
  throw new SeaworthyError(
    "PLATFORM_MISSING",
    `the index ${index.digest} has no image for ${formatPlatform(platform)}; it has ${have || "none"}`,
  );
};
