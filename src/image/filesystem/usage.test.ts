import { describe, expect, test } from "vitest";
import { digestOf } from "../../core/index.ts";
import { archive } from "../archive/tar.fixture.ts";
import type { NewTarEntry } from "../archive/write-tar.ts";
import { createBudget } from "./budget.ts";
import { differenceOf, fingerprinted } from "./difference.ts";
import { type LayerContents, type Lookout, readLayer } from "./layer.ts";
import { bytesOf as chunks, file } from "./made-up.fixture.ts";
import { stacked } from "./stacked.ts";
import { everyFile, usageOf } from "./usage.ts";

const read = async <Note>(
  layers: readonly (readonly NewTarEntry[])[],
  lookout: Lookout<Note>,
): Promise<{ readonly layers: readonly LayerContents<Note>[]; readonly files: ReturnType<typeof stacked<Note>> }> => {
  const contents: LayerContents<Note>[] = [];
  for (const entries of layers) contents.push(await readLayer(chunks(await archive(entries)), "the layer", lookout, createBudget()));
  return { layers: contents, files: stacked(contents) };
};

describe("where the bytes are", () => {
  test("folders, layers, and what is deleted, replaced and hidden with its folder", async () => {
    const usage = usageOf(
      await read(
        [
          [
            file("usr/bin/a", "x".repeat(100)),
            file("usr/lib/b", "x".repeat(50)),
            file("var/cache/c", "x".repeat(30)),
            file("opt/d", "x".repeat(7)),
          ],
          [file("usr/bin/a", "y".repeat(40)), file("var/.wh.cache"), file("opt/.wh..wh..opq"), file("opt/e", "z")],
          [{ path: "usr/lib", type: "symlink", linkPath: "/lib" }],
        ],
        everyFile,
      ),
    );
    expect(usage.wasted).toEqual([
      { path: "usr/bin/a", sizeBytes: 100, layer: 0, by: 1, how: "replaced" },
      { path: "usr/lib/b", sizeBytes: 50, layer: 0, by: 2, how: "replaced" },
      { path: "var/cache/c", sizeBytes: 30, layer: 0, by: 1, how: "deleted" },
      { path: "opt/d", sizeBytes: 7, layer: 0, by: 1, how: "deleted" },
    ]);
    expect(usage).toMatchObject({ sizeBytes: 41, files: 3, wastedBytes: 187 });
    expect(usage.efficiency).toBeCloseTo(41 / 228);
    expect(usage.layers.map(({ fileBytes, files, wastedBytes }) => [fileBytes, files, wastedBytes])).toEqual([
      [187, 4, 187],
      [41, 2, 0],
      [0, 1, 0],
    ]);
    expect(Object.fromEntries(usage.folders.map(({ path, sizeBytes }) => [path, sizeBytes]))).toEqual({
      "": 41,
      usr: 40,
      "usr/bin": 40,
      opt: 1,
    });
  });

  test("hard links take nothing, an empty image wastes nothing", async () => {
    const linked = usageOf(await read([[file("a", "12345"), { path: "b", type: "hardlink", linkPath: "a" }]], everyFile));
    expect(linked).toMatchObject({ sizeBytes: 5, files: 2, wastedBytes: 0, efficiency: 1 });
    expect(usageOf(await read([[]], everyFile))).toMatchObject({ sizeBytes: 0, files: 0, efficiency: 1 });
  });
});

describe("what is different", () => {
  const differs = async (before: readonly (readonly NewTarEntry[])[], after: readonly (readonly NewTarEntry[])[]) =>
    differenceOf(await read(before, fingerprinted), await read(after, fingerprinted));

  test("content of equal length, size, mode, owner, link, kind; what came and what went", async () => {
    const same = file("same", "x".repeat(5000));
    const before = [
      same,
      file("content", "aaaa"),
      file("mode", "m"),
      file("owner", "o"),
      file("kind"),
      file("gone", "123"),
      { path: "link", type: "symlink", linkPath: "a" } as const,
    ];
    const after = [
      file("content", "aaab"),
      file("mode", "m", { mode: 0o755 }),
      file("owner", "o", { uid: 7 }),
      { path: "kind", type: "directory" } as const,
      { path: "link", type: "symlink", linkPath: "b" } as const,
      file("new", "1234"),
      { ...same, mtimeSeconds: 1_700_000_000 },
    ];
    expect((await differs([before], [after])).map(({ path, change, what }) => `${change} ${path} ${what?.join() ?? ""}`.trim())).toEqual([
      "changed content content",
      "removed gone",
      "changed kind kind",
      "changed link link",
      "changed mode mode",
      "added new",
      "changed owner owner",
    ]);
  });

  test("the same files in other layers, deleted files and hard links are no difference", async () => {
    const one = [file("a", "1"), file("b", "2")];
    expect(
      await differs(
        [one],
        [
          [file("b", "2"), file("c", "3"), file("a", "0")],
          [file("a", "1"), file(".wh.c")],
        ],
      ),
    ).toEqual([]);
    expect(await differs([[file("a", "1"), { path: "b", type: "hardlink", linkPath: "a" }]], [[file("a", "1"), file("b", "1")]])).toEqual(
      [],
    );
  });
});

test("paths that name more folders than an image has files are refused", () => {
  const deep = Array.from({ length: 250 }, () => "d").join("/");
  const files = Array.from({ length: 3000 }, (_, at) => ({
    header: { path: `${at}/${deep}/f`, type: "file" as const, sizeBytes: 1, mode: 0o644, uid: 0, gid: 0, mtimeSeconds: 0 },
    note: true,
    layer: digestOf(Buffer.from("")),
    layerIndex: 0,
    visible: true,
  }));
  expect(() => usageOf({ files, layers: [] })).toThrow(expect.objectContaining({ code: "INPUT_TOO_LARGE" }));
});
