import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { afterEach, beforeEach, expect, test } from "vitest";
import { digestOf, hexOf } from "../../core/index.ts";
import { unpackDockerArchive } from "./docker-archive.ts";
import { archive, END, inPieces } from "./tar.fixture.ts";
import type { NewTarEntry } from "./write-tar.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "seaworthy-archive-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const one = Buffer.from("layer one");
const two = Buffer.from("layer two");
const configOf = (...layers: readonly Buffer[]): Buffer =>
  Buffer.from(
    JSON.stringify({ architecture: "amd64", os: "linux", rootfs: { type: "layers", diff_ids: layers.map((layer) => digestOf(layer)) } }),
  );
const file = (path: string, body: Buffer | string): NewTarEntry => ({ path, body: Buffer.from(body) });
const listing = (...images: readonly object[]): NewTarEntry => file("manifest.json", JSON.stringify(images));
const unpack = async (...entries: readonly NewTarEntry[]): ReturnType<typeof unpackDockerArchive> =>
  unpackDockerArchive(inPieces(await archive(entries), 1000), join(folder, "in"));

test("layers are found, linked ones too", async () => {
  const config = configOf(one, one);
  const [image] = await unpack(
    file("aa/layer.tar", one),
    { path: "bb/layer.tar", type: "symlink", linkPath: "../aa/layer.tar" },
    file("c.json", config),
    listing({ Config: "c.json", RepoTags: ["shop:1"], Layers: ["aa/layer.tar", "bb/layer.tar"] }),
  );
  expect(image?.tags).toEqual(["shop:1"]);
  expect(config.equals(image?.config.bytes ?? new Uint8Array())).toBe(true);
  expect(image?.layers.map(({ digest, sizeBytes, compression }) => ({ digest, sizeBytes, compression }))).toEqual([
    { digest: digestOf(one), sizeBytes: 9, compression: "none" },
    { digest: digestOf(one), sizeBytes: 9, compression: "none" },
  ]);
  expect(image?.layers.map(({ path }) => readFileSync(path, "utf8"))).toEqual(["layer one", "layer one"]);
});

test("an archive with an OCI layout inside, and the older form beside it", async () => {
  const config = configOf(one, two);
  const blob = (bytes: Buffer): string => `blobs/sha256/${hexOf(digestOf(bytes))}`;
  const [image] = await unpack(
    file("oci-layout", '{"imageLayoutVersion":"1.0.0"}'),
    file("index.json", '{"schemaVersion":2,"manifests":[]}'),
    { path: "blobs", type: "directory" },
    file(blob(config), config),
    file(blob(one), one),
    file(blob(two), two),
    { path: "0a1b", type: "directory" },
    { path: "0a1b/layer.tar", type: "symlink", linkPath: `../${blob(one)}` },
    file("repositories", "{}"),
    listing({ Config: blob(config), RepoTags: null, Layers: ["0a1b/layer.tar", blob(two)], LayerSources: {} }),
  );
  expect(image?.tags).toEqual([]);
  expect(image?.layers.map(({ digest }) => digest)).toEqual([digestOf(one), digestOf(two)]);
});

test("compressed layers are told by their first bytes", async () => {
  const [image] = await unpack(
    file("1", gzipSync(one)),
    file("2", zstdCompressSync(two)),
    file("3", ""),
    file("c.json", configOf(one, two, Buffer.alloc(0))),
    listing({ Config: "c.json", Layers: ["1", "2", "3"] }),
  );
  expect(image?.layers.map(({ compression }) => compression)).toEqual(["gzip", "zstd", "none"]);
});

test("no name of the archive becomes a name on disk", async () => {
  await unpack(file("/etc/cron.d/own", one), file("c", configOf(one)), listing({ Config: "c", Layers: ["etc/cron.d/own"] }));
  expect(readdirSync(folder)).toEqual(["in"]);
  expect(readdirSync(join(folder, "in")).toSorted()).toEqual(["entry-0", "entry-1", "entry-2"]);
});

test("the source is read to its end, behind the end mark too", async () => {
  let ended = false;
  const source = async function* (): AsyncGenerator<Uint8Array> {
    yield* inPieces(await archive([file("1", one), file("c", configOf(one)), listing({ Config: "c", Layers: ["1"] })]));
    yield Buffer.alloc(10_240);
    yield END;
    ended = true;
  };
  await unpackDockerArchive(source(), join(folder, "in"));
  expect(ended).toBe(true);
});

const good = [file("1", one), file("c", configOf(one))];
const hostile: readonly (readonly [string, readonly NewTarEntry[], RegExp])[] = [
  ["no listing", good, /no manifest\.json/],
  ["a listing that is no JSON", [...good, file("manifest.json", "[")], /not JSON/],
  ["a listing of another shape", [...good, file("manifest.json", '{"Config":"c"}')], /manifest\.json/],
  ["a layer that is not there", [...good, listing({ Config: "c", Layers: ["2"] })], /has no "2"/],
  ["a layer outside", [...good, listing({ Config: "c", Layers: ["../../etc/passwd"] })], /leaves the archive/],
  [
    "a link to the outside",
    [...good, { path: "l", type: "symlink", linkPath: "../../etc/passwd" }, listing({ Config: "c", Layers: ["l"] })],
    /leaves the archive/,
  ],
  [
    "links in a circle",
    [
      ...good,
      { path: "l", type: "symlink", linkPath: "m" },
      { path: "m", type: "symlink", linkPath: "l" },
      listing({ Config: "c", Layers: ["l"] }),
    ],
    /has no "l"/,
  ],
  ["fewer layers than the configuration names", [...good, listing({ Config: "c" })], /0 layers/],
  ["another layer", [file("1", two), file("c", configOf(one)), listing({ Config: "c", Layers: ["1"] })], /layer 1 has the digest/],
  [
    "another configuration",
    [file("1", one), file(`${"0".repeat(64)}.json`, configOf(one)), listing({ Config: `${"0".repeat(64)}.json`, Layers: ["1"] })],
    /has the digest/,
  ],
];
test.each(hostile)("refuses %s", async (_name, entries, wanted) => {
  const unpacked = unpack(...entries);
  await expect(unpacked).rejects.toThrow(wanted);
  await expect(unpacked).rejects.toMatchObject({ code: "INPUT_INVALID" });
});

test("a listing or configuration beyond its bound is not read", async () => {
  const long = Buffer.alloc(4 * 1024 * 1024 + 1, " ");
  await expect(unpack(file("manifest.json", long))).rejects.toMatchObject({ code: "INPUT_TOO_LARGE" });
});
