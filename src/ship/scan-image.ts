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
} from "../image/index.ts";
import { type Inventory, inventoryKey, inventoryLookout, inventoryOf, openInventoryCache } from "../inventory/index.ts";
import type { Service } from "../project/index.ts";
import type { ResolvedService } from "./images.ts";
import type { Voyage } from "./voyage.ts";

/** One image of a service as it is scanned: of an index each platform is one. */
export interface ScanSubject {
  readonly service: string;
  /** As a person knows it. */
  readonly name: string;
  /** Of its manifest: the subject of evidence. */
  readonly digest: Digest;
  /** What a release names: the index, or the manifest itself. */
  readonly index: Digest;
  readonly platform: Platform;
  readonly ours: boolean;
  /** Where it is read, when it was not before. */
  readonly from: "its build" | "the engine" | "its registry";
  readonly read: (voyage: Voyage, onLayer: (layer: number, of: number | undefined) => void) => Promise<Inventory>;
}

const MAX_CONFIG_BYTES = 4 * 1024 * 1024;
/** Three times what the largest usual images hold. */
const MAX_FILES = 600_000;

const options = ({ signal }: Pick<Voyage, "signal">, platform: Platform, onLayer: (layer: number, of: number | undefined) => void) => ({
  lookout: inventoryLookout,
  budget: createBudget({ signal, maxNotes: MAX_FILES }),
  platform,
  // Every blob is held to its digest on the way.
  trustDiffIds: true,
  onLayer,
});

/** What was built: from the layout that will be pushed. */
export const builtSubjects = ({ built }: Pick<Voyage, "built">, service: string): readonly ScanSubject[] => {
  const image = built.get(service);
  if (image === undefined) return [];
  return image.platforms.map(({ platform, manifest }) => ({
    service,
    name: image.platforms.length === 1 ? service : `${service} (${formatPlatform(platform)})`,
    digest: manifest,
    index: image.digest,
    platform,
    ours: true,
    from: "its build",
    read: async (voyage, onLayer) => {
      const layout = await openLayout(image.layoutFolder);
      const source = {
        manifest: (digest: Digest) => layout.manifest(digest),
        blob: ({ digest }: { readonly digest: Digest }) => layout.openBlob(digest),
      };
      return inventoryOf(await readImage(await layout.manifest(manifest), source, options(voyage, platform, onLayer)));
    },
  }));
};

/** What is in a registry, or others built: from the engine where it has it, since that is what it runs, else from its registry. */
export const resolvedSubject = async (
  { engine, platform }: Pick<Voyage, "engine" | "platform">,
  image: ResolvedService,
  { spec }: Pick<Service, "spec">,
): Promise<ScanSubject> => {
  const named = image.ours || spec.image === undefined ? undefined : formatReference(spec.image);
  const here = named === undefined ? undefined : await engine.images.inspect(named);
  return {
    service: image.service,
    name: image.service,
    digest: image.manifest,
    index: image.digest,
    platform,
    ours: image.ours,
    from: here === undefined ? "its registry" : "the engine",
    read: async (voyage, onLayer) => {
      const reading = options(voyage, platform, onLayer);
      return inventoryOf(
        here === undefined
          ? await readRegistryImage(voyage.harbour.client, byDigest(image.repository, image.manifest), reading)
          : await readArchiveImage(voyage.engine.images.save(here.id), undefined, reading),
      );
    },
  };
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
    digest,
    index: reference.digest,
    platform,
    ours: true,
    from: "its registry",
    read: async (voyage, onLayer) =>
      inventoryOf(await readRegistryImage(voyage.harbour.client, byDigest(reference, digest), options(voyage, platform, onLayer))),
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

const keyOf = ({ tool }: Pick<Voyage, "tool">, digest: Digest, platform: Platform): Digest =>
  inventoryKey({ tool, image: digest, platform: formatPlatform(platform) });

/** What an image was seen to hold before, by this version of this tool. */
export const keptInventory = (voyage: Pick<Voyage, "state" | "tool">, digest: Digest, platform: Platform): Inventory | undefined =>
  cacheOf(voyage).find(keyOf(voyage, digest, platform));

/** What is in an image: as it was seen before, else as it is read now, and kept. @throws what its source throws */
export const inventoryOfSubject = async (voyage: Voyage, subject: ScanSubject): Promise<Inventory> => {
  const { digest, platform, name, from } = subject;
  const known = keptInventory(voyage, digest, platform);
  if (known !== undefined) return known;
  const step = `read ${name}`;
  voyage.progress.begin(step, `from ${from}`);
  const inventory = await subject.read(voyage, (layer, of) =>
    voyage.progress.begin(step, `layer ${layer}${of === undefined ? "" : ` of ${of}`}`),
  );
  cacheOf(voyage).keep(keyOf(voyage, digest, platform), inventory);
  voyage.progress.end(step, `${inventory.packages.length} packages`);
  return inventory;
};
