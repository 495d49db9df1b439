import { type Digest, type Platform, SeaworthyError } from "../../core/index.ts";
import { eachOf } from "../each-of.ts";
import { choosePlatform, isAttestation } from "../values/choose-platform.ts";
import { type ImageConfig, MAX_CONFIG_BYTES, parseImageConfig } from "../values/config.ts";
import type { Descriptor } from "../values/descriptor.ts";
import type { Flaw } from "../values/flaw.ts";
import type { Index, Manifest } from "../values/manifest.ts";
import { collect } from "../verified.ts";
import type { StoredBlob } from "../archive/stored-blob.ts";
import type { Budget } from "./budget.ts";
import type { LayerCache } from "./layer-cache.ts";
import { type LayerContents, type Lookout, readLayer } from "./layer.ts";
import { type LayeredFile, stacked } from "./stacked.ts";

/** One image, read through. */
export interface ImageContents<Note> {
  /** The manifest's; the configuration's (which engines call the image's id) where there is no manifest. */
  readonly digest: Digest;
  /** As an archive names it: `repository:tag`. */
  readonly tags: readonly string[];
  readonly config: ImageConfig;
  /** Of all layers, unpacked. */
  readonly sizeBytes: number;
  /** Base first. */
  readonly layers: readonly { readonly diffId: Digest; /** Unpacked. */ readonly sizeBytes: number }[];
  readonly files: readonly LayeredFile<Note>[];
  /** What is not as its documents say. Only who looks gets to see an image that has any. */
  readonly flaws: readonly Flaw[];
  /** What could not be seen though nothing is wrong, a sentence each: of a file system without documents. */
  readonly unseen: readonly string[];
}

export interface ReadOptions<Note> {
  readonly lookout: Lookout<Note>;
  readonly budget: Budget;
  /** Which image of an index. */
  readonly platform: Platform;
  /** Nobody asked for that platform: an index that has one image alone, for whatever platform, means that one. */
  readonly isPreference?: boolean;
  /**
   * Layers are not held to their diffIDs, and those on disk not to their digests either: what is shown is what lies there. An engine that loads them finds
   * out whether that is what the configuration says. Much faster.
   */
  readonly trustDiffIds?: boolean;
  /** Layers that were read before are not read again. */
  readonly cache?: LayerCache<Note>;
  /** Told of each layer before it is read: its number from 1, and how many there are where that is known. */
  readonly onLayer?: (layer: number, of: number | undefined) => void;
}

/** Layers on each other, held to nothing. @param files where it is known already what hides which */
export const contentsOf = <Note>(
  config: ImageConfig,
  layers: readonly LayerContents<Note>[],
  about: Pick<ImageContents<Note>, "digest" | "tags"> & Partial<Pick<ImageContents<Note>, "flaws" | "unseen">>,
  files: readonly LayeredFile<Note>[] = stacked(layers),
): ImageContents<Note> => ({
  flaws: [],
  unseen: [],
  ...about,
  config,
  sizeBytes: layers.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
  layers: layers.map(({ diffId, sizeBytes }) => ({ diffId, sizeBytes })),
  files,
});

/** @throws INPUT_INVALID when the layers are not those that the configuration names */
export const assembled = <Note>(
  config: ImageConfig,
  layers: readonly LayerContents<Note>[],
  named: { readonly digest: Digest; readonly tags: readonly string[] },
): ImageContents<Note> => {
  if (layers.length !== config.diffIds.length)
    throw new SeaworthyError(
      "INPUT_INVALID",
      `the image has ${layers.length} layers where its configuration names ${config.diffIds.length}`,
    );
  for (const [at, { diffId }] of layers.entries())
    if (diffId !== config.diffIds[at])
      throw new SeaworthyError(
        "INPUT_INVALID",
        `layer ${at + 1} of the image has the digest ${diffId}; its configuration says ${config.diffIds[at]}`,
        { hint: "The copy is damaged or was tampered with: fetch or build the image again." },
      );
  return contentsOf(config, layers, named);
};

/** Where an image's blobs come from: a layout, a registry. */
export interface BlobSource {
  readonly manifest: (digest: Digest) => Promise<Manifest | Index>;
  readonly blob: (blob: Descriptor) => AsyncIterable<Uint8Array>;
  /** What lies on this machine's disk under that digest, held to nothing. */
  readonly stored?: (digest: Digest) => Promise<StoredBlob | undefined>;
}

const MAX_DEPTH = 8;
/** Layers that are read at once: what unpacks one has a thread of its own. */
const AT_ONCE = 2;

/** The image that an index means: its only one, or the one for the platform. @throws PLATFORM_MISSING, INPUT_INVALID */
export const imageBelow = async (
  root: Manifest | Index,
  platform: Platform,
  read: BlobSource["manifest"],
  isPreference = false,
): Promise<Manifest> => {
  let at = root;
  for (let depth = 0; at.kind === "index"; depth += 1) {
    if (depth > MAX_DEPTH) throw new SeaworthyError("INPUT_INVALID", `the index ${root.digest} is nested deeper than ${MAX_DEPTH}`);
    const [first, ...others] = isPreference ? at.manifests.filter((entry) => !isAttestation(entry)) : at.manifests;
    at = await read((first !== undefined && others.length === 0 ? first : choosePlatform(at, platform)).digest);
  }
  return at;
};

/** Reads a layer, or finds what was learned of it before. @param diffId as the configuration says, where that needs no proof */
export const readOne = async <Note>(
  blob: Descriptor,
  what: string,
  diffId: Digest | undefined,
  source: BlobSource,
  { lookout, budget, cache }: ReadOptions<Note>,
  onRead: () => void,
): Promise<LayerContents<Note>> => {
  const read = (local: StoredBlob | undefined): Promise<LayerContents<Note>> => {
    onRead();
    return readLayer(local?.read() ?? source.blob(blob), what, lookout, budget, diffId);
  };
  const stored = diffId === undefined ? undefined : await source.stored?.(blob.digest);
  // One of another length is not what is meant: who asks for it by its digest is told so.
  const local = stored?.sizeBytes === blob.size ? stored : undefined;
  if (cache === undefined || diffId === undefined) return read(local);
  // A digest stands for the bytes whoever names it: an engine or a registry that was given others refuses them.
  const identity = await local?.identity();
  const known = await cache.find([blob.digest, diffId, ...(identity === undefined ? [] : [identity])]);
  if (known !== undefined) return { ...known, diffId };
  const found = await read(local);
  // Nobody has held a file on disk to its digest: it is known by where it lies, unless somebody wrote to it meanwhile.
  if (local === undefined) await cache.keep(blob.digest, found);
  else if (identity !== undefined && (await local.identity()) === identity) await cache.keep(identity, found);
  return found;
};

/** Reads an image, two layers at once. @throws INPUT_INVALID, INPUT_TOO_LARGE, DEADLINE, PLATFORM_MISSING, and what the source throws */
export const readImage = async <Note>(
  root: Manifest | Index,
  source: BlobSource,
  options: ReadOptions<Note>,
  tags: readonly string[] = [],
): Promise<ImageContents<Note>> => {
  const manifest = await imageBelow(root, options.platform, source.manifest, options.isPreference);
  const config = parseImageConfig(await collect(source.blob(manifest.config), MAX_CONFIG_BYTES, `the configuration of ${manifest.digest}`));
  const layers = new Map<number, LayerContents<Note>>();
  await eachOf([...manifest.layers.entries()], AT_ONCE, async ([at, blob]) => {
    const diffId = options.trustDiffIds === true ? config.diffIds[at] : undefined;
    const what = `layer ${at + 1} (${blob.digest})`;
    layers.set(at, await readOne(blob, what, diffId, source, options, () => options.onLayer?.(at + 1, manifest.layers.length)));
  });
  const inOrder = manifest.layers.flatMap((_, at) => layers.get(at) ?? []);
  return assembled(config, inOrder, { digest: manifest.digest, tags });
};
