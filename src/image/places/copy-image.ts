import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Digest, formatPlatform, HERE, type Platform, type Progress, SeaworthyError, silentProgress } from "../../core/index.ts";
import type { Compression } from "../filesystem/unpacked.ts";
import { createLayout } from "../layout/layout.ts";
import { walkImage } from "../layout/walk.ts";
import type { Descriptor } from "../values/descriptor.ts";
import type { Index, Manifest } from "../values/manifest.ts";
import type { ImageDestination, WholeImage, Written } from "./destination.ts";
import { recompressed, type RecompressOptions, withLayout } from "./recompress.ts";
import { forPlatforms } from "./select.ts";
import type { ImageSource } from "./source.ts";

const MAX_ATTACHED = 1000;

export interface CopyOptions {
  /** Default: everything; this machine's alone where the destination holds one image. */
  readonly platforms?: readonly Platform[];
  /** Everything or nothing: a destination for one image is refused. */
  readonly allPlatforms?: boolean;
  /** What hangs on the image too: signatures, SBOMs, attestations, and what hangs on them. */
  readonly withReferrers?: boolean;
  /** Default: as it is; what an older engine saved is gzipped on its way to a registry or layout. */
  readonly compress?: Compression;
  /** Nothing is written. */
  readonly dryRun?: boolean;
  readonly progress?: Progress;
}

export interface Copy {
  readonly digest: Digest;
  readonly mediaType: string;
  readonly manifests: number;
  /** Of what hung on the image. */
  readonly attached: number;
  readonly blobs: Written;
  /** Whether the manifest's bytes are those of the source. */
  readonly unchanged: boolean;
}

/** What hangs on any manifest of the image, and what hangs on that. */
const attachedTo = async (source: ImageSource, manifests: readonly (Manifest | Index)[]): Promise<WholeImage["attached"]> => {
  const seen = new Set<Digest>(manifests.map(({ digest }) => digest));
  const found: { digest: Digest; tag?: string }[] = [];
  const queue = [...seen];
  for (let digest = queue.shift(); digest !== undefined; digest = queue.shift())
    for (const one of await source.attached(digest)) {
      if (seen.has(one.digest) && one.tag === undefined) continue;
      if (found.length === MAX_ATTACHED)
        throw new SeaworthyError("INPUT_TOO_LARGE", `more than ${MAX_ATTACHED} manifests hang on ${source.where}`);
      if (!seen.has(one.digest)) queue.push(one.digest);
      seen.add(one.digest);
      found.push(one);
    }
  return found;
};

/** Everything that is to be written, found by reading manifests alone. */
const wholeImage = async (source: ImageSource, withReferrers: boolean): Promise<WholeImage> => {
  const tree = await walkImage(source.root, (digest) => source.manifest(digest));
  const attached = withReferrers ? await attachedTo(source, tree.manifests) : [];
  const manifests = new Map(tree.manifests.map((manifest) => [manifest.digest, manifest]));
  const blobs = new Map<Digest, Descriptor>(tree.blobs.map((blob) => [blob.digest, blob]));
  for (const { digest } of attached) {
    const more = await walkImage(digest, (child) => source.manifest(child));
    for (const manifest of more.manifests) manifests.set(manifest.digest, manifest);
    for (const blob of more.blobs) blobs.set(blob.digest, blob);
  }
  return { root: source.root, tags: source.tags, attached, tree: { manifests: [...manifests.values()], blobs: [...blobs.values()] } };
};

const platformsFor = async (source: ImageSource, destination: ImageDestination, options: CopyOptions): Promise<readonly Platform[]> => {
  if (options.platforms !== undefined && options.platforms.length > 0) return options.platforms;
  if (destination.holds === "any") return [];
  const root = await source.manifest(source.root);
  if (root.kind === "manifest") return [];
  if (options.allPlatforms === true)
    throw new SeaworthyError("USAGE", `${destination.where} holds one image, and ${source.where} is an index of ${root.manifests.length}`, {
      hint: `Choose one with --platform ${formatPlatform(HERE)}, or copy to an OCI archive, a layout or a registry.`,
    });
  return [HERE];
};

const changeOf = (
  source: ImageSource,
  destination: ImageDestination,
  asked: Compression | undefined,
): Omit<RecompressOptions, "progress"> | undefined => {
  if (asked !== undefined) return { to: asked, only: () => true };
  if (destination.layers === "loadable") return { to: "none", only: (has) => has === "zstd" };
  if (destination.layers === "compressed" && source.isMadeUp) return { to: "gzip", only: (has) => has === "none" };
  return undefined;
};

/** What would be sent. */
const planned = async ({ tree }: WholeImage, destination: ImageDestination): Promise<Written> => {
  const missing: Descriptor[] = [];
  for (const blob of tree.blobs) if (!(await destination.has(blob))) missing.push(blob);
  return { sent: missing.length, sentBytes: missing.reduce((sum, { size }) => sum + size, 0), present: tree.blobs.length - missing.length };
};

/**
 * Copies an image, byte for byte unless a platform or a compression is asked for.
 * @throws PLATFORM_MISSING, IMAGE_NOT_FOUND when the source lacks a part, USAGE, and what source and destination throw
 */
export const copyImage = async (from: ImageSource, destination: ImageDestination, options: CopyOptions = {}): Promise<Copy> => {
  const progress = options.progress ?? silentProgress;
  let source = await forPlatforms(from, await platformsFor(from, destination, options));
  const change = changeOf(from, destination, options.compress);
  const folder = change === undefined || options.dryRun === true ? undefined : await mkdtemp(join(tmpdir(), "seaworthy-copy-"));
  try {
    if (change !== undefined && folder !== undefined) {
      const layout = await createLayout(join(folder, "layout"));
      source = withLayout(source, layout, await recompressed(source, layout, { ...change, progress }));
    }
    const image = await wholeImage(source, options.withReferrers === true);
    const blobs = options.dryRun === true ? await planned(image, destination) : await destination.write(image, source, progress);
    const root = image.tree.manifests.find(({ digest }) => digest === image.root);
    return {
      digest: image.root,
      mediaType: root?.mediaType ?? "",
      manifests: image.tree.manifests.length,
      attached: image.attached.length,
      blobs,
      unchanged: image.root === from.root && (change === undefined || options.dryRun !== true),
    };
  } finally {
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  }
};
