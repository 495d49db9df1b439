const FOLLOWER = /^(sha256|sha512)-([0-9a-f]{64,128})(?:\.[a-z0-9]+)?$/;

/**
 * The image that a tag goes with: cosign's `sha256-<hex>.sig`, `.att`, `.sbom` and the referrers tag schema's `sha256-<hex>`. Such a tag stays and goes with its
 * image. A sha512's hex is cut to fit into a tag (distribution-spec, "Referrers Tag Schema"), so what it goes with is told by the beginning.
 */
export const followedBy = (tag: string): string | undefined => {
  const match = FOLLOWER.exec(tag);
  return match === null ? undefined : `${match[1]}:${match[2]}`;
};
