import { formatByteSize, formatPlatform, type ImageRunConfig, shortDigest } from "../../core/index.ts";
import type { ImageDescription } from "../../image/index.ts";
import { table } from "./table.ts";

/** A step of a build without the shell around it. */
export const stepWords = (createdBy: string | undefined, width = 100): string => {
  const words = (createdBy ?? "")
    .replace(/^\/bin\/sh -c (?:#\(nop\)\s*)?/, "")
    .replace(/\s+/g, " ")
    .trim();
  return words.length > width ? `${words.slice(0, width - 1)}…` : words;
};

export const layersOf = (count: number): string => `${count} ${count === 1 ? "layer" : "layers"}`;

const KINDS: Readonly<Record<string, string>> = {
  "application/vnd.oci.image.manifest.v1+json": "OCI image",
  "application/vnd.oci.image.index.v1+json": "OCI index",
  "application/vnd.docker.distribution.manifest.v2+json": "Docker image",
  "application/vnd.docker.distribution.manifest.list.v2+json": "Docker manifest list",
};

const words = (list: readonly string[] | undefined): string => (list === undefined ? "" : JSON.stringify(list));

const runRows = (run: ImageRunConfig): readonly (readonly [string, string])[] => [
  ["user", run.user ?? "root"],
  ["entrypoint", words(run.entrypoint)],
  ["command", words(run.command)],
  ["folder", run.workingDir ?? ""],
  ["ports", run.exposedPorts.join(" ")],
  ["volumes", run.volumes.join(" ")],
  ["stop signal", run.stopSignal ?? ""],
  ["health", run.healthcheck === undefined ? "" : words(run.healthcheck.test)],
  ...run.env.map((entry) => ["variable", entry] as const),
  ...Object.entries(run.labels).map(([key, value]) => ["label", `${key}=${value}`] as const),
];

const total = (layers: ImageDescription["layers"]): number => layers.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);

const block = (title: string, rows: readonly (readonly string[])[]): readonly string[] =>
  rows.length === 0
    ? []
    : [
        "",
        title,
        ...table(rows)
          .split("\n")
          .map((line) => `  ${line}`),
      ];

/** All that is known of an image without reading its layers. */
export const renderImage = ({ where, tags, root, entries, image, config, layers, referrers }: ImageDescription): string =>
  [
    table(
      [
        ["image", where],
        ["digest", root.digest],
        ["kind", KINDS[root.mediaType] ?? root.mediaType],
        ["tags", tags.join(" ")],
        ...(root.digest === image.digest ? [] : [["described", image.digest]]),
        ["platform", config === undefined ? "" : formatPlatform(config.platform)],
        ["artifact", config === undefined ? (image.artifactType ?? image.config.mediaType) : ""],
        ["created", config?.created ?? ""],
        ["size", `${formatByteSize(total(layers))} in ${layersOf(layers.length)}, as stored`],
        ...(config === undefined ? [] : runRows(config.run)),
      ].filter(([, value]) => value !== ""),
    ),
    ...block(
      "platforms",
      entries.map(({ platform, digest, annotations }) => [
        platform === undefined ? "" : formatPlatform(platform),
        digest,
        annotations?.["vnd.docker.reference.type"] ?? "",
      ]),
    ),
    ...block(
      "layers, base first",
      layers.map(({ digest, sizeBytes, createdBy }, at) => [
        String(at + 1),
        formatByteSize(sizeBytes),
        shortDigest(digest),
        stepWords(createdBy),
      ]),
    ),
    ...block(
      "hanging on it",
      referrers.map(({ digest, artifactType, tag }) => [shortDigest(digest), artifactType ?? "", tag ?? ""]),
    ),
  ].join("\n");

/** The same for scripts. */
export const imageJson = ({ where, tags, root, entries, image, config, layers, referrers }: ImageDescription): unknown => ({
  schema: "seaworthy/image@1",
  where,
  tags,
  digest: root.digest,
  mediaType: root.mediaType,
  annotations: root.annotations,
  platforms: entries.map(({ platform, digest, size, annotations }) => ({
    ...(platform === undefined ? {} : { platform: formatPlatform(platform) }),
    digest,
    sizeBytes: size,
    annotations: annotations ?? {},
  })),
  image: {
    digest: image.digest,
    mediaType: image.mediaType,
    ...(image.artifactType === undefined ? {} : { artifactType: image.artifactType }),
    annotations: image.annotations,
    sizeBytes: total(layers),
    layers,
  },
  ...(config === undefined
    ? {}
    : {
        config: {
          digest: config.digest,
          platform: formatPlatform(config.platform),
          ...(config.created === undefined ? {} : { created: config.created }),
          run: config.run,
          history: config.history,
        },
      }),
  referrers,
});
