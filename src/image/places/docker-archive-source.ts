import { createHash } from "node:crypto";
import type * as v from "valibot";
import { type Digest, digestOf, hexOf, parseDigest, SeaworthyError } from "../../core/index.ts";
import type { TarPart } from "../archive/tar-file.ts";
import { chosenOf, listing } from "../filesystem/archive-image.ts";
import { compressionOf } from "../filesystem/unpacked.ts";
import { type ImageConfig, MAX_CONFIG_BYTES, parseImageConfig } from "../values/config.ts";
import { conform, type Descriptor } from "../values/descriptor.ts";
import { type Flaw, notIntact, notWhole } from "../values/flaw.ts";
import { parseManifest } from "../values/manifest.ts";
import { MEDIA } from "../values/media-types.ts";
import { type InArchive, readBlobOf, readSmall, storedIn } from "./archive-blobs.ts";
import type { LocalSource } from "./source.ts";

type Listed = v.InferOutput<typeof listing>[number];

const bad = (why: string, hint?: string): SeaworthyError =>
  new SeaworthyError("INPUT_INVALID", `the image archive cannot be read: ${why}`, hint === undefined ? {} : { hint });

/** @throws INPUT_INVALID unless somebody only looks */
const refuse = ({ flaws }: InArchive, flaw: Flaw): void => {
  if (flaws === undefined) throw bad(flaw.message);
  flaws.push(flaw);
};

const chosen = async (archive: InArchive): Promise<Listed> => {
  if (archive.tar.find("manifest.json") === undefined)
    throw bad(
      "it has neither a manifest.json nor an index.json",
      "Write one with docker save, or with skopeo copy to docker-archive: or oci-archive:.",
    );
  let document: unknown;
  const bytes = await readSmall(archive, "manifest.json", MAX_CONFIG_BYTES);
  try {
    document = JSON.parse(Buffer.from(bytes).toString("utf8"));
  } catch {
    throw bad("its manifest.json is not JSON");
  }
  return chosenOf(conform(listing, document, "the image archive's manifest.json"), archive.name);
};

const configOf = async (archive: InArchive, { Config }: Listed): Promise<ImageConfig> => {
  const bytes = await readSmall(archive, Config, MAX_CONFIG_BYTES);
  const named = /(?:^|[/:])([0-9a-f]{64})(?:\.json)?$/.exec(Config)?.[1];
  if (named !== undefined && named !== hexOf(digestOf(bytes)))
    refuse(archive, notIntact(`its configuration ${named} has the digest ${digestOf(bytes)}`));
  return parseImageConfig(bytes);
};

const LAYER_TYPE = { none: MEDIA.ociLayer, gzip: MEDIA.ociLayerGzip, zstd: MEDIA.ociLayerZstd } as const;

/** An uncompressed layer is known by its diffID, which is checked when it is read; another has to be read for its digest, as one of which no diffID is known. */
const layerOf = async ({ tar }: InArchive, part: TarPart, diffId: Digest | undefined): Promise<Descriptor> => {
  const hash = createHash("sha256");
  let head: Uint8Array | undefined;
  for await (const chunk of tar.read(part)) {
    head ??= chunk;
    if (diffId !== undefined && compressionOf(head) === "none") break;
    hash.update(chunk);
  }
  const compression = compressionOf(head ?? new Uint8Array());
  const digest = compression === "none" && diffId !== undefined ? diffId : parseDigest(`sha256:${hash.digest("hex")}`);
  return { mediaType: LAYER_TYPE[compression], digest, size: part.sizeBytes };
};

/**
 * What `docker save` writes (older engines; kaniko; skopeo's docker-archive). It has no manifest of the image, so one is made: always the same for the same archive.
 */
export const dockerArchiveSource = async (archive: InArchive): Promise<LocalSource> => {
  const { tar, where } = archive;
  const listed = await chosen(archive);
  const config = await configOf(archive, listed);
  const names = listed.Layers ?? [];
  const isCounted = names.length === config.diffIds.length;
  if (!isCounted)
    refuse(
      archive,
      notWhole(`it has ${names.length} ${names.length === 1 ? "layer" : "layers"} where its configuration names ${config.diffIds.length}`),
    );
  const parts = new Map<Digest, TarPart>();
  const layers: Descriptor[] = [];
  for (const [at, name] of names.entries()) {
    const part = tar.find(name);
    const diffId = isCounted ? config.diffIds[at] : undefined;
    // Who looks finds it missing in its place.
    if (part === undefined && archive.flaws === undefined) throw bad(`it has no ${JSON.stringify(name.slice(0, 200))}, which it names`);
    const layer =
      part === undefined
        ? { mediaType: LAYER_TYPE.none, digest: diffId ?? digestOf(Buffer.from(name)), size: 0 }
        : await layerOf(archive, part, diffId);
    if (part !== undefined) parts.set(layer.digest, part);
    layers.push(layer);
  }
  const configBlob = { mediaType: MEDIA.ociConfig, digest: config.digest, size: config.bytes.length };
  const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: MEDIA.ociManifest, config: configBlob, layers }));
  const made = parseManifest(bytes);
  const configPart = tar.find(listed.Config);
  if (configPart !== undefined) parts.set(config.digest, configPart);
  return {
    where,
    root: made.digest,
    tags: listed.RepoTags ?? [],
    isMadeUp: true,
    manifest: async (digest) => {
      if (digest === made.digest) return made;
      throw new SeaworthyError("IMAGE_NOT_FOUND", `${where} has no manifest ${digest}`);
    },
    blob: (blob) => readBlobOf(archive, parts.get(blob.digest), blob),
    stored: async (digest) => storedIn(archive, parts.get(digest)),
    flaws: archive.flaws ?? [],
    attached: async () => [],
    close: archive.close,
  };
};
