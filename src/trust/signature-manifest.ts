import { digestOf, SeaworthyError } from "../core/index.ts";
import { type Descriptor, MEDIA, parseManifest } from "../image/index.ts";

export const SIMPLE_SIGNING_TYPE = "application/vnd.dev.cosign.simplesigning.v1+json";
/** Of a layer: the signature over its bytes, base64. */
export const SIGNATURE = "dev.cosignproject.cosign/signature";
/** Of a layer: the PEM certificate of a keyless signer. */
export const CERTIFICATE = "dev.sigstore.cosign/certificate";
/** Of a layer, ours: the signing key's fingerprint, so that a refusal can name the key that was used. A claim, never trusted. */
export const KEY_HINT = "dev.seaworthy.signature/key";

/** As many as cosign reads. */
export const MOST_SIGNATURES = 1000;

/** The signatures in a `.sig` image, one a layer. @param where named in errors. @throws INPUT_INVALID, INPUT_TOO_LARGE */
export const readSignatureLayers = (mediaType: string, bytes: Uint8Array, where: string): readonly Descriptor[] => {
  const manifest = parseManifest(bytes, { mediaType });
  if (manifest.kind === "index")
    throw new SeaworthyError("INPUT_INVALID", `${where} is an index, not the image that signatures are layers of`);
  if (manifest.layers.length > MOST_SIGNATURES)
    throw new SeaworthyError("INPUT_TOO_LARGE", `${where} holds ${manifest.layers.length} signatures; at most ${MOST_SIGNATURES} are read`);
  return manifest.layers;
};

const NO_TIME = "0001-01-01T00:00:00Z";

/** The manifest and its configuration as cosign writes them: one layer a signature, the layers' own digests as diff_ids. */
export const writeSignatureManifest = (layers: readonly Descriptor[]): { readonly manifest: Buffer; readonly config: Buffer } => {
  const config = Buffer.from(
    JSON.stringify({
      architecture: "",
      created: NO_TIME,
      history: layers.map(() => ({ created: NO_TIME })),
      os: "",
      rootfs: { type: "layers", diff_ids: layers.map((layer) => layer.digest) },
      config: {},
    }),
  );
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: MEDIA.ociManifest,
      config: { mediaType: MEDIA.ociConfig, size: config.length, digest: digestOf(config) },
      layers,
    }),
  );
  return { manifest, config };
};
