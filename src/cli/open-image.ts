import { createReadStream } from "node:fs";
import { resolve } from "node:path";
import {
  ERRORS,
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
import { createDockerEngine } from "../engine/index.ts";
import {
  createBudget,
  createRegistryClient,
  type ImageContents,
  type Lookout,
  openLayout,
  readArchiveImage,
  readLayoutImage,
  type ReadOptions,
  readRegistryImage,
} from "../image/index.ts";
import type { Context } from "./context.ts";
import { type ImageOnDisk, isPath, kindOf, onDisk } from "./image-on-disk.ts";

/** An image that was read, and what it is known as. */
export interface OpenedImage<Note> {
  readonly contents: ImageContents<Note>;
  /** Absent for an archive or a layout whose image has no tag. */
  readonly reference?: string;
}

export interface OpenOptions<Note> {
  readonly lookout: Lookout<Note>;
  /** Of an index; this machine's by default. */
  readonly platform?: Platform;
  /** Files that are remembered. */
  readonly maxNotes?: number;
}

const fromDisk = async <Note>(
  { path, kind, name }: ImageOnDisk,
  text: string,
  options: ReadOptions<Note>,
): Promise<ImageContents<Note>> => {
  if (kind === "file") {
    try {
      return await readArchiveImage(createReadStream(path, { highWaterMark: 256 * 1024 }), name, options);
    } catch (error) {
      if (!hasCode(error, "INPUT_INVALID") || !isSeaworthyError(error)) throw fileError(error, `read the image archive ${text}`);
      const isOwn = error.hint !== ERRORS.INPUT_INVALID.hint;
      throw new SeaworthyError("INPUT_INVALID", `${text}: ${error.message}`, {
        hint: isOwn ? error.hint : "It is cut off, damaged or no image archive: save the image again (docker save -o FILE REF).",
        cause: error,
      });
    }
  }
  if (kindOf(resolve(path, "oci-layout")) === undefined)
    throw new SeaworthyError("INPUT_INVALID", `the folder ${text} is no image layout: it has no oci-layout file`, {
      hint: "To check the files of a folder: seaworthy check FOLDER.",
    });
  return readLayoutImage(await openLayout(path), name, options);
};

/** What the engine here has of that name, as it would save it; undefined when it has no such image, or does not answer. */
const fromEngine = async <Note>(text: string, options: ReadOptions<Note>): Promise<ImageContents<Note> | { readonly absent: string }> => {
  const { images } = createDockerEngine();
  try {
    const found = await images.inspect(text);
    if (found === undefined) return { absent: "the engine here does not have it" };
    return await readArchiveImage(images.save(text), undefined, options);
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
  try {
    return await readRegistryImage(client, reference, options);
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

/**
 * Reads an image wherever it is: an archive, a layout, the engine here, its registry. Nothing is unpacked to disk.
 * @throws INPUT_NOT_FOUND, INPUT_INVALID, INPUT_TOO_LARGE, DEADLINE, IMAGE_NOT_FOUND, REGISTRY_UNREACHABLE, REGISTRY_REFUSED, PLATFORM_MISSING
 */
export const openImage = async <Note>(
  context: Pick<Context, "cwd" | "signal">,
  text: string,
  progress: Progress,
  { lookout, platform = HERE, maxNotes }: OpenOptions<Note>,
): Promise<OpenedImage<Note>> => {
  const options: ReadOptions<Note> = {
    lookout,
    budget: createBudget({ signal: context.signal, ...(maxNotes === undefined ? {} : { maxNotes }) }),
    platform,
    onLayer: (layer, of) => progress.begin(`read ${text}`, `layer ${layer}${of === undefined ? "" : ` of ${of}`}`),
  };
  const disk = onDisk(text, context.cwd);
  if (disk !== undefined) {
    const contents = await fromDisk(disk, text, options);
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
