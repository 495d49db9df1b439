import { createHash } from "node:crypto";
import { algorithmOf, type Digest, digestOf, hexOf, parseDigest, type Platform, SeaworthyError, shortDigest } from "../../core/index.ts";
import { isSeekable } from "../archive/byte-reader.ts";
import type { StoredBlob } from "../archive/stored-blob.ts";
import { eachOf } from "../each-of.ts";
import { contentsOf, type ImageContents, type ReadOptions, readOne } from "../filesystem/image-contents.ts";
import { type LayerContents, readLayer } from "../filesystem/layer.ts";
import { type LayeredFile, stacked } from "../filesystem/stacked.ts";
import { compressionOf } from "../filesystem/unpacked.ts";
import type { LocalSource } from "../places/source.ts";
import { choosePlatform, isAttestation } from "../values/choose-platform.ts";
import { type ImageConfig, MAX_CONFIG_BYTES, parseImageConfig } from "../values/config.ts";
import type { Descriptor } from "../values/descriptor.ts";
import { type Flaw, notIntact, notWhole } from "../values/flaw.ts";
import { hasDigest, type Index, type Manifest, MAX_MANIFEST_BYTES, parseManifest } from "../values/manifest.ts";
import { isNonDistributable } from "../values/media-types.ts";
import { collect } from "../verified.ts";

const MAX_DEPTH = 8;
const AT_ONCE = 2;

type Noted = (flaw: Flaw) => void;

/** A small document as it lies there. Where it has not the digest it is known by, that is noted. */
const documentAt = async (
  { stored, where }: LocalSource,
  digest: Digest,
  what: string,
  maxBytes: number,
  noted: Noted,
): Promise<Uint8Array> => {
  const found = await stored(digest);
  if (found === undefined) throw new SeaworthyError("IMAGE_NOT_FOUND", `${where} has no ${what} ${digest}, which it names`);
  const bytes = await collect(found.read(), maxBytes, `the ${what} ${digest} in ${where}`);
  if (!hasDigest(bytes, digest)) noted(notIntact(`its ${what} ${shortDigest(digest)} has the digest ${digestOf(bytes)}`));
  return bytes;
};

const manifestAt = async (source: LocalSource, digest: Digest, noted: Noted): Promise<Manifest | Index> => {
  // What was made up is nowhere on disk.
  if (digest === source.root && source.isMadeUp) return source.manifest(digest);
  return parseManifest(await documentAt(source, digest, "manifest", MAX_MANIFEST_BYTES, noted));
};

/** The image of an index that is meant, of those that are there: the only one, or the one for the platform. @throws PLATFORM_MISSING, INPUT_INVALID */
const imageIn = async (source: LocalSource, { platform }: { readonly platform: Platform }, noted: Noted): Promise<Manifest> => {
  let at = await manifestAt(source, source.root, noted);
  for (let depth = 0; at.kind === "index"; depth += 1) {
    if (depth > MAX_DEPTH) throw new SeaworthyError("INPUT_INVALID", `the index ${source.root} is nested deeper than ${MAX_DEPTH}`);
    const there: Descriptor[] = [];
    for (const entry of at.manifests) if (!isAttestation(entry) && (await source.stored(entry.digest)) !== undefined) there.push(entry);
    const [first, ...others] = there;
    const entry = first !== undefined && others.length === 0 ? first : choosePlatform({ ...at, manifests: there }, platform);
    at = await manifestAt(source, entry.digest, noted);
  }
  return at;
};

async function* digesting(
  source: AsyncIterable<Uint8Array>,
  algorithm: string,
  done: (hex: string) => void,
): AsyncGenerator<Uint8Array, void, undefined> {
  const hash = createHash(algorithm);
  for await (const chunk of source) {
    hash.update(chunk);
    yield chunk;
  }
  done(hash.digest("hex"));
}

/** One of an image's layers, as it is listed. */
interface Listed {
  readonly blob: Descriptor;
  /** From 1. */
  readonly number: number;
  readonly of: number;
  /** As the configuration says, where it says as many as are listed. */
  readonly diffId: Digest | undefined;
}

const wordsOf = ({ number, of }: Listed): string => `layer ${number} of ${of}`;

/** Less is hashed sooner than another thread has started. */
const ASIDE_BYTES = 16 * 1024 * 1024;

/** A large uncompressed layer of an archive: of it only what is wanted is read here, while another thread makes its digest. */
const readPlain = async <Note>(
  stored: StoredBlob,
  listed: Listed,
  { lookout, budget }: Pick<ReadOptions<Note>, "lookout" | "budget">,
): Promise<LayerContents<Note> | undefined> => {
  if (stored.sizeBytes < ASIDE_BYTES) return undefined;
  const bytes = stored.read();
  if (!isSeekable(bytes) || compressionOf(await bytes.head(4)) !== "none") return undefined;
  const { digest } = listed.blob;
  const algorithm = algorithmOf(digest);
  await using aside = bytes.digest(algorithm);
  const layer = await readLayer(bytes, wordsOf(listed), lookout, budget, digest);
  return { ...layer, diffId: parseDigest(`${algorithm}:${await aside.hex()}`) };
};

/** A layer whose bytes are other ones, or may be: known by what it turns out to be, and kept under no name that it has not proved. */
const readAsItIs = async <Note>(
  stored: StoredBlob,
  listed: Listed,
  { lookout, budget, cache, onLayer }: ReadOptions<Note>,
  noted: Noted,
): Promise<LayerContents<Note>> => {
  const { blob, number, of, diffId } = listed;
  const identity = await stored.identity();
  const name = identity === undefined ? undefined : `${identity} as it is`;
  if (stored.sizeBytes !== blob.size)
    noted(notIntact(`${wordsOf(listed)} (${shortDigest(blob.digest)}) has ${stored.sizeBytes} bytes; its manifest says ${blob.size}`));
  const told = (packed: string): void => {
    if (packed !== hexOf(blob.digest) && stored.sizeBytes === blob.size)
      noted(notIntact(`${wordsOf(listed)} (${shortDigest(blob.digest)}) has the digest ${algorithmOf(blob.digest)}:${packed}`));
  };
  // An uncompressed layer is known by its diffID, and need not be hashed twice.
  const isPlain = blob.digest === diffId;
  const asPacked = `${name} ${algorithmOf(blob.digest)}`;
  const known = name === undefined ? undefined : await cache?.find([name]);
  const knownPacked = known === undefined || isPlain ? undefined : (await cache?.findBytes(asPacked))?.toString("latin1");
  if (known !== undefined && (isPlain || knownPacked !== undefined)) {
    if (knownPacked !== undefined) told(knownPacked);
    return known;
  }
  onLayer?.(number, of);
  let packed: string | undefined;
  const aside = isPlain ? await readPlain(stored, listed, { lookout, budget }) : undefined;
  const bytes = isPlain ? stored.read() : digesting(stored.read(), algorithmOf(blob.digest), (hex) => (packed = hex));
  const layer = aside ?? (await readLayer(bytes, wordsOf(listed), lookout, budget));
  if (packed !== undefined) told(packed);
  if (cache === undefined || name === undefined || (await stored.identity()) !== identity) return layer;
  if (packed !== undefined) await cache.keepBytes(asPacked, Buffer.from(packed, "latin1"));
  await cache.keep(name, layer);
  return layer;
};

const counted = (layers: number): string => `${layers} ${layers === 1 ? "layer" : "layers"}`;

const NOTHING = new Map<string, never>();

/** Stands for a layer that is missing, so that those above it keep their numbers. */
export const hole = <Note>(diffId: Digest): LayerContents<Note> => ({
  diffId,
  sizeBytes: 0,
  seen: NOTHING,
  cover: () => ({ files: new Set(), folders: new Set(), gone: new Set(), emptied: new Set() }),
  isWhole: true,
});

export const isHole = ({ seen }: LayerContents<unknown>): boolean => seen === NOTHING;

const missing = ({ blob, ...listed }: Listed): Flaw => {
  const [from] = blob.urls ?? [];
  const elsewhere = isNonDistributable(blob.mediaType) && from !== undefined ? `; it is to be had from ${from.slice(0, 200)}` : "";
  return notWhole(`${wordsOf({ blob, ...listed })} (${shortDigest(blob.digest)}) is missing${elsewhere}`);
};

/** Layers of another number than the configuration names, at its places where it knows them in this order, else as they are listed. */
const inPlace = <Note>(layers: readonly LayerContents<Note>[], { diffIds }: ImageConfig): readonly LayerContents<Note>[] => {
  let next = 0;
  const placed = diffIds.map((diffId) => (layers[next]?.diffId === diffId ? (layers[next++] ?? hole<Note>(diffId)) : hole<Note>(diffId)));
  return next === layers.length ? placed : layers;
};

const layersOf = async <Note>(
  source: LocalSource,
  manifest: Manifest,
  config: ImageConfig,
  options: ReadOptions<Note>,
  noted: Noted,
): Promise<readonly LayerContents<Note>[]> => {
  const of = manifest.layers.length;
  const isCounted = of === config.diffIds.length;
  const flaws = new Map<number, Flaw[]>();
  const read = new Map<number, LayerContents<Note>>();
  await eachOf([...manifest.layers.entries()], AT_ONCE, async ([at, blob]) => {
    const listed: Listed = { blob, number: at + 1, of, diffId: isCounted ? config.diffIds[at] : undefined };
    const own: Flaw[] = [];
    flaws.set(at, own);
    const stored = await source.stored(blob.digest);
    if (stored === undefined) {
      own.push(missing(listed));
      read.set(at, hole(listed.diffId ?? blob.digest));
    } else if (options.trustDiffIds === true && listed.diffId !== undefined && stored.sizeBytes === blob.size)
      read.set(at, await readOne(blob, wordsOf(listed), listed.diffId, source, options, () => options.onLayer?.(at + 1, of)));
    else {
      const found = await readAsItIs(stored, listed, options, (flaw) => own.push(flaw));
      read.set(at, found);
      if (listed.diffId !== undefined && found.diffId !== listed.diffId && own.length === 0)
        own.push(
          notIntact(`${wordsOf(listed)} has the digest ${found.diffId} when it is unpacked; its configuration says ${listed.diffId}`),
        );
    }
  });
  const layers = manifest.layers.flatMap((_, at) => read.get(at) ?? []);
  // An archive without a manifest has said so when it was opened.
  if (!isCounted && !source.isMadeUp)
    noted(notWhole(`its manifest lists ${counted(of)} where its configuration names ${config.diffIds.length}`));
  for (const [at, { diffId }] of layers.entries()) {
    const own = flaws.get(at) ?? [];
    for (const flaw of own) noted(flaw);
    if (!isCounted && own.length === 0 && !config.diffIds.includes(diffId))
      noted(notIntact(`layer ${at + 1} (${diffId}) is none that its configuration names`));
  }
  return isCounted ? layers : inPlace(layers, config);
};

/** A manifest may list ten thousand layers: those after the first hundred that are wrong are counted. */
const MAX_TOLD = 100;

const told = (flaws: readonly Flaw[]): readonly Flaw[] => {
  const rest = flaws.slice(MAX_TOLD);
  const counts = [...Map.groupBy(rest, ({ id }) => id)];
  return [...flaws.slice(0, MAX_TOLD), ...counts.map(([id, same]) => ({ id, message: `and ${same.length} more like these` }))];
};

/** What `contentsOf` takes. */
export interface Looked<Note> {
  readonly config: ImageConfig;
  readonly layers: readonly LayerContents<Note>[];
  readonly about: Pick<ImageContents<Note>, "digest" | "tags" | "flaws" | "unseen">;
  /** The layers on each other. */
  readonly files: readonly LayeredFile<Note>[];
}

export const looked = async <Note>(source: LocalSource, options: ReadOptions<Note>): Promise<Looked<Note>> => {
  const flaws: Flaw[] = [];
  const noted: Noted = (flaw) => void flaws.push(flaw);
  const manifest = await imageIn(source, options, noted);
  const config = parseImageConfig(await documentAt(source, manifest.config.digest, "configuration", MAX_CONFIG_BYTES, noted));
  const layers = await layersOf(source, manifest, config, options, noted);
  return {
    config,
    layers,
    files: stacked(layers),
    about: { digest: manifest.digest, tags: source.tags, flaws: told([...source.flaws, ...flaws]), unseen: [] },
  };
};

/**
 * Reads an image on this machine's disk as far as it goes: what is missing in it, or is not as its documents say, is told in `flaws`. For who looks at an image and
 * takes nothing from it.
 * @throws INPUT_INVALID where it cannot be read at all, IMAGE_NOT_FOUND, INPUT_TOO_LARGE, DEADLINE, PLATFORM_MISSING
 */
export const lookAtImage = async <Note>(source: LocalSource, options: ReadOptions<Note>): Promise<ImageContents<Note>> => {
  const { config, layers, about, files } = await looked(source, options);
  return contentsOf(config, layers, about, files);
};
