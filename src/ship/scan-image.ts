import { join } from "node:path";
import { byDigest, type Digest, formatPlatform, formatReference, type Platform, type Reference } from "../core/index.ts";
import {
  collect,
  createBudget,
  openLayout,
  parseImageConfig,
  parseManifest,
  readArchiveImage,
  readImage,
  readRegistryImage,
  type ReadOptions,
} from "../image/index.ts";
import { type Inventory, inventoryKey, inventoryLookout, inventoryOf, type Note, openInventoryCache } from "../inventory/index.ts";
import type { ResolvedService } from "./images.ts";
import type { Voyage } from "./voyage.ts";

/** One image of a service as it is scanned: of an index each platform is one. */
export interface ScanSubject {
  readonly service: string;
  /** As a person knows it. */
  readonly name: string;
  /** As a command names it, where one can. */
  readonly image: string;
  /** Of its manifest: the subject of evidence. */
  readonly digest: Digest;
  /** What a release names: the index, or the manifest itself. */
  readonly index: Digest;
  readonly platform: Platform;
  readonly ours: boolean;
  /** Where it is read, when it was not before. */
  readonly from: "its build" | "the engine" | "its registry";
  readonly read: (places: Places, reading: Reading) => Promise<Inventory>;
}

/** Where images are read from. */
type Places = Pick<Voyage, "engine"> & { readonly harbour: Pick<Voyage["harbour"], "client"> };

const MAX_CONFIG_BYTES = 4 * 1024 * 1024;
/** Three times what the largest usual images hold. */
const MAX_FILES = 600_000;

type Reading = ReadOptions<Note>;

/** What was built: from the layout that will be pushed. */
export const builtSubjects = ({ built }: Pick<Voyage, "built">, service: string): readonly ScanSubject[] => {
  const image = built.get(service);
  if (image === undefined) return [];
  return image.platforms.map(({ platform, manifest }) => ({
    service,
    image: service,
    name: image.platforms.length === 1 ? service : `${service} (${formatPlatform(platform)})`,
    digest: manifest,
    index: image.digest,
    platform,
    ours: true,
    from: "its build",
    read: async (_places, reading) => {
      const layout = await openLayout(image.layoutFolder);
      const source = {
        manifest: (digest: Digest) => layout.manifest(digest),
        blob: ({ digest }: { readonly digest: Digest }) => layout.openBlob(digest),
      };
      return inventoryOf(await readImage(await layout.manifest(manifest), source, reading));
    },
  }));
};

type About = Omit<ScanSubject, "digest" | "index" | "image" | "from" | "read"> & Partial<Pick<ScanSubject, "digest" | "index">>;

/** What the engine has under this name or digest, as it would save it; known by its id where nobody says another digest. Undefined when it has none. */
export const engineSubject = async (
  { engine }: Pick<Voyage, "engine">,
  reference: string,
  about: About,
): Promise<ScanSubject | undefined> => {
  const here = await engine.images.inspect(reference);
  if (here === undefined) return undefined;
  const digest = about.digest ?? here.id;
  return {
    ...about,
    image: reference,
    digest,
    index: about.index ?? digest,
    from: "the engine",
    read: async (places, reading) => inventoryOf(await readArchiveImage(places.engine.images.save(here.id), undefined, reading)),
  };
};

/** What is in a registry, or others built: from the engine where it has it, since that is what it runs, else from its registry. */
export const resolvedSubject = async (
  voyage: Pick<Voyage, "engine" | "platform">,
  { service, repository, digest, manifest, ours }: Pick<ResolvedService, "service" | "repository" | "digest" | "manifest" | "ours">,
  image: Reference | undefined,
): Promise<ScanSubject> => {
  const about = { service, name: service, digest: manifest, index: digest, platform: voyage.platform, ours };
  const here = ours || image === undefined ? undefined : await engineSubject(voyage, formatReference(image), about);
  return (
    here ?? {
      ...about,
      image: formatReference(byDigest(repository, digest)),
      from: "its registry",
      read: async ({ harbour }, reading) => inventoryOf(await readRegistryImage(harbour.client, byDigest(repository, manifest), reading)),
    }
  );
};

/** Every platform of an image in a registry; provenance and the like, which an index lists without one, are not. @throws IMAGE_NOT_FOUND */
export const remoteSubjects = async (
  { harbour }: Pick<Voyage, "harbour">,
  reference: Reference & { readonly digest: Digest },
): Promise<readonly ScanSubject[]> => {
  const found = await harbour.client.manifest(reference);
  const manifest = parseManifest(found.bytes, { mediaType: found.mediaType, digest: reference.digest });
  const name = formatReference(reference);
  const subject = (digest: Digest, platform: Platform, called: string): ScanSubject => ({
    service: name,
    name: called,
    image: name,
    digest,
    index: reference.digest,
    platform,
    ours: true,
    from: "its registry",
    read: async (places, reading) => inventoryOf(await readRegistryImage(places.harbour.client, byDigest(reference, digest), reading)),
  });
  if (manifest.kind === "index")
    return manifest.manifests.flatMap(({ digest, platform }) =>
      platform === undefined || platform.os === "unknown" ? [] : [subject(digest, platform, `${name} (${formatPlatform(platform)})`)],
    );
  const config = await collect(
    harbour.client.blob(reference, manifest.config.digest, manifest.config.size),
    MAX_CONFIG_BYTES,
    `the configuration of ${name}`,
  );
  return [subject(reference.digest, parseImageConfig(config).platform, name)];
};

const cacheOf = ({ state }: Pick<Voyage, "state">) => openInventoryCache(join(state.folder, "inventories"));

type Reader = Pick<Voyage, "tool" | "readerCode">;

const keyOf = ({ tool, readerCode }: Reader, digest: Digest, platform: Platform): Digest =>
  inventoryKey({ tool, code: readerCode?.() ?? "", image: digest, platform: formatPlatform(platform) });

/** What an image was seen to hold before, by the same code. */
export const keptInventory = (voyage: Reader & Pick<Voyage, "state">, digest: Digest, platform: Platform): Inventory | undefined =>
  cacheOf(voyage).find(keyOf(voyage, digest, platform));

/** What an image is read with, and where what it holds is kept. */
export type Lookout = Reader & Places & Pick<Voyage, "state" | "progress" | "signal" | "layerNotes">;

/** What is in an image: as it was seen before, else as it is read now, and kept. @throws what its source throws */
export const inventoryOfSubject = async (voyage: Lookout, subject: ScanSubject): Promise<Inventory> => {
  const { digest, platform, name, from } = subject;
  const known = keptInventory(voyage, digest, platform);
  if (known !== undefined) return known;
  const step = `read ${name}`;
  voyage.progress.begin(step, `from ${from}`);
  const cache = voyage.layerNotes?.();
  const inventory = await subject.read(voyage, {
    lookout: inventoryLookout,
    budget: createBudget({ signal: voyage.signal, maxNotes: MAX_FILES }),
    platform,
    // Every blob is held to its digest on the way.
    trustDiffIds: true,
    onLayer: (layer, of) => voyage.progress.begin(step, `layer ${layer}${of === undefined ? "" : ` of ${of}`}`),
    ...(cache === undefined ? {} : { cache }),
  });
  await cache?.close();
  cacheOf(voyage).keep(keyOf(voyage, digest, platform), inventory);
  voyage.progress.end(step, `${inventory.packages.length} packages`);
  return inventory;
};
