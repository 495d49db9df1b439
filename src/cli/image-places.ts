import { readdirSync } from "node:fs";
import { resolve } from "node:path";
import { formatReference, hasCode, isSeaworthyError, parseReference, SeaworthyError } from "../core/index.ts";
import { createDockerEngine } from "../engine/index.ts";
import {
  archiveDestination,
  createLayout,
  createRegistryClient,
  engineDestination,
  engineSource,
  type ImageDestination,
  type ImageSource,
  layoutDestination,
  openArchive,
  registryDestination,
  registrySource,
} from "../image/index.ts";
import type { Context } from "./context.ts";
import { imageFolder } from "./image-folder.ts";
import { isPath, kindOf, onDisk } from "./image-on-disk.ts";
import { rateLimitNote } from "./rate-limit-note.ts";
import { pathAndName, skopeoName } from "./skopeo-name.ts";

type Where = Pick<Context, "cwd" | "signal" | "process">;

const named = (name: string | undefined): { readonly name?: string } => (name === undefined ? {} : { name });

const fromRegistry = async (text: string, where: Where, alsoTried?: string): Promise<ImageSource> => {
  const client = createRegistryClient({ signal: where.signal, attempts: 3, onRateLimit: rateLimitNote(where) });
  try {
    const source = await registrySource(client, parseReference(text));
    return { ...source, close: async () => client.close() };
  } catch (error) {
    client.close();
    if (
      alsoTried === undefined ||
      !isSeaworthyError(error) ||
      !hasCode(error, "IMAGE_NOT_FOUND", "REGISTRY_UNREACHABLE", "REGISTRY_REFUSED")
    )
      throw error;
    throw new SeaworthyError(error.code, `${error.message}; and ${alsoTried}`, {
      hint: "Pull or build it first (docker-daemon:NAME is the engine's copy), or name an archive or a layout by its path.",
      cause: error,
    });
  }
};

const fromDisk = async (path: string, kind: "file" | "folder", name: string | undefined, { signal }: Where): Promise<ImageSource> =>
  kind === "file" ? openArchive(path, { ...named(name), signal }) : imageFolder(path, name);

/** Where the engine's copy of an image stands in for that of its registry, too. */
export type Preference = "engine" | "registry";

const fromName = async (text: string, where: Where, preference: Preference): Promise<ImageSource> => {
  const isId = /^(?:sha256:)?[0-9a-f]{12,64}$/.test(text);
  const reference = isId ? undefined : parseReference(text);
  const { images } = createDockerEngine();
  let absent = "the engine here does not have it";
  try {
    const found = await images.inspect(text);
    // What was pulled has its manifest, its other platforms and its signatures there.
    const repository = reference === undefined ? "" : formatReference({ registry: reference.registry, repository: reference.repository });
    const inRegistry = found?.digests.some((digest) => formatReference(parseReference(digest)).startsWith(`${repository}@`)) === true;
    if (found !== undefined && (reference === undefined || preference === "engine" || !inRegistry))
      return await engineSource(images, text, where.signal);
    if (found !== undefined) absent = "the engine's copy was not taken, because it came from there";
  } catch (error) {
    if (!hasCode(error, "ENGINE_UNREACHABLE", "PERMISSION_DENIED")) throw error;
    absent = "no engine answers here";
  }
  if (reference === undefined)
    throw new SeaworthyError("IMAGE_NOT_FOUND", `no image with the id ${text}: ${absent}`, {
      hint: "docker images --no-trunc lists what the engine has.",
    });
  return fromRegistry(text, where, absent);
};

/**
 * Opens an image wherever it is: an archive or a layout by its path, else the engine, else its registry; or as skopeo names it.
 * @throws INPUT_NOT_FOUND, INPUT_INVALID, INPUT_TOO_LARGE, IMAGE_NOT_FOUND, REGISTRY_UNREACHABLE, REGISTRY_REFUSED
 */
export const openSource = async (where: Where, text: string, preference: Preference = "registry"): Promise<ImageSource> => {
  const asked = skopeoName(text);
  if (asked !== undefined) {
    const { path, name } = pathAndName(asked.rest);
    switch (asked.transport) {
      case "docker":
        return fromRegistry(asked.rest, where);
      case "docker-daemon":
        return engineSource(createDockerEngine().images, asked.rest, where.signal);
      case "dir":
      case "oci":
        return fromDisk(resolve(where.cwd, path), "folder", name, where);
      default:
        return fromDisk(resolve(where.cwd, path), "file", name, where);
    }
  }
  const disk = onDisk(text, where.cwd);
  if (disk !== undefined) return fromDisk(disk.path, disk.kind, disk.name, where);
  if (isPath(text))
    throw new SeaworthyError("INPUT_NOT_FOUND", `there is no image archive or layout ${text}`, {
      hint: "Write one with docker save -o FILE REF, or name an image: shop/web:1.2.3.",
    });
  return fromName(text, where, preference);
};

const toRegistry = (text: string, { signal }: Where): ImageDestination => {
  const client = createRegistryClient({ signal });
  return { ...registryDestination(client, parseReference(text)), close: async () => client.close() };
};

const toArchive = (text: string, format: "oci" | "docker", cwd: string): ImageDestination => {
  const { path, name } = pathAndName(text);
  if (kindOf(resolve(cwd, path)) === "folder")
    throw new SeaworthyError("INPUT_INVALID", `${path} is a folder, and an archive is a file`, {
      hint: `Name it ${path}/image.tar, or oci:${path} for a layout.`,
    });
  return archiveDestination(resolve(cwd, path), format, name);
};

const toLayout = async (text: string, cwd: string): Promise<ImageDestination> => {
  const { path, name } = pathAndName(text);
  const folder = resolve(cwd, path);
  if (kindOf(folder) === "file")
    throw new SeaworthyError("INPUT_INVALID", `${path} is a file, and a layout is a folder`, {
      hint: "An archive to write is called FILE.tar.",
    });
  if (kindOf(folder) === "folder" && kindOf(resolve(folder, "oci-layout")) === undefined && readdirSync(folder).length > 0)
    throw new SeaworthyError("INPUT_INVALID", `the folder ${path} holds something else than an image layout`, {
      hint: `Name one that is empty or not there yet, e.g. ${path.replace(/\/+$/, "")}/image.`,
    });
  return layoutDestination(await createLayout(resolve(cwd, path)), name);
};

/**
 * Opens a place to write to: a path that ends in `.tar` is an OCI archive, any other path a layout, everything else a repository; or as skopeo names it. The engine
 * is only `docker-daemon:NAME`.
 */
export const openDestination = async (where: Where, text: string): Promise<ImageDestination> => {
  const asked = skopeoName(text);
  switch (asked?.transport) {
    case "docker":
      return toRegistry(asked.rest, where);
    case "docker-daemon":
      return engineDestination(createDockerEngine().images, formatReference({ tag: "latest", ...parseReference(asked.rest) }));
    case "oci":
      return toLayout(asked.rest, where.cwd);
    case "oci-archive":
      return toArchive(asked.rest, "oci", where.cwd);
    case "docker-archive":
      return toArchive(asked.rest, "docker", where.cwd);
    default:
  }
  if (/\.(?:tgz|tar\.\w+)$/.test(text))
    throw new SeaworthyError("USAGE", `${text}: archives are written as they are, because their layers are compressed already`, {
      hint: `Name it ${text.replace(/\.(?:tgz|tar\.\w+)$/, ".tar")}; --compress gzip or zstd says how layers are.`,
    });
  if (/\.tar(?::|$)/.test(text)) return toArchive(text, "oci", where.cwd);
  if (
    isPath(pathAndName(text).path) ||
    kindOf(resolve(where.cwd, pathAndName(text).path, "oci-layout")) === "file" ||
    /\/(?::|$)/.test(text)
  )
    return toLayout(text, where.cwd);
  return toRegistry(text, where);
};
