import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { digestOf, hexOf, parseReference } from "../../core/index.ts";
import { archive } from "../archive/tar.fixture.ts";
import { MEDIA } from "../values/media-types.ts";
import { openLayout } from "../layout/layout.ts";
import { readArchiveImage } from "./archive-image.ts";
import type { ImageContents } from "./image-contents.ts";
import { readLayoutImage } from "./layout-image.ts";
import { bytesOf, file, madeUp, type MadeUp, reading } from "./made-up.fixture.ts";
import { readRegistryImage } from "./registry-image.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "seaworthy-image-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const LAYERS = [
  [file("etc/passwd", "root"), file("app/.env", "secret")],
  [file("app/.wh..env"), file("app/run", "go", { mode: 0o4755 })],
];

const writeLayout = (image: MadeUp): string => {
  const files = new Map<string, Buffer | string>([
    ...image.blobs,
    ["oci-layout", '{"imageLayoutVersion":"1.0.0"}'],
    ["index.json", image.index],
  ]);
  for (const [path, bytes] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), bytes);
  }
  return folder;
};

const essence = ({ config, files, sizeBytes }: ImageContents<string>) => ({
  config: config.digest,
  sizeBytes,
  files: files.map(({ header, note, layer, layerIndex, visible }) => [header.path, header.mode, note, layer, layerIndex, visible]),
});
const open = (bytes: Uint8Array, name?: string): Promise<ImageContents<string>> => readArchiveImage(bytesOf(bytes), name, reading());
const refused = (code: string, words: RegExp) => expect.objectContaining({ code, message: expect.stringMatching(words) });

test("one image is the same as a docker-archive, an OCI archive, either of them gzipped, a layout and from a registry", async () => {
  const image = await madeUp(LAYERS, { User: "app" });
  const byDocker = await open(image.dockerArchive);
  expect(byDocker.tags).toEqual(["shop/web:1.2.3"]);
  expect(byDocker.files.map(({ header, visible }) => [header.path, visible])).toEqual([
    ["etc/passwd", true],
    ["app/.env", false],
    ["app/run", true],
  ]);
  const client = {
    manifest: async () => ({ bytes: image.manifest, digest: digestOf(image.manifest), mediaType: MEDIA.ociManifest }),
    blob: (_: unknown, digest: string) => bytesOf(image.blobs.get(`blobs/sha256/${digest.slice(7)}`) ?? Buffer.alloc(0)),
  };
  const others = [
    await open(image.ociArchive),
    await open(gzipSync(image.dockerArchive)),
    await open(gzipSync(image.ociArchive)),
    await readLayoutImage(await openLayout(writeLayout(image)), undefined, reading()),
    await readRegistryImage(client, parseReference("shop/web"), reading()),
  ];
  for (const other of others) expect(essence(other)).toEqual(essence(byDocker));
  expect(others[0]?.digest).toBe(digestOf(image.manifest));
});

describe("an archive is refused", () => {
  const withDocker = async (change: (config: Buffer) => readonly ReturnType<typeof file>[]): Promise<Buffer> => {
    const { config } = await madeUp(LAYERS);
    return archive(change(config));
  };
  const listing = (...images: readonly object[]) => file("manifest.json", JSON.stringify(images));

  test("that is none", async () => {
    await expect(open(Buffer.from("no tar at all"))).rejects.toThrow(refused("INPUT_INVALID", /./));
    await expect(open(await archive([file("a")]))).rejects.toThrow(refused("INPUT_INVALID", /neither a manifest.json nor an index.json/));
  });

  test("whose layers are others than the configuration says", async () => {
    const { config } = await madeUp(LAYERS);
    const other = await archive([file("etc/passwd", "changed")]);
    const bytes = await archive([
      file("c.json", config),
      file("0/layer.tar", other),
      file("1/layer.tar", other),
      listing({ Config: "c.json", Layers: ["0/layer.tar", "1/layer.tar"] }),
    ]);
    await expect(open(bytes)).rejects.toThrow(refused("INPUT_INVALID", /layer 1 of the image has the digest/));
  });

  test("whose configuration or blob has another digest than its name", async () => {
    const bytes = await withDocker((config) => [
      file(`${"0".repeat(64)}.json`, config),
      listing({ Config: `${"0".repeat(64)}.json`, Layers: [] }),
    ]);
    await expect(open(bytes)).rejects.toThrow(refused("INPUT_INVALID", /has the digest/));
    const image = await madeUp(LAYERS);
    const [layerBlob = "", tar = Buffer.alloc(0)] = [...image.blobs].at(-1) ?? [];
    const swapped = await archive([
      file("index.json", image.index),
      ...[...image.blobs].map(([path, body]) => file(path, path === layerBlob ? gzipSync(tar) : body)),
    ]);
    await expect(open(swapped)).rejects.toThrow(refused("INPUT_INVALID", /./));
  });

  test("with links in a circle, or to what is not there", async () => {
    const bytes = await withDocker((config) => [
      file("c.json", config),
      { path: "a/layer.tar", type: "symlink", linkPath: "../b/layer.tar" },
      { path: "b/layer.tar", type: "symlink", linkPath: "../a/layer.tar" },
      listing({ Config: "c.json", Layers: ["a/layer.tar", "b/layer.tar"] }),
    ]);
    await expect(open(bytes)).rejects.toThrow(refused("INPUT_INVALID", /has no "a\/layer.tar"/));
    const escaping = await withDocker((config) => [
      file("c.json", config),
      { path: "a/layer.tar", type: "symlink", linkPath: "../../../etc/shadow" },
      listing({ Config: "c.json", Layers: ["a/layer.tar"] }),
    ]);
    await expect(open(escaping)).rejects.toThrow(refused("INPUT_INVALID", /leaves the archive/));
  });

  test("that holds several images, unless one is named", async () => {
    const image = await madeUp(LAYERS);
    const name = `${hexOf(digestOf(image.config))}.json`;
    const tars = await Promise.all(LAYERS.map((entries) => archive(entries)));
    const several = await archive([
      file(name, image.config),
      ...tars.map((tar, at) => file(`${at}/layer.tar`, tar)),
      listing(
        { Config: name, RepoTags: ["shop/web:1"], Layers: ["0/layer.tar", "1/layer.tar"] },
        { Config: name, RepoTags: ["shop/db:1"], Layers: ["0/layer.tar", "1/layer.tar"] },
      ),
    ]);
    await expect(open(several)).rejects.toThrow(refused("INPUT_INVALID", /holds 2 images: shop\/web:1, shop\/db:1/));
    expect((await open(several, "shop/db:1")).tags).toEqual(["shop/db:1"]);
    await expect(open(several, "shop/other:1")).rejects.toThrow(refused("INPUT_INVALID", /not one that is named "shop\/other:1"/));
  });

  test("with a document beyond its bound; a layer nobody has may be broken", async () => {
    const large = await withDocker((config) => [file("c.json", config), file("manifest.json", `[${" ".repeat(5_000_000)}]`)]);
    await expect(open(large)).rejects.toThrow(refused("INPUT_INVALID", /neither/));
    const image = await madeUp(LAYERS);
    const spare = Buffer.concat([Buffer.from("1f8b0800", "hex"), Buffer.from("not gzip at all")]);
    const entries = [...image.blobs].map(([path, body]) => file(path, body));
    const bytes = await archive([file("blobs/sha256/spare", spare), ...entries, file("index.json", image.index)]);
    expect((await open(bytes)).files).toHaveLength(3);
  });
});
