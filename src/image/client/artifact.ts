import { digestOf, type Reference, SeaworthyError } from "../../core/index.ts";
import { collect } from "../verified.ts";
import type { Descriptor } from "../values/descriptor.ts";
import { type Manifest, parseManifest } from "../values/manifest.ts";
import { MEDIA } from "../values/media-types.ts";
import type { RegistryClient } from "./types.ts";

/** One small blob of an artifact: a signature, an attestation, its configuration. */
export interface ArtifactPart {
  readonly mediaType: string;
  readonly bytes: Uint8Array;
  readonly annotations?: Readonly<Record<string, string>>;
}

export interface Artifact {
  /** Default: the OCI manifest type. */
  readonly mediaType?: string;
  readonly artifactType?: string;
  readonly config: ArtifactPart;
  readonly layers: readonly ArtifactPart[];
  readonly subject?: Descriptor;
  readonly annotations?: Readonly<Record<string, string>>;
}

const MAX_PART_BYTES = 64 * 1024 * 1024;

const describe = (part: ArtifactPart): Descriptor => ({
  mediaType: part.mediaType,
  digest: digestOf(part.bytes),
  size: part.bytes.length,
  ...(part.annotations === undefined ? {} : { annotations: part.annotations }),
});

/** The manifest an artifact has: the same bytes for the same content. */
export const artifactManifest = (artifact: Artifact): Manifest => {
  const mediaType = artifact.mediaType ?? MEDIA.ociManifest;
  const document = {
    schemaVersion: 2,
    mediaType,
    artifactType: artifact.artifactType,
    config: describe(artifact.config),
    layers: artifact.layers.map(describe),
    subject: artifact.subject,
    annotations: artifact.annotations,
  };
  const manifest = parseManifest(Buffer.from(JSON.stringify(document)), { mediaType });
  if (manifest.kind !== "manifest") throw new SeaworthyError("INPUT_INVALID", `an artifact cannot have the media type ${mediaType}`);
  return manifest;
};

/** Pushes the parts that are missing, then the manifest under the reference's tag (`sha256-<hex>.sig`) or its own digest. */
export const pushArtifact = async (client: RegistryClient, reference: Reference, artifact: Artifact): Promise<Manifest> => {
  const manifest = artifactManifest(artifact);
  for (const part of [artifact.config, ...artifact.layers]) {
    const digest = digestOf(part.bytes);
    if (!(await client.hasBlob(reference, digest))) await client.pushBlob(reference, part.bytes, digest);
  }
  const target = reference.tag === undefined ? { ...reference, digest: manifest.digest } : reference;
  await client.pushManifest(target, manifest.bytes, manifest.mediaType);
  return manifest;
};

/** Reads an artifact whole, each part's digest checked. `maxPartBytes` bounds each part. Default 64 MiB. @throws IMAGE_NOT_FOUND */
export const readArtifact = async (
  client: RegistryClient,
  reference: Reference,
  maxPartBytes = MAX_PART_BYTES,
): Promise<{ readonly manifest: Manifest; readonly config: Uint8Array; readonly layers: readonly ArtifactPart[] }> => {
  const { bytes, mediaType, digest } = await client.manifest(reference);
  const manifest = parseManifest(bytes, { mediaType, digest });
  if (manifest.kind === "index")
    throw new SeaworthyError("INPUT_INVALID", `${reference.repository}: ${digest} is an index, not an artifact`);
  const read = async (part: Descriptor): Promise<Uint8Array> => {
    if (part.size > maxPartBytes)
      throw new SeaworthyError(
        "INPUT_TOO_LARGE",
        `blob ${part.digest} of ${reference.repository} has ${part.size} bytes; at most ${maxPartBytes} are read`,
      );
    return collect(client.blob(reference, part.digest, part.size), maxPartBytes, `blob ${part.digest}`);
  };
  const layers: ArtifactPart[] = [];
  for (const layer of manifest.layers)
    layers.push({
      mediaType: layer.mediaType,
      bytes: await read(layer),
      ...(layer.annotations === undefined ? {} : { annotations: layer.annotations }),
    });
  return { manifest, config: await read(manifest.config), layers };
};
