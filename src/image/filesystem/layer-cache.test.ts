import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { digestOf } from "../../core/index.ts";
import { archive } from "../archive/tar.fixture.ts";
import { openLayout } from "../layout/layout.ts";
import { openArchive } from "../places/open-archive.ts";
import { layoutSource } from "../places/layout-source.ts";
import { parseManifest } from "../values/manifest.ts";
import { readArchiveImage } from "./archive-image.ts";
import { createBudget } from "./budget.ts";
import { type BlobSource, type ImageContents, readImage, type ReadOptions } from "./image-contents.ts";
import { type LayerCache, openLayerCache } from "./layer-cache.ts";
import { readLayer } from "./layer.ts";
import { bytesOf, everything, file, madeUp, reading } from "./made-up.fixture.ts";
import { type NoteCodec, packLayer, unpackLayer } from "./packed-layer.ts";
import { recalled } from "./remembered.ts";

const codec: NoteCodec<string> = { write: (note) => note, read: (value) => (typeof value === "string" ? value : undefined) };
let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "seaworthy-layer-cache-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const openCache = (reader = "test", maxBytes?: number): LayerCache<string> =>
  openLayerCache({ folder: join(folder, "notes"), reader, codec, ...(maxBytes === undefined ? {} : { maxBytes }) });
const entries = (): readonly string[] => readdirSync(join(folder, "notes")).toSorted();
const layerOf = async (body: string, allowed?: number) =>
  readLayer(
    bytesOf(await archive([file("a/b", body), file("a/.wh.gone"), file("c/.wh..wh..opq"), file(`long/${"x".repeat(90)}`, "y")])),
    "the layer",
    everything,
    createBudget(allowed === undefined ? {} : { maxContentBytes: allowed }),
  );

const LAYERS = [
  [file("etc/os", "1"), file("etc/gone", "2")],
  [file("etc/.wh.gone"), file("app", "3")],
];

describe("a layer in a file", () => {
  test("is what it was", async () => {
    const layer = await layerOf("text");
    const back = unpackLayer(packLayer(layer, codec), codec);
    expect(back).toMatchObject({ diffId: layer.diffId, sizeBytes: layer.sizeBytes, isWhole: true });
    expect([...(back?.seen ?? [])]).toEqual([...layer.seen]);
    expect(back?.cover()).toEqual(layer.cover());
  });
  test("one byte more, less or other, and it is none", async () => {
    const whole = packLayer(await layerOf("text"), codec);
    for (let at = 0; at < whole.length; at += 1) {
      expect(unpackLayer(whole.subarray(0, at), codec)).toBeUndefined();
      const other = Buffer.from(whole);
      other[at] = (other[at] ?? 0) ^ 0x55;
      expect(unpackLayer(other, codec)).toBeUndefined();
    }
  });
});

describe("the folder", () => {
  test("gives back what it was given, by any of its names, to its own reader alone", async () => {
    const layer = await layerOf("text");
    await openCache().keep("one", layer);
    expect((await openCache().find(["none", "one"]))?.diffId).toBe(layer.diffId);
    expect(await openCache("another version").find(["one"])).toBeUndefined();
    expect(await openCache().find(["two"])).toBeUndefined();
  });
  test("a damaged entry is as good as none, and is written again", async () => {
    const layer = await layerOf("text");
    await openCache().keep("one", layer);
    const [name = ""] = entries();
    const good = readFileSync(join(folder, "notes", name));
    writeFileSync(join(folder, "notes", name), good.subarray(0, 40));
    expect(await openCache().find(["one"])).toBeUndefined();
    await openCache().keep("one", layer);
    expect(readFileSync(join(folder, "notes", name))).toEqual(good);
  });
  test("what a budget cut short is not kept", async () => {
    const cache = openCache();
    await cache.keep("one", await layerOf("text", 2));
    expect(await cache.find(["one"])).toBeUndefined();
  });
  test("over its bound, what was not used for longest goes; leftovers of the killed too", async () => {
    const size = packLayer(await layerOf("used"), codec).length;
    const cache = openCache("test", Math.floor(2.5 * size));
    for (const name of ["old", "used", "new"]) await cache.keep(name, await layerOf(name));
    const long = new Date(Date.now() - 10 * 3_600_000);
    for (const name of entries()) utimesSync(join(folder, "notes", name), long, long);
    writeFileSync(join(folder, "notes", "x.1.tmp"), "");
    utimesSync(join(folder, "notes", "x.1.tmp"), long, long);
    await cache.find(["used"]);
    await cache.find(["new"]);
    await cache.close();
    expect(entries().some((name) => name.endsWith(".tmp"))).toBe(false);
    expect(await Promise.all(["old", "used", "new"].map(async (name) => (await cache.find([name])) !== undefined))).toEqual([
      false,
      true,
      true,
    ]);
  });
  test("several that write the same at once do not hurt each other", async () => {
    const layer = await layerOf("text");
    await Promise.all(Array.from({ length: 20 }, () => openCache().keep("one", layer)));
    expect(entries()).toHaveLength(1);
    expect(await openCache().find(["one"])).toBeDefined();
  });
  test("a folder that cannot be written is said, and no error", async () => {
    writeFileSync(join(folder, "file"), "");
    const said: string[] = [];
    const cache = openLayerCache({ folder: join(folder, "file", "notes"), reader: "test", codec, note: (words) => said.push(words) });
    await cache.keep("one", await layerOf("text"));
    await cache.close();
    expect(said.join()).toMatch(/could not be kept in .*file.notes/);
  });
});

const essence = ({ digest, layers, files, config }: ImageContents<string>) => ({ digest, layers, files, config: config.digest });

describe("an image", () => {
  const options = (cache?: LayerCache<string>): ReadOptions<string> => ({
    ...reading(),
    trustDiffIds: true,
    ...(cache === undefined ? {} : { cache }),
  });

  test("from a registry: known layers are not fetched, and it is the same image", async () => {
    const { manifest, blobs } = await madeUp(LAYERS);
    const fetched: string[] = [];
    const source: BlobSource = {
      manifest: async () => parseManifest(manifest),
      blob: ({ digest }) => {
        fetched.push(digest);
        return bytesOf(blobs.get(`blobs/sha256/${digest.slice(7)}`) ?? Buffer.alloc(0));
      },
    };
    const cold = await readImage(parseManifest(manifest), source, options(openCache()));
    expect(fetched).toHaveLength(3);
    const warm = await readImage(parseManifest(manifest), source, options(openCache()));
    expect(fetched).toHaveLength(4);
    expect(essence(warm)).toEqual(essence(cold));
    expect(cold.files.map(({ header, visible }) => [header.path, visible])).toEqual([
      ["etc/os", true],
      ["etc/gone", false],
      ["app", true],
    ]);
  });

  test("in an archive: known as long as nobody writes to the file", async () => {
    const path = join(folder, "image.tar");
    const write = async (body: string): Promise<void> => {
      writeFileSync(path, (await madeUp([[file("etc/os", body)]])).dockerArchive);
    };
    const read = async (cache?: LayerCache<string>): Promise<readonly string[]> => {
      const source = await openArchive(path);
      const { files } = await readImage(await source.manifest(source.root), source, options(cache));
      await source.close();
      return files.map(({ note }) => note);
    };
    await write("one");
    // Written just now: its times do not tell yet whether it is written again.
    expect(await read(openCache())).toEqual(["one"]);
    await write("two");
    expect(await read(openCache())).toEqual(["two"]);
  });

  test("in a layout: kept once the file has settled", { timeout: 20_000 }, async () => {
    const { blobs, index } = await madeUp(LAYERS);
    const layout = join(folder, "layout");
    mkdirSync(join(layout, "blobs", "sha256"), { recursive: true });
    writeFileSync(join(layout, "oci-layout"), '{"imageLayoutVersion":"1.0.0"}');
    writeFileSync(join(layout, "index.json"), index);
    for (const [path, bytes] of blobs) writeFileSync(join(layout, path), bytes);
    const read = async (): Promise<number> => {
      let layers = 0;
      const source = await layoutSource(await openLayout(layout));
      await readImage(await source.manifest(source.root), source, { ...options(openCache()), onLayer: () => (layers += 1) });
      return layers;
    };
    expect(await read()).toBe(2);
    await new Promise((resolve) => setTimeout(resolve, 2100));
    expect(await read()).toBe(2);
    expect(await read()).toBe(0);
  });

  test("of an engine: recalled by its id once it was read with its digests", async () => {
    const { dockerArchive, config } = await madeUp(LAYERS);
    const cache = openCache();
    expect(await recalled(digestOf(config), cache)).toBeUndefined();
    const cold = await readArchiveImage(bytesOf(dockerArchive), undefined, { ...reading(), cache });
    const warm = await recalled(digestOf(config), openCache());
    expect(warm === undefined ? undefined : essence(warm)).toEqual(essence(cold));
  });

  test("a layer that is not what the configuration says is not kept under that name", async () => {
    const honest = await archive([file("etc/os", "honest")]);
    const lying = gzipSync(await archive([file("etc/os", "lying")]));
    const { manifest, config } = await madeUp([[file("etc/os", "honest")]]);
    const parsed = parseManifest(manifest);
    if (parsed.kind !== "manifest") throw new Error("not a manifest");
    const cache = openCache();
    const source: BlobSource = {
      manifest: async () => parsed,
      blob: ({ digest }) => bytesOf(digest === digestOf(config) ? config : lying),
    };
    const [layer] = parsed.layers;
    if (layer === undefined) throw new Error("no layer");
    await readImage({ ...parsed, layers: [{ ...layer, digest: digestOf(lying) }] }, source, options(cache));
    expect(await cache.find([digestOf(honest)])).toBeUndefined();
    expect(await cache.find([digestOf(lying)])).toBeDefined();
  });
});
