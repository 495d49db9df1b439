import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { type Digest, digestOf, hexOf } from "../../core/index.ts";
import { archive } from "../archive/tar.fixture.ts";
import type { NewTarEntry } from "../archive/write-tar.ts";
import { type ImageContents, imageBelow, type ReadOptions } from "../filesystem/image-contents.ts";
import type { LayerCache } from "../filesystem/layer-cache.ts";
import type { LayerContents } from "../filesystem/layer.ts";
import { file, madeUp, reading } from "../filesystem/made-up.fixture.ts";
import { createLayout } from "../layout/layout.ts";
import { type Index, type Manifest, parseManifest } from "../values/manifest.ts";
import { layoutSource } from "../places/layout-source.ts";
import { directorySource } from "../places/directory-source.ts";
import { temporaryFolder } from "../places/images.fixture.ts";
import { openArchive } from "../places/open-archive.ts";
import { lookAtArchive } from "./look-at-archive.ts";
import { lookAtImage } from "./look-at-image.ts";

const LAYERS = [[file("a", "one")], [file("b", "two")], [file("c", "three")]] as const;
const ARM = { os: "linux", architecture: "arm64" };

const written = async (entries: readonly NewTarEntry[] | Buffer): Promise<string> => {
  const path = join(temporaryFolder(), "image.tar");
  writeFileSync(path, Buffer.isBuffer(entries) ? entries : await archive(entries));
  return path;
};
const look = async (entries: readonly NewTarEntry[] | Buffer, changes: Partial<ReadOptions<string>> = {}): Promise<ImageContents<string>> =>
  lookAtArchive(await written(entries), {}, { ...reading(), isPreference: true, ...changes });
const flawsOf = ({ flaws }: ImageContents<string>): readonly string[] => flaws.map(({ id, message }) => `${id}: ${message}`);
const filesOf = ({ files }: ImageContents<string>): readonly unknown[] => files.map(({ header, layerIndex }) => [header.path, layerIndex]);
const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
const blob = (bytes: Buffer, digest = digestOf(bytes)): NewTarEntry => file(`blobs/sha256/${hexOf(digest)}`, bytes);
const entryOf = (bytes: Buffer, platform?: object, annotations?: object): object => ({
  mediaType: "application/vnd.oci.image.manifest.v1+json",
  digest: digestOf(bytes),
  size: bytes.length,
  ...(platform === undefined ? {} : { platform }),
  ...(annotations === undefined ? {} : { annotations }),
});
const indexOf = (...manifests: readonly object[]): Buffer =>
  json({ schemaVersion: 2, mediaType: "application/vnd.oci.image.index.v1+json", manifests });

/** An OCI archive of an image, of which something is changed or left out: by blob, base first, then the configuration, then the manifest. */
const changed = async (change: (blobs: { bytes: Buffer; name: Digest }[]) => void): Promise<readonly NewTarEntry[]> => {
  const image = await madeUp(LAYERS);
  const layers = [...image.blobs.values()].slice(2);
  const blobs = [...layers, image.config, image.manifest].map((bytes) => ({ bytes, name: digestOf(bytes) }));
  change(blobs);
  return [file("index.json", image.index), ...blobs.map(({ bytes, name }) => blob(bytes, name))];
};

describe("an image with other parts than it names", () => {
  test("whose layer is missing keeps the numbers of those above", async () => {
    const contents = await look(await changed((blobs) => void blobs.splice(1, 1)));
    expect(flawsOf(contents)).toEqual([expect.stringMatching(/^image:not-whole: layer 2 of 3 \([0-9a-f]{12}\) is missing$/)]);
    expect(filesOf(contents)).toEqual([
      ["a", 0],
      ["c", 2],
    ]);
    expect(contents.layers.map(({ diffId }) => diffId)).toEqual(contents.config.diffIds);
  });
  test("a layer of another length, or of other bytes of that length, is read and told", async () => {
    const other = gzipSync(await archive([file("x", "other")]));
    const longer = await look(await changed((blobs) => void (blobs[0] = { bytes: other, name: blobs[0]?.name ?? digestOf(other) })), {
      trustDiffIds: true,
    });
    expect(flawsOf(longer)).toEqual([
      expect.stringMatching(new RegExp(`^image:not-intact: layer 1 of 3 \\(.*\\) has ${other.length} bytes; its`)),
    ]);
    expect(filesOf(longer)[0]).toEqual(["x", 0]);
    // gzip's header has a time that nobody looks at.
    const same = await look(await changed((blobs) => void blobs[1]?.bytes.writeUInt32LE(7, 4)));
    expect(flawsOf(same)).toEqual([expect.stringMatching(/^image:not-intact: layer 2 of 3 \(.*\) has the digest sha256:/)]);
  });
  test("a configuration and a manifest with other digests than they are named by", async () => {
    const contents = await look(
      await changed((blobs) => {
        for (const at of [3, 4]) {
          const { bytes = Buffer.alloc(0), name = digestOf("") } = blobs[at] ?? {};
          blobs[at] = { bytes: Buffer.concat([bytes, Buffer.from("\n")]), name };
        }
      }),
    );
    expect(flawsOf(contents)).toEqual([
      expect.stringMatching(/^image:not-intact: its manifest [0-9a-f]{12} has the digest sha256:/),
      expect.stringMatching(/^image:not-intact: its configuration [0-9a-f]{12} has the digest sha256:/),
    ]);
    // It is known by what it is, so that nothing said of the other one is said of it.
    expect(contents.digest).toBe(digestOf(Buffer.concat([(await madeUp(LAYERS)).manifest, Buffer.from("\n")])));
  });
  test("of a docker-archive some layers are left out", async () => {
    const { config } = await madeUp(LAYERS);
    const tars = await Promise.all([LAYERS[0], LAYERS[2], [file("x", "stranger")]].map((entries) => archive(entries)));
    const saved = (...names: readonly string[]): readonly NewTarEntry[] => [
      ...tars.map((tar, at) => file(`${at}/layer.tar`, tar)),
      file("config.json", config),
      file("manifest.json", json([{ Config: "config.json", RepoTags: ["shop:1"], Layers: names }])),
    ];
    for (const trustDiffIds of [true, false]) {
      const known = await look(saved("0/layer.tar", "1/layer.tar"), { trustDiffIds });
      expect(flawsOf(known)).toEqual(["image:not-whole: it has 2 layers where its configuration names 3"]);
      expect(filesOf(known)).toEqual([
        ["a", 0],
        ["c", 2],
      ]);
      const strange = await look(saved("0/layer.tar", "2/layer.tar"), { trustDiffIds });
      expect(flawsOf(strange)[1]).toMatch(/^image:not-intact: layer 2 \(sha256:.*\) is none that its configuration names$/);
      expect(filesOf(strange)).toEqual([
        ["a", 0],
        ["x", 1],
      ]);
      const lost = await look(saved("0/layer.tar", "nowhere/layer.tar", "1/layer.tar"), { trustDiffIds });
      expect(flawsOf(lost)).toEqual([expect.stringMatching(/^image:not-whole: layer 2 of 3 \(.*\) is missing$/)]);
      expect(filesOf(lost)).toEqual([
        ["a", 0],
        ["c", 2],
      ]);
    }
  });
  test("a large layer, of which another thread makes the digest", async () => {
    const large = Buffer.alloc(17 * 1024 * 1024, "all alike ");
    const { config } = await madeUp([[file("a", "one"), file("large", large)]]);
    const saved = (tar: Buffer): readonly NewTarEntry[] => [
      file("0/layer.tar", tar),
      file("config.json", config),
      file("manifest.json", json([{ Config: "config.json", Layers: ["0/layer.tar"] }])),
    ];
    const tar = await archive([file("a", "one"), file("large", large)]);
    const whole = await look(saved(tar));
    expect([flawsOf(whole), whole.layers[0]?.diffId]).toEqual([[], digestOf(tar)]);
    expect(flawsOf(await look(saved(gzipSync(tar)))), "the digest is of what is unpacked").toEqual([]);
    const other = Buffer.from(tar);
    other[other.length - 64 * 1024] = 0;
    const edited = await look(saved(other));
    expect(flawsOf(edited)).toEqual([
      `image:not-intact: layer 1 of 1 has the digest ${digestOf(other)} when it is unpacked; its configuration says ${digestOf(tar)}`,
    ]);
    expect(edited.layers[0]?.diffId).toBe(digestOf(other));
  });
  test("of many that are missing the first are told, the others counted", async () => {
    const { config } = await madeUp([]);
    const layer = { mediaType: "application/vnd.oci.image.layer.v1.tar", digest: digestOf("none"), size: 4 };
    const manifest = json({
      schemaVersion: 2,
      mediaType: "application/vnd.oci.image.manifest.v1+json",
      config: { mediaType: "application/vnd.oci.image.config.v1+json", digest: digestOf(config), size: config.length },
      layers: Array.from({ length: 250 }, () => layer),
    });
    const { flaws } = await look([file("index.json", indexOf(entryOf(manifest))), blob(config), blob(manifest)]);
    // One of them is that the configuration names none.
    expect([flaws.length, flaws.at(-1)]).toEqual([101, { id: "image:not-whole", message: "and 151 more like these" }]);
  });
  test("a layer that is to be had elsewhere is told with its address", async () => {
    const { config } = await madeUp(LAYERS.slice(0, 1));
    const layer = {
      mediaType: "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip",
      digest: digestOf("elsewhere"),
      size: 9,
      urls: ["https://example.com/layer"],
    };
    const manifest = json({
      schemaVersion: 2,
      mediaType: "application/vnd.oci.image.manifest.v1+json",
      config: { mediaType: "application/vnd.oci.image.config.v1+json", digest: digestOf(config), size: config.length },
      layers: [layer],
    });
    const contents = await look([file("index.json", indexOf(entryOf(manifest))), blob(config), blob(manifest)]);
    expect(flawsOf(contents)).toEqual([expect.stringContaining("is missing; it is to be had from https://example.com/layer")]);
  });
  test("what is cut off in its middle, or leaves the image, stays an error", async () => {
    const { ociArchive, dockerArchive } = await madeUp(LAYERS);
    for (const whole of [ociArchive, dockerArchive]) {
      await expect(look(whole.subarray(0, whole.length / 2))).rejects.toMatchObject({ code: "INPUT_INVALID" });
      await expect(look(gzipSync(whole).subarray(0, gzipSync(whole).length / 2))).rejects.toMatchObject({ code: "INPUT_INVALID" });
    }
    const escape = await archive([file("../../etc/passwd", "x")]);
    await expect(
      look(await changed((blobs) => void (blobs[0] = { bytes: escape, name: blobs[0]?.name ?? digestOf("") }))),
    ).rejects.toMatchObject({
      code: "INPUT_INVALID",
    });
  });
});

test("what a layer turned out to hold is kept under no digest that it has not, and found again with what is wrong", async () => {
  const kept = new Map<string, LayerContents<string>>();
  const found: string[] = [];
  const cache: LayerCache<string> = {
    find: async (names) => {
      const name = names.find((one) => kept.has(one));
      if (name === undefined) return undefined;
      found.push(name);
      return kept.get(name);
    },
    keep: async (name, layer) => void kept.set(name, layer),
    findBytes: async () => undefined,
    keepBytes: async () => undefined,
    close: async () => undefined,
  };
  const other = gzipSync(await archive([file("x", "other")]));
  const path = await written(await changed((blobs) => void (blobs[0] = { bytes: other, name: blobs[0]?.name ?? digestOf("") })));
  // A file that was written to just now may change again unseen.
  await new Promise((resolve) => setTimeout(resolve, 2100));
  const options = { ...reading(), trustDiffIds: true, cache };
  const first = await lookAtArchive(path, {}, options);
  const claimed = new Set<string>(
    [...first.config.diffIds, ...(await madeUp(LAYERS)).blobs.keys()].map((name) => name.replace("blobs/sha256/", "sha256:")),
  );
  expect([...kept.keys()].filter((name) => claimed.has(name))).toEqual([]);
  expect(kept.size).toBe(3);
  expect(found).toEqual([]);
  const again = await lookAtArchive(path, {}, { ...options, budget: reading().budget });
  expect(found).toHaveLength(3);
  expect(again).toEqual(first);
  expect(again.flaws).toHaveLength(1);
  // And what is known of the layer that is meant is not taken for the one that lies there.
  const [meant] = first.config.diffIds;
  const [, , packed = ""] = [...(await madeUp(LAYERS)).blobs.keys()];
  for (const name of [meant ?? "", packed.replace("blobs/sha256/", "sha256:")])
    kept.set(name, {
      diffId: digestOf(""),
      sizeBytes: 0,
      seen: new Map(),
      cover: () => ({ files: new Set(), folders: new Set(), gone: new Set(), emptied: new Set() }),
      isWhole: true,
    });
  expect(await lookAtArchive(path, {}, { ...options, budget: reading().budget })).toEqual(first);
});

describe("which image of an archive is meant", () => {
  const image = async (architecture: string): Promise<{ readonly manifest: Buffer; readonly parts: readonly NewTarEntry[] }> => {
    const { config, blobs } = await madeUp(LAYERS.slice(0, 1));
    const own = json({ ...(JSON.parse(config.toString()) as object), architecture });
    const layer = [...blobs.values()].at(-1) ?? Buffer.alloc(0);
    const manifest = json({
      schemaVersion: 2,
      mediaType: "application/vnd.oci.image.manifest.v1+json",
      config: { mediaType: "application/vnd.oci.image.config.v1+json", digest: digestOf(own), size: own.length },
      layers: [{ mediaType: "application/vnd.oci.image.layer.v1.tar+gzip", digest: digestOf(layer), size: layer.length }],
    });
    return { manifest, parts: [blob(own), blob(layer), blob(manifest)] };
  };
  const nested = (index: Buffer, ...parts: readonly NewTarEntry[]): readonly NewTarEntry[] => [
    file("index.json", indexOf({ mediaType: "application/vnd.oci.image.index.v1+json", digest: digestOf(index), size: index.length })),
    blob(index),
    ...parts,
  ];
  const attestation = (of: Buffer): object =>
    entryOf(of, { os: "unknown", architecture: "unknown" }, { "vnd.docker.reference.type": "attestation-manifest" });

  test("the only one beside its attestation, whatever it is for", async () => {
    const { manifest, parts } = await image("arm64");
    const index = indexOf(entryOf(manifest, ARM), attestation(manifest));
    expect((await look(nested(index, ...parts))).config.platform).toEqual(ARM);
  });
  test("the only one that is there of several that are listed", async () => {
    const [arm, s390x] = [await image("arm64"), await image("s390x")];
    const index = indexOf(entryOf(s390x.manifest, { os: "linux", architecture: "s390x" }), entryOf(arm.manifest, ARM));
    expect((await look(nested(index, ...arm.parts))).config.platform).toEqual(ARM);
  });
  test("an index.json that is the index itself, with an attestation or several platforms", async () => {
    const [arm, amd] = [await image("arm64"), await image("amd64")];
    const amd64 = { os: "linux", architecture: "amd64" };
    const alone = indexOf(entryOf(arm.manifest, ARM), attestation(arm.manifest));
    expect((await look([file("index.json", alone), ...arm.parts])).config.platform).toEqual(ARM);
    const both = indexOf(entryOf(arm.manifest, ARM), entryOf(amd.manifest, amd64), attestation(arm.manifest));
    const parts = [file("index.json", both), ...arm.parts, ...amd.parts];
    expect((await look(parts)).config.platform).toEqual(amd64);
    expect((await look(parts, { platform: ARM })).config.platform).toEqual(ARM);
    // Without platforms, or with names, they are images of their own.
    await expect(look([file("index.json", indexOf(entryOf(arm.manifest), entryOf(amd.manifest))), ...arm.parts])).rejects.toThrow(
      /holds 2 images/,
    );
    const layout = await createLayout(join(temporaryFolder(), "layout"));
    for (const { body } of [...arm.parts, ...amd.parts]) if (Buffer.isBuffer(body)) await layout.writeBlob(body);
    writeFileSync(join(layout.folder, "index.json"), both);
    const source = await layoutSource(layout);
    expect([source.root, (await lookAtImage(source, { ...reading(), platform: ARM })).config.platform]).toEqual([digestOf(both), ARM]);
  });
  test("that of an index in a registry, where no platform was asked for", async () => {
    const { manifest } = await image("arm64");
    const index = parseManifest(indexOf(entryOf(manifest, ARM), attestation(manifest)));
    const read = async (): Promise<Manifest | Index> => parseManifest(manifest);
    const amd64 = { os: "linux", architecture: "amd64" };
    expect((await imageBelow(index, amd64, read, true)).digest).toBe(digestOf(manifest));
    await expect(imageBelow(index, amd64, read)).rejects.toMatchObject({ code: "PLATFORM_MISSING" });
  });
  test("of several this machine's, else nobody knows", async () => {
    const [arm, amd, s390x] = [await image("arm64"), await image("amd64"), await image("s390x")];
    const amd64 = { os: "linux", architecture: "amd64" };
    const both = indexOf(entryOf(arm.manifest, ARM), entryOf(amd.manifest, amd64), attestation(arm.manifest));
    expect((await look(nested(both, ...arm.parts, ...amd.parts))).config.platform).toEqual(amd64);
    const neither = indexOf(entryOf(arm.manifest, ARM), entryOf(s390x.manifest, { os: "linux", architecture: "s390x" }));
    await expect(look(nested(neither, ...arm.parts, ...s390x.parts))).rejects.toMatchObject({ code: "PLATFORM_MISSING" });
  });
});

describe("a tar of files", () => {
  const TREE = [file("etc/os-release", "ID=debian"), file("usr/bin/a", "a")];
  test("is one layer without documents, compressed or not", async () => {
    const tar = await archive(TREE);
    for (const bytes of [tar, gzipSync(tar), zstdCompressSync(tar), gzipSync(gzipSync(tar))]) {
      const contents = await look(bytes);
      expect(filesOf(contents)).toEqual([
        ["etc/os-release", 0],
        ["usr/bin/a", 0],
      ]);
      expect([contents.digest, contents.flaws, contents.unseen.length]).toEqual([digestOf(tar), [], 1]);
    }
  });
  test("is none where the listing of an image was lost, or one is named", async () => {
    for (const left of [
      file("oci-layout", "{}"),
      blob(Buffer.from("x")),
      file(`folder/blobs/sha256/${"0".repeat(64)}`),
      file("abc/layer.tar", ""),
      file(`${"0".repeat(64)}.tar`),
      file("repositories", "{}"),
    ])
      await expect(look([left])).rejects.toThrow(/neither a manifest\.json nor an index\.json/);
    await expect(lookAtArchive(await written(TREE), { name: "shop:1" }, reading())).rejects.toThrow(/neither a manifest/);
    await expect(lookAtArchive(await written(TREE), {}, reading(), { needsConfig: true })).rejects.toThrow(/only a file system/);
  });
  test("may have more files than an archive of images", async () => {
    const many = Array.from({ length: 50_010 }, (_, at) => file(`usr/share/${at}`));
    const contents = await look(many);
    expect([contents.files.length, contents.unseen.length]).toEqual([50_010, 1]);
    // But none that an engine would load as another image than was seen.
    await expect(look([...many, file("manifest.json", "[]")])).rejects.toMatchObject({ code: "INPUT_TOO_LARGE" });
    await expect(openArchive(await written(many))).rejects.toMatchObject({ code: "INPUT_TOO_LARGE" });
  });
  test("may have files that are called as the listings of images are", async () => {
    const site = [file("manifest.json", '{"name": "a web app", "icons": []}'), file("index.json", '{"pages": 3}'), ...TREE];
    expect((await look(site)).files).toHaveLength(4);
    // As engines read it: keys in any case, escaped, and nothing behind the first value.
    for (const [name, text] of [
      ["manifest.json", '[{"config": "a", "layers": []}]'],
      ["manifest.json", '[{"\\u0043onfig": "a"}] behind'],
      ["index.json", '{"Manifests": []}'],
      ["index.json", '{"manifest\\u0073": []} behind'],
    ] as const)
      await expect(look([file(name, text), ...TREE])).rejects.toMatchObject({ code: expect.stringMatching(/^INPUT_/) });
  });
  test.each([
    ["xz", "fd377a585a000000"],
    ["bzip2", "425a683931415926"],
    ["lz4", "04224d1864407000"],
    ["zip", "504b030414000000"],
  ])("compressed with %s is refused with what unpacks it", async (name, head) => {
    await expect(look(Buffer.concat([Buffer.from(head, "hex"), Buffer.alloc(2000)]))).rejects.toMatchObject({
      code: "INPUT_INVALID",
      message: expect.stringContaining(`compressed with ${name}`),
      hint: expect.stringContaining("FILE > image.tar"),
    });
  });
});

test("a folder as skopeo writes it to dir:", async () => {
  const { manifest, blobs } = await madeUp(LAYERS);
  const folder = join(temporaryFolder(), "image");
  mkdirSync(folder);
  writeFileSync(join(folder, "version"), "Directory Transport Version: 1.1\n");
  writeFileSync(join(folder, "manifest.json"), manifest);
  const parts = [...blobs].filter(([, bytes]) => bytes !== manifest);
  for (const [path, bytes] of parts) writeFileSync(join(folder, path.slice("blobs/sha256/".length)), bytes);
  const contents = await lookAtImage(await directorySource(folder), reading());
  expect([contents.digest, filesOf(contents).length, contents.flaws]).toEqual([digestOf(manifest), 3, []]);
  writeFileSync(join(folder, parts.at(-1)?.[0].slice("blobs/sha256/".length) ?? ""), gzipSync(await archive([file("y", "")])));
  expect((await lookAtImage(await directorySource(folder), reading())).flaws).toMatchObject([{ id: "image:not-intact" }]);
});
