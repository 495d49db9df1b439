import { createHash } from "node:crypto";
import { gunzipSync, gzipSync, zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { entryOf, joinTar, nameOf, type Piece, splitTar } from "./tar.ts";

/** An image taken apart, base first. */
export interface Image {
  readonly layers: readonly (readonly Piece[])[];
  readonly config: Readonly<Record<string, unknown>>;
}

export const FORMS = ["docker", "oci", "both", "rootfs"] as const;
type Form = (typeof FORMS)[number];
export const COMPRESSIONS = ["none", "gzip", "zstd"] as const;
type Compression = (typeof COMPRESSIONS)[number];

export const digestOf = (bytes: Buffer): string => `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
const hexOf = (digest: string): string => digest.slice("sha256:".length);

export const packed = (bytes: Buffer, compression: Compression): Buffer => {
  if (compression === "none") return bytes;
  return compression === "gzip" ? gzipSync(bytes, { level: 1 }) : zstdCompressSync(bytes);
};

export const unpacked = (bytes: Buffer): Buffer => {
  if (bytes.readUInt16BE(0) === 0x1f8b) return gunzipSync(bytes);
  return bytes.readUInt32LE(0) === 0xfd2fb528 ? zstdDecompressSync(bytes) : bytes;
};

type Json = Readonly<Record<string, unknown>>;
const parse = (bytes: Buffer | undefined): unknown => (bytes === undefined ? undefined : JSON.parse(bytes.toString("utf8")));
const asObject = (value: unknown): Json => (typeof value === "object" && value !== null ? (value as Json) : {});
const asList = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** The first image of an archive; undefined for one that is of no known form or has layers missing. */
export const takenApart = (archive: Buffer): Image | undefined => {
  const files = new Map(splitTar(unpacked(archive)).map((piece) => [nameOf(piece).replace(/^\.\//, ""), piece.body]));
  const blob = (digest: unknown): Buffer | undefined => files.get(`blobs/${String(digest).replace(":", "/")}`);
  const assembled = (config: Buffer | undefined, layers: readonly (Buffer | undefined)[]): Image | undefined =>
    config === undefined || layers.some((layer) => layer === undefined || layer.length === 0)
      ? undefined
      : { config: asObject(parse(config)), layers: layers.flatMap((layer) => (layer === undefined ? [] : [splitTar(unpacked(layer))])) };
  const [listed] = asList(parse(files.get("manifest.json")));
  if (listed !== undefined) {
    const { Config, Layers } = asObject(listed);
    return assembled(
      files.get(String(Config)),
      asList(Layers).map((name) => files.get(String(name))),
    );
  }
  let document = asObject(parse(files.get("index.json")));
  for (let depth = 0; depth < 4 && document["manifests"] !== undefined; depth += 1)
    document = asObject(parse(blob(asObject(asList(document["manifests"])[0])["digest"])));
  return assembled(
    blob(asObject(document["config"])["digest"]),
    asList(document["layers"]).map((layer) => blob(asObject(layer)["digest"])),
  );
};

/** What may be changed on the way; what is said of digests and sizes fits what comes out. */
interface Changes {
  readonly layer: (tar: Buffer) => Buffer;
  readonly packedLayer: (bytes: Buffer) => Buffer;
  readonly document: (name: string, value: unknown) => Buffer;
}

/** The entries of an archive. */
export const putTogether = ({ layers, config }: Image, form: Form, compression: Compression, changes: Changes): readonly Piece[] => {
  if (form === "rootfs") return layers[0] ?? [];
  const tars = layers.map((layer) => changes.layer(joinTar(layer)));
  const blobs = tars.map((tar) => changes.packedLayer(packed(tar, form === "docker" ? "none" : compression)));
  const rootfs = { type: "layers", diff_ids: tars.map(digestOf) };
  const configBytes = changes.document("config", { ...config, os: "linux", architecture: "amd64", rootfs });
  const configDigest = digestOf(configBytes);
  const file = (name: string, content: Buffer): readonly Piece[] => entryOf({ name }, content);
  if (form === "docker")
    return [
      ...blobs.flatMap((blob, at) => file(`${at}/layer.tar`, blob)),
      ...file(`${hexOf(configDigest)}.json`, configBytes),
      ...file(
        "manifest.json",
        changes.document("manifest.json", [
          { Config: `${hexOf(configDigest)}.json`, RepoTags: ["fuzz/web:1"], Layers: tars.map((_, at) => `${at}/layer.tar`) },
        ]),
      ),
    ];
  const suffix = compression === "none" ? "" : `+${compression}`;
  const descriptor = (bytes: Buffer, mediaType: string): Json => ({ mediaType, digest: digestOf(bytes), size: bytes.length });
  const manifest = changes.document("manifest", {
    schemaVersion: 2,
    mediaType: "application/vnd.oci.image.manifest.v1+json",
    config: descriptor(configBytes, "application/vnd.oci.image.config.v1+json"),
    layers: blobs.map((blob) => descriptor(blob, `application/vnd.oci.image.layer.v1.tar${suffix}`)),
  });
  const blobFile = (bytes: Buffer): readonly Piece[] => file(`blobs/sha256/${hexOf(digestOf(bytes))}`, bytes);
  const named = {
    ...descriptor(manifest, "application/vnd.oci.image.manifest.v1+json"),
    annotations: { "org.opencontainers.image.ref.name": "1" },
  };
  return [
    ...file("oci-layout", Buffer.from('{"imageLayoutVersion":"1.0.0"}')),
    ...[configBytes, manifest, ...blobs].flatMap(blobFile),
    ...file("index.json", changes.document("index.json", { schemaVersion: 2, manifests: [named] })),
    ...(form === "both"
      ? file(
          "manifest.json",
          changes.document("manifest.json", [
            {
              Config: `blobs/sha256/${hexOf(configDigest)}`,
              RepoTags: ["fuzz/web:1"],
              Layers: blobs.map((blob) => `blobs/sha256/${hexOf(digestOf(blob))}`),
            },
          ]),
        )
      : []),
  ];
};
