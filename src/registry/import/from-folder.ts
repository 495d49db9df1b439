import { constants, type Dirent, existsSync } from "node:fs";
import { type FileHandle, open, readdir } from "node:fs/promises";
import { join } from "node:path";
import { algorithmOf, type Digest, hexOf, isDigest, isRepository, isTag, parseDigest, SeaworthyError } from "../../core/index.ts";
import { hasDigest, type ImageSource, MAX_MANIFEST_BYTES, parseManifest, verified } from "../../image/index.ts";
import type { ImportSource } from "./source.ts";

/** Deeper than any repository name of 255 characters goes. */
const MAX_DEPTH = 128;
const MAX_LINK_BYTES = 256;
const READ_BYTES = 1024 * 1024;

const code = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? "";

/** Never through a symbolic link: the folder may be anybody's, and a link may lead anywhere. Undefined when it is not there. */
const openFile = async (path: string): Promise<FileHandle | undefined> => {
  try {
    return await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    if (["ENOENT", "ELOOP", "ENOTDIR"].includes(code(error))) return undefined;
    throw error;
  }
};

const readBounded = async (path: string, maxBytes: number): Promise<Buffer | undefined> => {
  await using file = await openFile(path);
  if (file === undefined) return undefined;
  const facts = await file.stat();
  if (!facts.isFile() || facts.size > maxBytes)
    throw new SeaworthyError("INPUT_INVALID", `${path} is no file of at most ${maxBytes} bytes; what belongs there is smaller`);
  return file.readFile();
};

/** The digest that a `link` file names; power cuts left some of them empty (distribution#1960). */
const readLink = async (path: string): Promise<Digest | undefined> => {
  const text = (await readBounded(path, MAX_LINK_BYTES))?.toString("utf8").trim();
  if (text === undefined) return undefined;
  if (!isDigest(text))
    throw new SeaworthyError("INPUT_INVALID", `${path} holds ${text === "" ? "nothing" : "something else"} where a digest belongs`);
  return parseDigest(text);
};

const entriesOf = async (folder: string): Promise<readonly Dirent[]> => {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes(code(error))) return [];
    throw error;
  }
};

/**
 * The data folder of distribution's registry (registry/storage/paths.go): `docker/registry/v2` with `blobs/` and `repositories/`. It is only read, by
 * digest, and nothing is taken whose bytes are not those of its digest. The registry that it belongs to may go on running.
 * @throws INPUT_NOT_FOUND when the folder is not one
 */
export const fromDistributionFolder = (folder: string): ImportSource => {
  const root = [join(folder, "docker", "registry", "v2"), folder].find(
    (each) => existsSync(join(each, "blobs")) && existsSync(join(each, "repositories")),
  );
  if (root === undefined)
    throw new SeaworthyError(
      "INPUT_NOT_FOUND",
      `${folder} is not the data folder of a registry: it has no docker/registry/v2/repositories`,
      {
        hint: "Name the folder that is the registry's storage.filesystem.rootdirectory, /var/lib/docker-registry on Debian, /var/lib/registry in its image.",
      },
    );
  const repositoryFolder = (repository: string): string => join(root, "repositories", ...repository.split("/"));
  const blobPath = (digest: Digest): string => join(root, "blobs", algorithmOf(digest), hexOf(digest).slice(0, 2), hexOf(digest), "data");
  const where = (repository: string, what: string): string => `${repository}${what} in ${folder}`;

  const find = async (at: string, name: string, depth: number): Promise<readonly string[]> => {
    const entries = (await entriesOf(at)).filter((entry) => entry.isDirectory());
    const here = entries.some((entry) => entry.name === "_manifests") && isRepository(name) ? [name] : [];
    if (depth >= MAX_DEPTH) return here;
    const below: string[] = [];
    for (const entry of entries)
      if (!entry.name.startsWith("_"))
        below.push(...(await find(join(at, entry.name), name === "" ? entry.name : `${name}/${entry.name}`, depth + 1)));
    return [...here, ...below];
  };

  const readManifest = async (repository: string, digest: Digest): Promise<ReturnType<typeof parseManifest>> => {
    // What was deleted has no link any more, although its bytes are still there.
    const link = join(repositoryFolder(repository), "_manifests", "revisions", algorithmOf(digest), hexOf(digest), "link");
    const bytes = (await readLink(link)) === undefined ? undefined : await readBounded(blobPath(digest), MAX_MANIFEST_BYTES);
    if (bytes === undefined) throw new SeaworthyError("IMAGE_NOT_FOUND", `there is no manifest ${digest} of ${where(repository, "")}`);
    if (!hasDigest(bytes, digest)) throw new SeaworthyError("REGISTRY_REFUSED", `${blobPath(digest)} has other bytes than its name says`);
    return parseManifest(bytes, { digest });
  };

  async function* readBlob(digest: Digest, size: number): AsyncGenerator<Uint8Array, void, undefined> {
    await using file = await openFile(blobPath(digest));
    if (file === undefined) throw new SeaworthyError("IMAGE_NOT_FOUND", `there is no file of the blob ${digest} in ${folder}`);
    yield* verified(file.createReadStream({ highWaterMark: READ_BYTES, autoClose: false }), { digest, size }, blobPath(digest));
  }

  return {
    where: folder,
    repositories: async () => [...(await find(join(root, "repositories"), "", 0))].sort(),
    tags: async (repository) =>
      (await entriesOf(join(repositoryFolder(repository), "_manifests", "tags")))
        .filter((entry) => entry.isDirectory() && isTag(entry.name))
        .map(({ name }) => name)
        .sort(),
    open: async (repository, tag): Promise<ImageSource> => {
      const digest = await readLink(join(repositoryFolder(repository), "_manifests", "tags", tag, "current", "link"));
      if (digest === undefined)
        throw new SeaworthyError("IMAGE_NOT_FOUND", `there is no digest behind the tag of ${where(repository, `:${tag}`)}`);
      return {
        where: where(repository, `:${tag}`),
        root: digest,
        tags: [tag],
        isMadeUp: false,
        manifest: (child) => readManifest(repository, child),
        blob: (blob) => readBlob(blob.digest, blob.size),
        // It has no list of referrers: clients keep them under tags, which are copied as tags.
        attached: async () => [],
        close: async () => undefined,
      };
    },
    close: () => undefined,
  };
};
