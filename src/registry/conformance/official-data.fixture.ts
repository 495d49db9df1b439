import { randomBytes } from "node:crypto";
import { gzipSync } from "node:zlib";
import { MEDIA } from "../../image/index.ts";
import { type Algorithm, type DescriptorJson, describeBytes } from "./suite.fixture.ts";

/** What the official suite pushes, pulls and deletes (opencontainers/distribution-spec, conformance/run.go, GenerateData), built anew. */
export interface DataSet {
  readonly name: string;
  readonly blobs: ReadonlyMap<string, Buffer>;
  /** In the order of pushing; children before what names them. */
  readonly manifests: ReadonlyMap<string, { readonly bytes: Buffer; readonly mediaType: string; readonly subject?: string }>;
  readonly tags: ReadonlyMap<string, string>;
  readonly referrers: ReadonlyMap<string, readonly DescriptorJson[]>;
  /** Tags go along with the digest in one request. */
  readonly tagParameters: boolean;
}

export const [EXAMPLE_1, EXAMPLE_2] = ["application/vnd.example.oci.conformance.v1", "application/vnd.example.oci.conformance.v2"] as const;

interface ImageOptions {
  readonly layers?: number;
  readonly layerType?: string;
  readonly layerBytes?: Buffer;
  readonly configType?: string;
  readonly configBytes?: Buffer;
  readonly artifactType?: string;
  readonly subject?: DescriptorJson;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly tag?: string;
  readonly embed?: boolean;
  readonly custom?: boolean;
  readonly uncompressed?: boolean;
  readonly platform?: { readonly os: string; readonly architecture: string };
}

const PLATFORMS = ["amd64", "arm64"].map((architecture) => ({ os: "linux", architecture }));
export const ARTIFACT: ImageOptions = {
  artifactType: EXAMPLE_1,
  configType: MEDIA.ociEmpty,
  configBytes: Buffer.from("{}"),
  layers: 1,
  layerType: EXAMPLE_1,
};

/** Collects one data set. */
export const dataSet = (name: string, algorithm: Algorithm = "sha256", tagParameters = false) => {
  const blobs = new Map<string, Buffer>();
  const manifests = new Map<string, { bytes: Buffer; mediaType: string; subject?: string }>();
  const tags = new Map<string, string>();
  const referrers = new Map<string, DescriptorJson[]>();

  const described = (mediaType: string, bytes: Buffer, embed: boolean): DescriptorJson => ({
    ...describeBytes(mediaType, bytes, algorithm),
    ...(embed ? { data: bytes.toString("base64") } : {}),
  });
  const blob = (mediaType: string, bytes: Buffer, embed = false): DescriptorJson => {
    const entry = described(mediaType, bytes, embed);
    blobs.set(entry.digest, bytes);
    return entry;
  };
  const add = (
    document: Readonly<Record<string, unknown>>,
    mediaType: string,
    fallbackType: string | undefined,
    options: ImageOptions,
  ): DescriptorJson => {
    const { subject, annotations, artifactType = fallbackType } = options;
    const custom = options.custom === true ? { [`org.${randomBytes(4).toString("hex")}`]: randomBytes(8).toString("hex") } : {};
    const bytes = Buffer.from(
      JSON.stringify({ schemaVersion: 2, mediaType, artifactType: options.artifactType, ...document, subject, annotations, ...custom }),
    );
    const entry = described(mediaType, bytes, options.embed === true);
    manifests.set(entry.digest, { bytes, mediaType, ...(subject === undefined ? {} : { subject: subject.digest }) });
    if (subject !== undefined)
      referrers.set(subject.digest, [
        ...(referrers.get(subject.digest) ?? []),
        {
          ...describeBytes(mediaType, bytes, algorithm),
          ...(artifactType === undefined ? {} : { artifactType }),
          annotations: annotations ?? {},
        },
      ]);
    if (options.tag !== undefined) tags.set(options.tag, entry.digest);
    return entry;
  };
  const image = (options: ImageOptions = {}): DescriptorJson => {
    const embed = options.embed === true;
    const layers = Array.from({ length: options.layers ?? 2 }, () => {
      if (options.layerType !== undefined) return blob(options.layerType, options.layerBytes ?? randomBytes(2048), embed);
      const tar = randomBytes(2048);
      return options.uncompressed === true ? blob(MEDIA.ociLayer, tar, embed) : blob(MEDIA.ociLayerGzip, gzipSync(tar), embed);
    });
    const configType = options.configType ?? MEDIA.ociConfig;
    const { os, architecture } = options.platform ?? { os: "linux", architecture: "amd64" };
    const made = {
      author: randomBytes(8).toString("hex"),
      os,
      architecture,
      rootfs: { type: "layers", diff_ids: layers.map(({ digest }) => digest) },
    };
    const config = blob(configType, options.configBytes ?? Buffer.from(JSON.stringify(made)), embed);
    return add({ config, layers }, MEDIA.ociManifest, configType, options);
  };
  const index = (options: ImageOptions = {}, platforms: readonly (typeof PLATFORMS)[number][] = PLATFORMS): DescriptorJson => {
    const children = platforms.map((platform) => ({ ...image({ ...options, platform }), platform }));
    return add({ manifests: children }, MEDIA.ociIndex, undefined, options);
  };
  const indexOf = (children: readonly DescriptorJson[], options: ImageOptions): DescriptorJson =>
    add({ manifests: children }, MEDIA.ociIndex, undefined, options);
  const manifestOf = (document: Readonly<Record<string, unknown>>, options: ImageOptions): DescriptorJson =>
    add(document, MEDIA.ociManifest, MEDIA.ociConfig, options);
  const tagAll = (prefix: string): void => {
    for (const [at, digest] of [...manifests.keys()].entries()) tags.set(`${prefix}-${at}`, digest);
  };
  const set: DataSet = { name, blobs, manifests, tags, referrers, tagParameters };
  return { set, blob, image, index, indexOf, manifestOf, tagAll };
};
