import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdir, open, readFile } from "node:fs/promises";
import { join, posix } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import * as v from "valibot";
import { type Digest, fileError, hexOf, isSeaworthyError, parseDigest, SeaworthyError } from "../../core/index.ts";
import { type ImageConfig, MAX_CONFIG_BYTES, parseImageConfig } from "../values/config.ts";
import { conform } from "../values/descriptor.ts";
import { readTar, tarPath, type TarEntry } from "./read-tar.ts";

/** A layer of an unpacked archive, in a file of its own. */
export interface ArchivedLayer {
  readonly path: string;
  readonly sizeBytes: number;
  /** Of the file's bytes as they are. For an uncompressed layer this is its diffID, and has been checked to be. */
  readonly digest: Digest;
  readonly compression: "none" | "gzip" | "zstd";
}

export interface ArchivedImage {
  readonly config: ImageConfig;
  /** As the archive names it: `repository:tag`. */
  readonly tags: readonly string[];
  /** Base first. */
  readonly layers: readonly ArchivedLayer[];
}

const MAX_ENTRIES = 50_000;
const manifestSchema = v.pipe(
  v.array(
    v.looseObject({
      Config: v.string(),
      RepoTags: v.nullish(v.array(v.string())),
      Layers: v.nullish(v.pipe(v.array(v.string()), v.maxLength(10_000))),
    }),
  ),
  v.maxLength(1000),
);

interface Spooled {
  readonly path: string;
  readonly sizeBytes: number;
  readonly digest: Digest;
}

const spool = async (entry: TarEntry, path: string): Promise<Spooled> => {
  const hash = createHash("sha256");
  const tapped = async function* (): AsyncGenerator<Uint8Array> {
    for await (const chunk of entry.body) {
      hash.update(chunk);
      yield chunk;
    }
  };
  // The stream writes one chunk while the next is hashed.
  await pipeline(
    Readable.from(tapped(), { objectMode: false, highWaterMark: 1024 * 1024 }),
    createWriteStream(path, { flags: "wx", mode: 0o600 }),
  );
  return { path, sizeBytes: entry.header.sizeBytes, digest: parseDigest(`sha256:${hash.digest("hex")}`) };
};

const compressionOf = async (path: string): Promise<ArchivedLayer["compression"]> => {
  await using file = await open(path, "r");
  const magic = (await file.read(Buffer.alloc(4), 0, 4, 0)).buffer.toString("hex");
  return magic.startsWith("1f8b") ? "gzip" : magic === "28b52ffd" ? "zstd" : "none";
};

const bad = (why: string): SeaworthyError => new SeaworthyError("INPUT_INVALID", `the image archive cannot be read: ${why}`);

/** Older engines store a layer that an image has twice as a link to the first (`../<id>/layer.tar`). */
const lookUp = (files: ReadonlyMap<string, Spooled>, links: ReadonlyMap<string, string>, name: string): Spooled => {
  let path = tarPath(name);
  for (let hops = 0; hops < 10; hops += 1) {
    const found = files.get(path);
    if (found !== undefined) return found;
    const target = links.get(path);
    if (target === undefined) break;
    path = tarPath(posix.join(posix.dirname(path), target));
  }
  throw bad(`it has no ${JSON.stringify(name.slice(0, 200))}, which its manifest names`);
};

const readSmall = async (file: Spooled, what: string): Promise<Uint8Array> => {
  if (file.sizeBytes > MAX_CONFIG_BYTES)
    throw new SeaworthyError(
      "INPUT_TOO_LARGE",
      `${what} in the image archive has ${file.sizeBytes} bytes; at most ${MAX_CONFIG_BYTES} are read`,
    );
  return readFile(file.path);
};

const layersOf = async (files: readonly Spooled[], config: ImageConfig): Promise<readonly ArchivedLayer[]> => {
  if (files.length !== config.diffIds.length)
    throw bad(`it has ${files.length} layers where its configuration names ${config.diffIds.length}`);
  return Promise.all(
    files.map(async (file, at) => {
      const compression = await compressionOf(file.path);
      if (compression === "none" && file.digest !== config.diffIds[at])
        throw bad(`layer ${at + 1} has the digest ${file.digest}; its configuration says ${config.diffIds[at]}`);
      return { ...file, compression };
    }),
  );
};

/**
 * Unpacks what `docker save` writes (a docker-archive; newer engines put an OCI layout inside, with the same `manifest.json`) into files of `folder`,
 * which must be empty. No name of the archive becomes a name on disk. Uncompressed layers are checked against the configuration's diffIDs.
 * @throws INPUT_INVALID, INPUT_TOO_LARGE, DISK_FULL
 */
export const unpackDockerArchive = async (archive: AsyncIterable<Uint8Array>, folder: string): Promise<readonly ArchivedImage[]> => {
  const files = new Map<string, Spooled>();
  const links = new Map<string, string>();
  try {
    await mkdir(folder, { recursive: true });
    for await (const entry of readTar(archive, { maxEntries: MAX_ENTRIES })) {
      const { type, path, linkPath } = entry.header;
      if (type === "file") files.set(path, await spool(entry, join(folder, `entry-${files.size}`)));
      else if (linkPath !== undefined) links.set(path, type === "hardlink" ? posix.relative(posix.dirname(path), linkPath) : linkPath);
    }
    const listing = files.get("manifest.json");
    if (listing === undefined) throw bad("it has no manifest.json");
    let document: unknown;
    try {
      document = JSON.parse(Buffer.from(await readSmall(listing, "manifest.json")).toString("utf8"));
    } catch (error) {
      throw isSeaworthyError(error) ? error : bad("its manifest.json is not JSON");
    }
    const images: ArchivedImage[] = [];
    for (const image of conform(manifestSchema, document, "the image archive's manifest.json")) {
      const configFile = lookUp(files, links, image.Config);
      const named = /(?:^|\/)([0-9a-f]{64})(?:\.json)?$/.exec(image.Config)?.[1];
      if (named !== undefined && named !== hexOf(configFile.digest))
        throw bad(`its configuration ${named} has the digest ${configFile.digest}`);
      const config = parseImageConfig(await readSmall(configFile, "the configuration"));
      const layers = (image.Layers ?? []).map((name) => lookUp(files, links, name));
      images.push({ config, tags: image.RepoTags ?? [], layers: await layersOf(layers, config) });
    }
    return images;
  } catch (error) {
    throw fileError(error, `unpack an image archive into ${folder}`);
  }
};
