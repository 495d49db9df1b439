import { hash } from "node:crypto";
import * as v from "valibot";
import { algorithmOf, type Digest, digestOf, hexOf, SeaworthyError } from "../../core/index.ts";
import { type JsonObject, parseJsonObject } from "./bounded-json.ts";
import { annotationsSchema, conform, type Descriptor, descriptorSchema, mediaTypeSchema } from "./descriptor.ts";
import { isIndexType, isManifestType, MEDIA } from "./media-types.ts";

/** Distribution-spec, "Pushing Manifests": registries should take at least 4 MiB; nobody makes larger ones. */
export const MAX_MANIFEST_BYTES = 4 * 1024 * 1024;
const MAX_ENTRIES = 10_000;

interface Stored {
  /** Exactly what was read: the digest is over these. */
  readonly bytes: Uint8Array;
  readonly digest: Digest;
  readonly mediaType: string;
  readonly artifactType?: string;
  readonly subject?: Descriptor;
  readonly annotations: Readonly<Record<string, string>>;
  /** The whole document, unknown fields too. */
  readonly json: JsonObject;
}

/** One image for one platform, or an artifact (image-spec, manifest.md; Docker schema 2). */
export interface Manifest extends Stored {
  readonly kind: "manifest";
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
}

/** Several manifests under one digest (image-spec, image-index.md; Docker's manifest list). */
export interface Index extends Stored {
  readonly kind: "index";
  readonly manifests: readonly Descriptor[];
}

const common = {
  schemaVersion: v.literal(2),
  mediaType: v.exactOptional(mediaTypeSchema),
  artifactType: v.exactOptional(v.string()),
  subject: v.exactOptional(descriptorSchema),
  annotations: v.exactOptional(v.nullable(annotationsSchema)),
};
const descriptors = v.pipe(v.array(descriptorSchema), v.maxLength(MAX_ENTRIES));
const manifestSchema = v.looseObject({ ...common, config: descriptorSchema, layers: descriptors });
const indexSchema = v.looseObject({ ...common, manifests: descriptors });

const typeOf = (json: JsonObject, told: string | undefined, what: string): string => {
  const own = typeof json["mediaType"] === "string" ? json["mediaType"] : undefined;
  if (own !== undefined && told !== undefined && own !== told)
    throw new SeaworthyError("INPUT_INVALID", `${what} says it is "${own.slice(0, 120)}" but was given as "${told.slice(0, 120)}"`);
  const mediaType = told ?? own ?? ("manifests" in json ? MEDIA.ociIndex : MEDIA.ociManifest);
  if (isManifestType(mediaType)) return mediaType;
  const schema1 = json["schemaVersion"] === 1 ? " (schema 1 images are too old to be trusted: push with a current client)" : "";
  throw new SeaworthyError(
    "INPUT_INVALID",
    `${what} has the media type "${mediaType.slice(0, 120)}", which is no image manifest or index${schema1}`,
  );
};

/** True where `bytes` have this digest, in the digest's own algorithm. */
export const hasDigest = (bytes: Uint8Array, digest: Digest): boolean => hash(algorithmOf(digest), bytes, "hex") === hexOf(digest);

export interface ManifestFacts {
  /** What the Content-Type or the descriptor said; must agree with the document. */
  readonly mediaType?: string;
  /** Under which it is known, when not its SHA-256. The caller has checked it. */
  readonly digest?: Digest;
}

/**
 * Reads a manifest or an index, OCI or Docker schema 2.
 * @throws INPUT_TOO_LARGE, INPUT_INVALID: wrong type, both `layers` and `manifests` (GHSA-qq97-vm5h-rrhg), keys given twice, a bad descriptor.
 */
export const parseManifest = (bytes: Uint8Array, facts: ManifestFacts = {}): Manifest | Index => {
  const digest = facts.digest ?? digestOf(bytes);
  const what = `manifest ${digest}`;
  const json = parseJsonObject(bytes, what, MAX_MANIFEST_BYTES);
  if (("layers" in json || "config" in json || "fsLayers" in json) && "manifests" in json)
    throw new SeaworthyError(
      "INPUT_INVALID",
      `${what} is both an image and an index: it has "manifests" beside "config", "layers" or "fsLayers"`,
    );
  const mediaType = typeOf(json, facts.mediaType, what);
  const stored = (read: { artifactType?: string; subject?: Descriptor; annotations?: Record<string, string> | null }): Stored => ({
    bytes,
    digest,
    mediaType,
    ...(read.artifactType === undefined ? {} : { artifactType: read.artifactType }),
    ...(read.subject === undefined ? {} : { subject: read.subject }),
    annotations: read.annotations ?? {},
    json,
  });
  if (isIndexType(mediaType)) {
    const read = conform(indexSchema, json, what);
    return { kind: "index", ...stored(read), manifests: read.manifests };
  }
  const read = conform(manifestSchema, json, what);
  return { kind: "manifest", ...stored(read), config: read.config, layers: read.layers };
};
