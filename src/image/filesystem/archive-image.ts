import { posix } from "node:path";
import * as v from "valibot";
import { algorithmOf, type Digest, digestOf, hexOf, isSeaworthyError, SeaworthyError } from "../../core/index.ts";
import { readTar, tarPath, type TarEntry } from "../archive/read-tar.ts";
import { type ImageConfig, MAX_CONFIG_BYTES, parseImageConfig } from "../values/config.ts";
import { conform } from "../values/descriptor.ts";
import { hasDigest, type Index, type Manifest, parseManifest } from "../values/manifest.ts";
import { type ImageContents, imageBelow, type ReadOptions } from "./image-contents.ts";
import { remembered } from "./remembered.ts";
import type { LayerCache } from "./layer-cache.ts";
import { type LayerContents, readLayer } from "./layer.ts";
import { chosenEntry, isSameName, nameOf } from "./layout-image.ts";
import { compressionOf, metered, peek, unpacked } from "./unpacked.ts";

const MAX_FILES = 50_000;
const MAX_DOCUMENT_BYTES = MAX_CONFIG_BYTES;
const MAX_DOCUMENTS_BYTES = 64 * 1024 * 1024;
const MAX_HOPS = 10;

/** What an archive holds under a name. A layer that cannot be read is only an error when an image has it. */
type Held<Note> =
  | { readonly kind: "document"; readonly bytes: Buffer }
  | { readonly kind: "layer"; readonly layer: LayerContents<Note>; readonly digest: Digest }
  | { readonly kind: "damaged"; readonly error: SeaworthyError }
  | { readonly kind: "link"; readonly to: string };

const bad = (why: string, hint?: string): SeaworthyError =>
  new SeaworthyError("INPUT_INVALID", `the image archive cannot be read: ${why}`, hint === undefined ? {} : { hint });

/** By its first bytes, as names say nothing: compressed, or with tar's own mark, or the zeros of an empty tar. */
const isLayer = (path: string, head: Buffer): boolean =>
  compressionOf(head) !== "none" ||
  head.subarray(257, 262).toString("latin1") === "ustar" ||
  /(?:^|\/)layer\.tar$/.test(path) ||
  (head.length >= 512 && head.subarray(0, 512).every((byte) => byte === 0));

const readHeld = async <Note>(entry: TarEntry, layerNumber: () => number, options: ReadOptions<Note>): Promise<Held<Note> | undefined> => {
  const { path, sizeBytes } = entry.header;
  const { head, whole } = await peek(entry.body, 512);
  if (isLayer(path, head)) {
    options.onLayer?.(layerNumber(), undefined);
    const what = `${path} in the image archive`;
    try {
      if (compressionOf(head) === "none") {
        const layer = await readLayer(whole, what, options.lookout, options.budget);
        return { kind: "layer", layer, digest: layer.diffId };
      }
      const raw = metered(whole);
      const layer = await readLayer(raw.stream, what, options.lookout, options.budget);
      return { kind: "layer", layer, digest: raw.digest() };
    } catch (error) {
      if (isSeaworthyError(error) && error.code === "INPUT_INVALID") return { kind: "damaged", error };
      throw error;
    }
  }
  if (sizeBytes > MAX_DOCUMENT_BYTES) return undefined;
  return { kind: "document", bytes: Buffer.concat(await Array.fromAsync(whole)) };
};

type Files<Note> = ReadonlyMap<string, Held<Note>>;

const readAll = async <Note>(archive: AsyncIterable<Uint8Array>, options: ReadOptions<Note>): Promise<Files<Note>> => {
  const files = new Map<string, Held<Note>>();
  let documentBytes = 0;
  let layers = 0;
  const { stream } = await unpacked(archive, "the image archive", options.budget);
  for await (const entry of readTar(stream, { maxEntries: MAX_FILES })) {
    const { type, path, linkPath } = entry.header;
    if (type === "symlink" && linkPath !== undefined) files.set(path, { kind: "link", to: posix.join(posix.dirname(path), linkPath) });
    else if (type === "hardlink" && linkPath !== undefined) files.set(path, { kind: "link", to: linkPath });
    else if (type === "file") {
      const held = await readHeld(entry, () => (layers += 1), options);
      if (held?.kind === "document") documentBytes += held.bytes.length;
      if (documentBytes > MAX_DOCUMENTS_BYTES)
        throw new SeaworthyError("INPUT_TOO_LARGE", `the image archive holds more than ${MAX_DOCUMENTS_BYTES} bytes beside its layers`);
      if (held === undefined) files.delete(path);
      else files.set(path, held);
    }
  }
  return files;
};

/** Older engines store a layer that an image has twice as a link to the first (`../<id>/layer.tar`). */
const lookUp = <Note>(files: Files<Note>, name: string): Exclude<Held<Note>, { kind: "link" }> => {
  let path = tarPath(name);
  for (let hops = 0; hops < MAX_HOPS; hops += 1) {
    const found = files.get(path);
    if (found === undefined) break;
    if (found.kind !== "link") return found;
    path = tarPath(found.to);
  }
  throw bad(
    `it has no ${JSON.stringify(name.slice(0, 200))}, which it names`,
    "It was cut off or put together wrongly: save the image again.",
  );
};

const documentOf = <Note>(files: Files<Note>, name: string): Buffer => {
  const found = lookUp(files, name);
  if (found.kind !== "document") throw bad(`${JSON.stringify(name.slice(0, 200))} is no JSON document`);
  return found.bytes;
};

const layerOf = <Note>(files: Files<Note>, name: string, expected?: Digest): LayerContents<Note> => {
  const found = lookUp(files, name);
  if (found.kind === "damaged") throw found.error;
  if (found.kind !== "layer") throw bad(`${JSON.stringify(name.slice(0, 200))} is no layer`);
  if (expected !== undefined && algorithmOf(expected) === "sha256" && found.digest !== expected)
    throw bad(`the blob ${expected} has the digest ${found.digest}`);
  return found.layer;
};

/** The list of images that an archive begins or ends with, `manifest.json`. */
export const listing = v.pipe(
  v.array(
    v.looseObject({
      Config: v.string(),
      RepoTags: v.nullish(v.array(v.string())),
      Layers: v.nullish(v.pipe(v.array(v.string()), v.maxLength(10_000))),
    }),
  ),
  v.maxLength(1000),
);

const parsed = (bytes: Buffer, what: string): unknown => {
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch {
    throw bad(`its ${what} is not JSON`);
  }
};

const configNamed = (name: string, bytes: Buffer): ImageConfig => {
  const hex = /(?:^|\/)([0-9a-f]{64})(?:\.json)?$/.exec(name)?.[1];
  if (hex !== undefined && hex !== hexOf(digestOf(bytes))) throw bad(`its configuration ${hex} has the digest ${digestOf(bytes)}`);
  return parseImageConfig(bytes);
};

type Listed = v.InferOutput<typeof listing>[number];

/** The one image of an archive that is meant: its only one, or the one of this name. @throws INPUT_INVALID naming what there is */
export const chosenOf = (all: readonly Listed[], name: string | undefined): Listed => {
  const [image, ...others] =
    name === undefined ? all : all.filter(({ RepoTags }) => RepoTags?.some((tag) => isSameName(tag, name)) === true);
  if (image !== undefined && others.length === 0) return image;
  throw bad(
    `it holds ${all.length} images${name === undefined ? "" : `, and not one that is named ${JSON.stringify(name.slice(0, 200))}`}: ${all
      .slice(0, 20)
      .map(({ RepoTags, Config }) => RepoTags?.[0] ?? Config)
      .join(", ")}`,
    "Name one of them behind a colon: PATH:NAME; or save one image alone.",
  );
};

/** What `docker save` writes. */
const fromDocker = <Note>(
  files: Files<Note>,
  name: string | undefined,
  cache: LayerCache<Note> | undefined,
): Promise<ImageContents<Note>> => {
  const all = conform(listing, parsed(documentOf(files, "manifest.json"), "manifest.json"), "the image archive's manifest.json");
  const image = chosenOf(all, name);
  const config = configNamed(image.Config, documentOf(files, image.Config));
  const layers = (image.Layers ?? []).map((path) => layerOf(files, path));
  return remembered(config, layers, { digest: config.digest, tags: image.RepoTags ?? [] }, cache);
};

const blobPath = (digest: Digest): string => `blobs/${algorithmOf(digest)}/${hexOf(digest)}`;

/** An OCI layout in a tar, as skopeo and buildx write it. */
const fromLayout = async <Note>(files: Files<Note>, name: string | undefined, options: ReadOptions<Note>): Promise<ImageContents<Note>> => {
  const blob = (digest: Digest): Buffer => {
    const bytes = documentOf(files, blobPath(digest));
    if (!hasDigest(bytes, digest)) throw bad(`the blob ${digest} holds other bytes`);
    return bytes;
  };
  const index = parseManifest(documentOf(files, "index.json"));
  if (index.kind !== "index") throw bad("its index.json is no index");
  const entry = chosenEntry(index.manifests, name, "the image archive");
  const read = async (digest: Digest): Promise<Manifest | Index> => parseManifest(blob(digest), { digest });
  const manifest = await imageBelow(await read(entry.digest), options.platform, read, options.isPreference);
  const config = parseImageConfig(blob(manifest.config.digest));
  const layers = manifest.layers.map(({ digest }) => layerOf(files, blobPath(digest), digest));
  const tag = nameOf(entry);
  return remembered(config, layers, { digest: manifest.digest, tags: tag === entry.digest ? [] : [tag] }, options.cache);
};

/**
 * One image of a docker-archive or an OCI archive, itself compressed or not, read as it comes: layers stand in it in any order, so each is read for itself and
 * put together once its place is known.
 * @throws INPUT_INVALID, INPUT_TOO_LARGE, DEADLINE, PLATFORM_MISSING
 */
export const readArchiveImage = async <Note>(
  archive: AsyncIterable<Uint8Array>,
  name: string | undefined,
  options: ReadOptions<Note>,
): Promise<ImageContents<Note>> => {
  const files = await readAll(archive, options);
  if (files.has("manifest.json")) return fromDocker(files, name, options.cache);
  if (files.has("index.json")) return fromLayout(files, name, options);
  throw bad(
    "it has neither a manifest.json nor an index.json",
    "Write one with docker save, or with skopeo copy to docker-archive: or oci-archive:.",
  );
};
