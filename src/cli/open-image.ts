import { createReadStream, statSync } from "node:fs";
import { resolve } from "node:path";
import {
  byTag,
  fileError,
  formatReference,
  hasCode,
  HERE,
  isSeaworthyError,
  parseReference,
  type Platform,
  type Progress,
  type Reference,
  SeaworthyError,
} from "../core/index.ts";
import {
  createBudget,
  createRegistryClient,
  type ImageContents,
  type LayerCache,
  type Lookout,
  lookAtArchive,
  lookAtImage,
  readArchiveImage,
  type ReadOptions,
  recalled,
  readRegistryImage,
} from "../image/index.ts";
import type { Context } from "./context.ts";
import { imageFolder } from "./image-folder.ts";
import { type ImageOnDisk, isPath, onDisk } from "./image-on-disk.ts";
import { naming } from "./naming.ts";
import { pathAndName, type SkopeoName, skopeoName } from "./skopeo-name.ts";

/** An image that was read, and what it is known as. */
export interface OpenedImage<Note> {
  readonly contents: ImageContents<Note>;
  /** Absent for an archive or a layout whose image has no tag. */
  readonly reference?: string;
}

export interface OpenOptions<Note> {
  readonly lookout: Lookout<Note>;
  /** Of an index; by default this machine's, or the only one there is. */
  readonly platform?: Platform;
  /** Files that are remembered. */
  readonly maxNotes?: number;
  /** Layers on disk and from a registry are not held to their diffIDs, and read as little as can be. */
  readonly trustDiffIds?: boolean;
  /** What is on disk is held to them all the same: it is read to its end. */
  readonly holdsDisk?: boolean;
  /** A file system without an image's configuration is refused. */
  readonly needsConfig?: boolean;
  /** Layers that were read before are not read again, nor fetched; of an engine that holds them all, nothing. */
  readonly cache?: LayerCache<Note>;
}

const holding = <Note>(options: ReadOptions<Note>, holdsDisk: boolean): ReadOptions<Note> =>
  holdsDisk ? { ...options, trustDiffIds: false } : options;

const fromDisk = async <Note>(
  { path, kind, name }: ImageOnDisk,
  text: string,
  options: ReadOptions<Note>,
  { needsConfig, signal }: { readonly needsConfig: boolean; readonly signal: AbortSignal },
): Promise<ImageContents<Note>> => {
  if (kind === "folder") return lookAtImage(await imageFolder(path, name), options);
  if (statSync(path, { throwIfNoEntry: false })?.isFile() !== false)
    return lookAtArchive(path, { signal, ...(name === undefined ? {} : { name }) }, options, { needsConfig });
  try {
    // A pipe can be read once, from its beginning: what is wrong in it is refused.
    return await readArchiveImage(createReadStream(path, { highWaterMark: 256 * 1024 }), name, options);
  } catch (error) {
    throw fileError(error, `read the image archive ${text}`);
  }
};

/** What the engine here has of that name, as it would save it; undefined when it has no such image, or does not answer. */
const fromEngine = async <Note>(text: string, options: ReadOptions<Note>): Promise<ImageContents<Note> | { readonly absent: string }> => {
  const { createDockerEngine } = await import("../engine/index.ts");
  const { images } = createDockerEngine();
  try {
    const found = await images.inspect(text);
    if (found === undefined) return { absent: "the engine here does not have it" };
    const known = options.cache === undefined ? undefined : await recalled(found.id, options.cache);
    return known ?? (await readArchiveImage(images.save(text), undefined, options));
  } catch (error) {
    if (hasCode(error, "ENGINE_UNREACHABLE", "PERMISSION_DENIED")) return { absent: "no engine answers here" };
    throw error;
  }
};

const fromRegistry = async <Note>(
  reference: Reference,
  local: string,
  options: ReadOptions<Note>,
  signal: AbortSignal,
): Promise<ImageContents<Note>> => {
  const client = createRegistryClient({ signal, attempts: 3 });
  const named = reference.tag === undefined && reference.digest === undefined ? byTag(reference, "latest") : reference;
  try {
    return await readRegistryImage(client, named, options);
  } catch (error) {
    if (!isSeaworthyError(error) || !hasCode(error, "IMAGE_NOT_FOUND", "REGISTRY_UNREACHABLE", "REGISTRY_REFUSED")) throw error;
    throw new SeaworthyError(error.code, `${error.message}; and ${local}`, {
      hint: "Pull or build it first, or name an archive (docker save -o image.tar REF, then --image image.tar).",
      cause: error,
    });
  } finally {
    client.close();
  }
};

/** Where skopeo's words say that it is, and nowhere else. */
const openAsked = async <Note>(
  { transport, rest }: SkopeoName,
  text: string,
  { cwd, signal }: Pick<Context, "cwd" | "signal">,
  options: ReadOptions<Note>,
  { holdsDisk, needsConfig }: { readonly holdsDisk: boolean; readonly needsConfig: boolean },
): Promise<OpenedImage<Note>> => {
  if (transport === "docker")
    return { contents: await fromRegistry(parseReference(rest), "nowhere else was it looked for", options, signal), reference: rest };
  if (transport === "docker-daemon") {
    const found = await fromEngine(rest, options);
    if ("absent" in found)
      throw new SeaworthyError("IMAGE_NOT_FOUND", `no image ${rest}: ${found.absent}`, {
        hint: "docker images lists what the engine has.",
      });
    return { contents: found, reference: rest };
  }
  const { path, name } = pathAndName(rest);
  const kind = transport === "oci" || transport === "dir" ? "folder" : "file";
  const disk: ImageOnDisk = { path: resolve(cwd, path), kind, ...(name === undefined ? {} : { name }) };
  return { contents: await fromDisk(disk, text, holding(options, holdsDisk), { needsConfig, signal }) };
};

const open = async <Note>(
  context: Pick<Context, "cwd" | "signal">,
  text: string,
  progress: Progress,
  { lookout, platform, maxNotes, trustDiffIds = false, cache, holdsDisk = false, needsConfig = false }: OpenOptions<Note>,
): Promise<OpenedImage<Note>> => {
  const options: ReadOptions<Note> = {
    lookout,
    budget: createBudget({ signal: context.signal, ...(maxNotes === undefined ? {} : { maxNotes }) }),
    platform: platform ?? HERE,
    isPreference: platform === undefined,
    trustDiffIds,
    ...(cache === undefined ? {} : { cache }),
    onLayer: (layer, of) => progress.begin(`read ${text}`, `layer ${layer}${of === undefined ? "" : ` of ${of}`}`),
  };
  const asked = skopeoName(text);
  if (asked !== undefined) return openAsked(asked, text, context, options, { holdsDisk, needsConfig });
  const disk = onDisk(text, context.cwd);
  if (disk !== undefined) {
    const contents = await fromDisk(disk, text, holding(options, holdsDisk), { needsConfig, signal: context.signal });
    const [tag] = contents.tags;
    // A layout's name may be a tag alone.
    return tag === undefined || !/[:/]/.test(tag) ? { contents } : { contents, reference: tag };
  }
  if (isPath(text))
    throw new SeaworthyError("INPUT_NOT_FOUND", `there is no image archive or layout ${text}`, {
      hint: "Write one with docker save -o FILE REF, or name an image: --image shop/web:1.2.3.",
    });
  const isId = /^(?:sha256:)?[0-9a-f]{12,64}$/.test(text);
  // Refused here, with the reason, before anybody is asked for it.
  const reference = isId ? undefined : parseReference(text);
  progress.begin(`read ${text}`, "from the engine");
  const local = await fromEngine(text, options);
  if (!("absent" in local)) return isId ? { contents: local } : { contents: local, reference: text };
  if (reference === undefined)
    throw new SeaworthyError("IMAGE_NOT_FOUND", `no image with the id ${text}: ${local.absent}`, {
      hint: "docker images --no-trunc lists what the engine has.",
    });
  progress.begin(`read ${formatReference(reference)}`, "from its registry");
  return { contents: await fromRegistry(reference, local.absent, options, context.signal), reference: text };
};

/**
 * Reads an image wherever it is: an archive, a layout, the engine here, its registry. Nothing is unpacked to disk.
 * @throws INPUT_NOT_FOUND, INPUT_INVALID, INPUT_TOO_LARGE, DEADLINE, IMAGE_NOT_FOUND, REGISTRY_UNREACHABLE, REGISTRY_REFUSED, PLATFORM_MISSING
 */
export const openImage = <Note>(
  context: Pick<Context, "cwd" | "signal">,
  text: string,
  progress: Progress,
  options: OpenOptions<Note>,
): Promise<OpenedImage<Note>> => naming(text, () => open(context, text, progress, options));
