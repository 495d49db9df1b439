import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { digestOf, hexOf } from "../../core/index.ts";
import { archive } from "../archive/tar.fixture.ts";
import { type NewTarEntry, tarHeader } from "../archive/write-tar.ts";
import { file, madeUp } from "../filesystem/made-up.fixture.ts";
import { createLayout } from "../layout/layout.ts";
import { archiveDestination } from "./archive-destination.ts";
import { copyImage } from "./copy-image.ts";
import { layoutDestination } from "./layout-destination.ts";
import { openArchive } from "./open-archive.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "seaworthy-hostile-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const open = (bytes: Uint8Array): ReturnType<typeof openArchive> => {
  writeFileSync(join(folder, "in.tar"), bytes);
  return openArchive(join(folder, "in.tar"));
};
const refused = (code: string, words: RegExp) => expect.objectContaining({ code, message: expect.stringMatching(words) });
const json = (path: string, value: unknown): NewTarEntry => file(path, JSON.stringify(value));
const copy = async (bytes: Uint8Array): Promise<unknown> => {
  const source = await open(bytes);
  try {
    return await copyImage(source, archiveDestination(join(folder, "out.tar"), "oci"));
  } finally {
    await source.close();
  }
};

const HEADER = tarHeader({ path: "same" });
const LAYERS = [[file("etc/passwd", "root".repeat(500))], [file("app/run", "go")]];

test("an archive that is cut off anywhere is refused when it is opened or copied, and nothing is left", async () => {
  const { dockerArchive, ociArchive } = await madeUp(LAYERS);
  // What comes after the last file is padding and the end mark, which some writers leave out.
  for (const whole of [dockerArchive, ociArchive])
    for (let length = 0; length < whole.length - 1024 - 512; length += 777) {
      await expect(copy(whole.subarray(0, length)), `cut at ${length}`).rejects.toMatchObject({ code: "INPUT_INVALID" });
      expect(readdirSync(folder)).toEqual(["in.tar"]);
    }
});

test("each byte of a blob counts: a flipped one is found while copying, and nothing is left", async () => {
  const { ociArchive, blobs } = await madeUp(LAYERS);
  for (const blob of blobs.values()) {
    const at = ociArchive.indexOf(blob) + Math.floor(blob.length / 2);
    const flipped = Buffer.from(ociArchive);
    flipped.writeUInt8((flipped[at] ?? 0) ^ 1, at);
    await expect(copy(flipped)).rejects.toMatchObject({ code: expect.stringMatching(/^(?:REGISTRY_REFUSED|INPUT_INVALID)$/) });
    expect(readdirSync(folder)).toEqual(["in.tar"]);
  }
});

describe("what archives say of themselves", () => {
  const config = { architecture: "amd64", os: "linux", rootfs: { type: "layers", diff_ids: [digestOf("x")] } };
  const listing = (layer: string): NewTarEntry => json("manifest.json", [{ Config: "c.json", Layers: [layer] }]);
  const manifestOf = (layer: object): Buffer =>
    Buffer.from(
      JSON.stringify({
        schemaVersion: 2,
        mediaType: "application/vnd.oci.image.manifest.v1+json",
        config: { mediaType: "application/vnd.oci.image.config.v1+json", digest: digestOf("{}"), size: 2 },
        layers: [{ mediaType: "application/vnd.oci.image.layer.v1.tar", digest: digestOf("x"), size: 1, ...layer }],
      }),
    );
  const oci = async (manifest: Buffer, more: readonly NewTarEntry[] = []): Promise<Buffer> =>
    archive([
      json("index.json", {
        schemaVersion: 2,
        manifests: [{ mediaType: "application/vnd.oci.image.manifest.v1+json", digest: digestOf(manifest), size: manifest.length }],
      }),
      file(`blobs/sha256/${hexOf(digestOf(manifest))}`, manifest),
      file(`blobs/sha256/${hexOf(digestOf("{}"))}`, "{}"),
      file(`blobs/sha256/${hexOf(digestOf("x"))}`, "x"),
      ...more,
    ]);

  test.each<readonly [string, () => Promise<Buffer>, string, RegExp]>([
    ["a layer of another length", () => oci(manifestOf({ size: 2 })), "INPUT_INVALID", /has 1 bytes, its manifest says 2/],
    ["a layer that is not there", () => oci(manifestOf({ digest: digestOf("y") })), "IMAGE_NOT_FOUND", /has no blob/],
    ["a digest that is a path", () => oci(manifestOf({ digest: "sha256:../../etc/passwd" })), "INPUT_INVALID", /is not a digest/],
    ["a layer that leads out", () => archive([json("c.json", config), listing("../../etc/passwd")]), "INPUT_INVALID", /leaves the archive/],
    [
      "a layer that is a link to the outside",
      () => archive([json("c.json", config), { path: "l", type: "symlink", linkPath: "../../etc/passwd" }, listing("l")]),
      "INPUT_INVALID",
      /leaves the archive/,
    ],
    [
      "links in a circle",
      () =>
        archive([
          json("c.json", config),
          { path: "l", type: "symlink", linkPath: "m" },
          { path: "m", type: "symlink", linkPath: "l" },
          listing("l"),
        ]),
      "INPUT_INVALID",
      /a link without an end/,
    ],
    [
      "another layer than the configuration says",
      () => archive([json("c.json", config), file("l", "y"), listing("l")]),
      "REGISTRY_REFUSED",
      /do not have the digest/,
    ],
    [
      "an index in an index, and so on",
      async () => {
        const entries: NewTarEntry[] = [];
        let inner = manifestOf({});
        for (let depth = 0; depth < 20; depth += 1) {
          entries.push(file(`blobs/sha256/${hexOf(digestOf(inner))}`, inner));
          const mediaType = depth === 0 ? "application/vnd.oci.image.manifest.v1+json" : "application/vnd.oci.image.index.v1+json";
          inner = Buffer.from(
            JSON.stringify({
              schemaVersion: 2,
              mediaType: "application/vnd.oci.image.index.v1+json",
              manifests: [{ mediaType, digest: digestOf(inner), size: inner.length }],
            }),
          );
        }
        return archive([...entries, file("index.json", inner)]);
      },
      "INPUT_INVALID",
      /nested deeper/,
    ],
    ["50,001 files", async () => Buffer.concat(Array.from({ length: 50_001 }, () => HEADER)), "INPUT_TOO_LARGE", /more than 50000 entries/],
    [
      "a configuration beyond its bound",
      async () => archive([file("c.json", " ".repeat(5_000_000)), listing("l")]),
      "INPUT_TOO_LARGE",
      /larger than the/,
    ],
  ])("%s: refused", async (_, make, code, words) => {
    await expect(copy(await make())).rejects.toThrow(refused(code, words));
    expect(readdirSync(folder)).toEqual(["in.tar"]);
  });
});

test("the last of two files of one name counts, as it does for who unpacks the archive", async () => {
  const { ociArchive, blobs } = await madeUp(LAYERS);
  const [path = "", blob = Buffer.alloc(0)] = [...blobs][2] ?? [];
  const twice = Buffer.concat([await archive([file(path, "not this")]).then((tar) => tar.subarray(0, -1024)), ociArchive]);
  const source = await open(twice);
  await copyImage(source, layoutDestination(await createLayout(join(folder, "layout"))));
  await source.close();
  expect(readdirSync(join(folder, "layout/blobs/sha256"))).toContain(hexOf(digestOf(blob)));
});
