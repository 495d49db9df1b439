import { posix } from "node:path";
import { algorithmOf, type Digest, hexOf, type Platform, SeaworthyError } from "../../core/index.ts";
import { readTar, tarPath } from "../archive/read-tar.ts";
import { writeDockerArchive } from "../archive/write-docker-archive.ts";
import { type NewTarEntry, writeTar } from "../archive/write-tar.ts";
import type { Layout } from "../layout/layout.ts";
import { MAX_CONFIG_BYTES } from "../values/config.ts";
import { conform } from "../values/descriptor.ts";
import { hasDigest, type Index, type Manifest, parseManifest } from "../values/manifest.ts";
import { chosenOf, listing } from "./archive-image.ts";
import type { Budget } from "./budget.ts";
import { imageBelow } from "./image-contents.ts";
import { chosenEntry, nameOf } from "./layout-image.ts";
import { peek, unpacked } from "./unpacked.ts";

const MAX_FILES = 50_000;
const MAX_DOCUMENTS_BYTES = 64 * 1024 * 1024;
const MAX_HOPS = 10;

/** One image of an archive or a layout, on its way into an engine. */
export interface Loadable {
  /** As where it lies names it: `shop/web:1.2`. The engine does not get to know these names. */
  readonly tags: readonly string[];
  /** A docker-archive of that image alone. */
  readonly archive: AsyncIterable<Uint8Array>;
}

/** Which image, and the one name that the engine shall know it by: `repository:tag`. */
export interface LoadOptions {
  readonly name: string | undefined;
  readonly platform: Platform;
  readonly as: string;
}

const bad = (why: string): SeaworthyError =>
  new SeaworthyError("INPUT_INVALID", `the image archive cannot be read: ${why}`, {
    hint: "Write one with docker save, or with skopeo copy to docker-archive: or oci-archive:.",
  });

/** What an archive holds: which files, which of them lead to others, and its JSON documents. */
interface Contents {
  readonly files: ReadonlySet<string>;
  readonly links: ReadonlyMap<string, string>;
  readonly documents: ReadonlyMap<string, Buffer>;
}

const contentsOf = async (archive: AsyncIterable<Uint8Array>): Promise<Contents> => {
  const files = new Set<string>();
  const links = new Map<string, string>();
  const documents = new Map<string, Buffer>();
  let bytes = 0;
  for await (const { header, body } of readTar(archive, { maxEntries: MAX_FILES })) {
    const { type, path, linkPath, sizeBytes } = header;
    if (linkPath !== undefined) links.set(path, type === "hardlink" ? linkPath : posix.join(posix.dirname(path), linkPath));
    if (type !== "file") continue;
    files.add(path);
    if (sizeBytes > MAX_CONFIG_BYTES) continue;
    const { head, whole } = await peek(body, 1);
    if (head[0] !== 0x7b && head[0] !== 0x5b) continue;
    bytes += sizeBytes;
    if (bytes > MAX_DOCUMENTS_BYTES)
      throw new SeaworthyError("INPUT_TOO_LARGE", `the image archive holds more than ${MAX_DOCUMENTS_BYTES} bytes beside its layers`);
    documents.set(path, Buffer.concat(await Array.fromAsync(whole)));
  }
  return { files, links, documents };
};

/** The file behind a name. Older engines store a layer that an image has twice as a link to the first. */
const fileBehind = ({ files, links }: Contents, name: string): string => {
  let path = tarPath(name);
  for (let hops = 0; hops < MAX_HOPS && !files.has(path); hops += 1) path = tarPath(links.get(path) ?? path);
  if (!files.has(path)) throw bad(`it has no ${JSON.stringify(name.slice(0, 200))}, which it names`);
  return path;
};

const documentOf = (contents: Contents, name: string): Buffer => {
  const found = contents.documents.get(fileBehind(contents, name));
  if (found === undefined) throw bad(`${JSON.stringify(name.slice(0, 200))} is no JSON document`);
  return found;
};

/** Where the parts of one image lie in an archive. */
interface Parts {
  readonly config: string;
  readonly layers: readonly string[];
  readonly tags: readonly string[];
}

const partsOfDocker = (contents: Contents, name: string | undefined): Parts => {
  let document: unknown;
  try {
    document = JSON.parse(documentOf(contents, "manifest.json").toString("utf8"));
  } catch (cause) {
    throw cause instanceof SyntaxError ? bad("its manifest.json is not JSON") : cause;
  }
  const { Config, Layers, RepoTags } = chosenOf(conform(listing, document, "the image archive's manifest.json"), name);
  return {
    config: fileBehind(contents, Config),
    layers: (Layers ?? []).map((layer) => fileBehind(contents, layer)),
    tags: RepoTags ?? [],
  };
};

const partsOfLayout = async (contents: Contents, { name, platform }: LoadOptions): Promise<Parts> => {
  const pathOf = (digest: Digest): string => `blobs/${algorithmOf(digest)}/${hexOf(digest)}`;
  const read = (digest: Digest): Promise<Manifest | Index> => {
    const bytes = documentOf(contents, pathOf(digest));
    if (!hasDigest(bytes, digest)) throw bad(`the blob ${digest} holds other bytes`);
    return Promise.resolve(parseManifest(bytes, { digest }));
  };
  const index = parseManifest(documentOf(contents, "index.json"));
  if (index.kind !== "index") throw bad("its index.json is no index");
  const entry = chosenEntry(index.manifests, name, "the image archive");
  const manifest = await imageBelow(await read(entry.digest), platform, read);
  const tag = nameOf(entry);
  return {
    config: fileBehind(contents, pathOf(manifest.config.digest)),
    layers: manifest.layers.map(({ digest }) => fileBehind(contents, pathOf(digest))),
    tags: tag === entry.digest ? [] : [tag],
  };
};

/**
 * One image of a docker-archive or an OCI archive, itself compressed or not, as an engine loads it: without its own names, so that no name that the engine has moves
 * to another image. The archive is read twice and never unpacked to disk; that the layers are the configuration's is the engine's to check.
 * @param open reads the archive from its beginning, each time it is called
 * @throws INPUT_INVALID, INPUT_TOO_LARGE, DEADLINE, PLATFORM_MISSING
 */
export const loadableArchive = async (
  open: () => AsyncIterable<Uint8Array>,
  options: LoadOptions & { readonly budget: Budget },
): Promise<Loadable> => {
  const plain = async (): Promise<AsyncIterable<Uint8Array>> => (await unpacked(open(), "the image archive", options.budget)).stream;
  const contents = await contentsOf(await plain());
  const isDocker = contents.files.has("manifest.json");
  if (!isDocker && !contents.files.has("index.json")) throw bad("it has neither a manifest.json nor an index.json");
  const { config, layers, tags } = isDocker ? partsOfDocker(contents, options.name) : await partsOfLayout(contents, options);
  const wanted = new Set([config, ...layers]);
  const entries = async function* (): AsyncGenerator<NewTarEntry> {
    for await (const { header, body } of readTar(await plain(), { maxEntries: MAX_FILES }))
      if (header.type === "file" && wanted.has(header.path))
        yield { path: header.path, mode: 0o444, body: { sizeBytes: header.sizeBytes, stream: body } };
    yield { path: "manifest.json", body: Buffer.from(JSON.stringify([{ Config: config, RepoTags: [options.as], Layers: layers }])) };
  };
  return { tags, archive: writeTar(entries()) };
};

/** One image of a layout folder, likewise. @throws INPUT_INVALID, PLATFORM_MISSING, IMAGE_NOT_FOUND */
export const loadableLayout = async (layout: Layout, { name, platform, as }: LoadOptions): Promise<Loadable> => {
  const entry = chosenEntry(await layout.entries(), name, `the image layout ${layout.folder}`);
  const manifest = await imageBelow(await layout.manifest(entry.digest), platform, (digest) => layout.manifest(digest));
  const tag = nameOf(entry);
  return { tags: tag === entry.digest ? [] : [tag], archive: writeDockerArchive(layout, manifest.digest, [as]) };
};
