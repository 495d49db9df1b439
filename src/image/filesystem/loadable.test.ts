import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, onTestFinished, test } from "vitest";
import { digestOf, hexOf } from "../../core/index.ts";
import { archive } from "../archive/tar.fixture.ts";
import { openLayout } from "../layout/layout.ts";
import { readArchiveImage } from "./archive-image.ts";
import { createBudget } from "./budget.ts";
import { loadableArchive, loadableLayout } from "./loadable.ts";
import { bytesOf, file, madeUp, type MadeUp, reading } from "./made-up.fixture.ts";

const AS = "seaworthy-trial/image:7";
const LAYERS = [[file("etc/passwd", "root")], [file("app/run", "go")]];
const OPTIONS = { name: undefined, platform: { os: "linux", architecture: "amd64" }, as: AS };

const loadable = (bytes: Uint8Array, name?: string) => loadableArchive(() => bytesOf(bytes), { ...OPTIONS, name, budget: createBudget() });

/** What an engine that loads it would see. */
const asLoaded = async (stream: AsyncIterable<Uint8Array>) => {
  const { tags, config, files } = await readArchiveImage(stream, undefined, reading());
  return { tags, config: config.digest, files: files.map(({ header, note }) => [header.path, note]) };
};

const layoutOf = (image: MadeUp): string => {
  const folder = mkdtempSync(join(tmpdir(), "seaworthy-loadable-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [path, bytes] of [...image.blobs, ["oci-layout", '{"imageLayoutVersion":"1.0.0"}'], ["index.json", image.index]] as const) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), bytes);
  }
  return folder;
};

test("from either archive, gzipped or not, and from a layout the same image goes into the engine, under the given name alone", async () => {
  const image = await madeUp(LAYERS, { User: "app" });
  const expected = {
    tags: [AS],
    config: digestOf(image.config),
    files: [
      ["etc/passwd", "root"],
      ["app/run", "go"],
    ],
  };
  for (const bytes of [image.dockerArchive, image.ociArchive, gzipSync(image.dockerArchive), gzipSync(image.ociArchive)])
    expect(await asLoaded((await loadable(bytes)).archive)).toEqual(expected);
  const layout = await loadableLayout(await openLayout(layoutOf(image)), OPTIONS);
  expect(await asLoaded(layout.archive)).toEqual(expected);
  expect((await loadable(image.dockerArchive)).tags).toEqual(["shop/web:1.2.3"]);
  expect(layout.tags).toEqual([]);
});

describe("an archive of two images", () => {
  const two = async (): Promise<{ readonly bytes: Buffer; readonly second: Buffer }> => {
    const [first, second] = [await madeUp([[file("a", "1")]]), await madeUp([[file("b", "2")], [file("c", "3")]])];
    const nameOf = (image: MadeUp): string => `${hexOf(digestOf(image.config))}.json`;
    const [a, b, c] = await Promise.all([archive([file("a", "1")]), archive([file("b", "2")]), archive([file("c", "3")])]);
    const bytes = await archive([
      file("a/layer.tar", a),
      file("b/layer.tar", b),
      file("c/layer.tar", c),
      // As older engines write a layer that is there already.
      { path: "d/layer.tar", type: "symlink", linkPath: "../b/layer.tar" },
      file(nameOf(first), first.config),
      file(nameOf(second), second.config),
      file(
        "manifest.json",
        JSON.stringify([
          { Config: nameOf(first), RepoTags: ["shop/web:1"], Layers: ["a/layer.tar"] },
          { Config: nameOf(second), RepoTags: ["shop/web:2"], Layers: ["d/layer.tar", "c/layer.tar"] },
        ]),
      ),
      file("repositories", "{}"),
    ]);
    return { bytes, second: second.config };
  };

  test("gives the named one alone, its linked layer with it", async () => {
    const { bytes, second } = await two();
    expect(await asLoaded((await loadable(bytes, "shop/web:2")).archive)).toEqual({
      tags: [AS],
      config: digestOf(second),
      files: [
        ["b", "2"],
        ["c", "3"],
      ],
    });
  });

  test("is refused without a name, and with one that it does not hold", async () => {
    const { bytes } = await two();
    for (const name of [undefined, "shop/web:3"])
      await expect(loadable(bytes, name)).rejects.toMatchObject({
        code: "INPUT_INVALID",
        message: expect.stringContaining("holds 2 images"),
      });
  });
});

test("what is no archive of images, or lacks what it names, is refused", async () => {
  const refusals = [
    [await archive([file("a", "b")]), /neither a manifest\.json nor an index\.json/],
    [await archive([file("manifest.json", "[")]), /manifest\.json is not JSON/],
    [await archive([file("manifest.json", '[{"Config":"x.json","Layers":[]}]')]), /it has no "x\.json"/],
    [Buffer.from("no tar at all"), /./],
  ] as const;
  for (const [bytes, words] of refusals)
    await expect(loadable(bytes)).rejects.toMatchObject({ code: "INPUT_INVALID", message: expect.stringMatching(words) });
});
