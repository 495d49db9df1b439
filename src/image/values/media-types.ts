/** Media types of OCI image-spec 1.1 (media-types.md) and of Docker's schema 2, which older engines still push. */
export const MEDIA = {
  ociManifest: "application/vnd.oci.image.manifest.v1+json",
  ociIndex: "application/vnd.oci.image.index.v1+json",
  ociConfig: "application/vnd.oci.image.config.v1+json",
  ociLayer: "application/vnd.oci.image.layer.v1.tar",
  ociLayerGzip: "application/vnd.oci.image.layer.v1.tar+gzip",
  ociLayerZstd: "application/vnd.oci.image.layer.v1.tar+zstd",
  ociEmpty: "application/vnd.oci.empty.v1+json",
  dockerManifest: "application/vnd.docker.distribution.manifest.v2+json",
  dockerList: "application/vnd.docker.distribution.manifest.list.v2+json",
  dockerConfig: "application/vnd.docker.container.image.v1+json",
  dockerLayerGzip: "application/vnd.docker.image.rootfs.diff.tar.gzip",
} as const;

/** What a client that understands every image must ask for. */
export const MANIFEST_TYPES: readonly string[] = [MEDIA.ociManifest, MEDIA.ociIndex, MEDIA.dockerManifest, MEDIA.dockerList];

export const isIndexType = (mediaType: string): boolean => mediaType === MEDIA.ociIndex || mediaType === MEDIA.dockerList;
export const isManifestType = (mediaType: string): boolean => MANIFEST_TYPES.includes(mediaType);

/** Layers that registries need not hold: their bytes come from `urls` (image-spec, layer.md, "Non-Distributable Layers"). */
export const isNonDistributable = (mediaType: string): boolean =>
  mediaType.includes(".layer.nondistributable.v1.tar") || mediaType.startsWith("application/vnd.docker.image.rootfs.foreign.diff.tar");
