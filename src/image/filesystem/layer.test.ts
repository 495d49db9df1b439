import { gzipSync, zstdCompressSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { ALL } from "../../../test/support/extent.ts";
import { digestOf, fakeClock } from "../../core/index.ts";
import { archive, END, pax, special } from "../archive/tar.fixture.ts";
import type { NewTarEntry } from "../archive/write-tar.ts";
import { type BudgetOptions, createBudget } from "./budget.ts";
import { hides } from "./cover.ts";
import { type LayerContents, readLayer } from "./layer.ts";
import { bytesOf, everything, file } from "./made-up.fixture.ts";
import { stacked } from "./stacked.ts";

const read = (tar: Uint8Array, limits: BudgetOptions = {}): Promise<LayerContents<string>> =>
  readLayer(bytesOf(tar), "the layer", everything, createBudget(limits));
const layer = async (...entries: readonly NewTarEntry[]): Promise<LayerContents<string>> => read(await archive(entries));
const shown = (...layers: readonly LayerContents<string>[]): Readonly<Record<string, string>> =>
  Object.fromEntries(
    stacked(layers).map(({ header, layerIndex, visible }) => [`${layerIndex}:${header.path}`, visible ? "visible" : "hidden"]),
  );

describe("what a container sees", () => {
  test("a whiteout hides a file, and all that is in a folder", async () => {
    const below = await layer(file("etc/a"), file("opt/x/1"), file("opt/x/2"), file("opt/xy"));
    const above = await layer(file("etc/.wh.a"), file("opt/.wh.x"));
    expect(shown(below, above)).toEqual({ "0:etc/a": "hidden", "0:opt/x/1": "hidden", "0:opt/x/2": "hidden", "0:opt/xy": "visible" });
  });

  test("an opaque folder hides what lay in it, not what its own layer brings", async () => {
    const below = await layer(file("app/old"), file("application"));
    const above = await layer(file("app/new"), file("app/.wh..wh..opq"));
    expect(shown(below, above)).toEqual({ "0:app/old": "hidden", "0:application": "visible", "1:app/new": "visible" });
    expect(shown(below, await layer(file(".wh..wh..opq")))).toEqual({ "0:app/old": "hidden", "0:application": "hidden" });
  });

  test("a whiteout is about lower layers alone, wherever in its layer it stands", async () => {
    const both = await layer(file("a", "new"), file(".wh.a"));
    expect(shown(await layer(file("a", "old")), both)).toEqual({ "0:a": "hidden", "1:a": "visible" });
  });

  test("a file replaces a file, and a folder with all that is in it; a folder replaces a file and is merged with a folder", async () => {
    const below = await layer(file("a"), file("d/x"), file("e"), { path: "f", type: "directory" }, file("f/x"));
    const above = await layer(
      file("a"),
      { path: "d", type: "symlink", linkPath: "/elsewhere" },
      { path: "e", type: "directory" },
      { path: "f", type: "directory" },
    );
    expect(shown(below, above)).toMatchObject({
      "0:a": "hidden",
      "0:d/x": "hidden",
      "0:e": "hidden",
      "0:f": "visible",
      "0:f/x": "visible",
    });
  });

  test("long names are whited out as short ones are", async () => {
    const name = `srv/${"long/".repeat(30)}file`;
    const whiteout = name.replace(/file$/, ".wh.file");
    expect(shown(await layer(file(name)), await layer(file(whiteout)))).toEqual({ [`0:${name}`]: "hidden" });
  });

  test("the last entry of a name counts, and a hard link is what it is linked to", async () => {
    const { seen } = await layer(file("a", "first"), file("a", "second"), { path: "b", type: "hardlink", linkPath: "a" });
    expect(seen.get("a")?.note).toBe("second");
    expect([...seen.keys()]).toEqual(["a", "b"]);
  });
});

test("a layer is the same plain, gzipped and with zstd", async () => {
  const tar = await archive([file("a", "x".repeat(5000))]);
  for (const bytes of [tar, gzipSync(tar), zstdCompressSync(tar)])
    expect(await read(bytes)).toMatchObject({ diffId: digestOf(tar), sizeBytes: tar.length });
});

test.each([
  ["gzip, in several members as pigz and estargz write it", gzipSync],
  ["zstd, in several frames as zstd:chunked writes it", zstdCompressSync],
] as const)("a layer in parts: %s", async (_, pack) => {
  const tar = await archive([file("a", "x".repeat(5000)), file("b", "y".repeat(3000))]);
  const parts = [tar.subarray(0, 700), tar.subarray(700, 6000), tar.subarray(6000)].map((part) => pack(part));
  expect(await read(Buffer.concat(parts))).toMatchObject({ diffId: digestOf(tar), sizeBytes: tar.length });
});

test("a layer in zstd with frames of other programs' own, and with damaged ones", async () => {
  const tar = await archive([file("a", "x".repeat(5000))]);
  const own = Buffer.concat([Buffer.from("5f2a4d1803000000", "hex"), Buffer.from("own")]);
  const whole = zstdCompressSync(tar);
  expect(await read(Buffer.concat([whole, own, zstdCompressSync(Buffer.alloc(0)), own]))).toMatchObject({ diffId: digestOf(tar) });
  for (const bytes of [Buffer.concat([whole, Buffer.from("else")]), Buffer.concat([whole, own.subarray(0, 9)]), whole.subarray(0, -3)])
    await expect(read(bytes)).rejects.toMatchObject({ code: "INPUT_INVALID" });
});

describe("hostile layers", () => {
  const refused = (code: string, words: RegExp) => expect.objectContaining({ code, message: expect.stringMatching(words) });

  test.each([["../../etc/passwd"], ["a/../../b"]])("the name %s leaves the layer", async (name) => {
    const tar = Buffer.concat([pax({ path: name }), special("0", Buffer.from("x")), END]);
    await expect(read(tar)).rejects.toThrow(refused("INPUT_INVALID", /leaves the archive/));
  });

  test("links that lead out or in a circle are never followed", async () => {
    const { seen } = await layer(
      { path: "a", type: "symlink", linkPath: "b" },
      { path: "b", type: "symlink", linkPath: "a" },
      { path: "etc", type: "symlink", linkPath: "../../../../etc" },
      file("etc/passwd", "inside"),
    );
    expect(seen.get("etc/passwd")?.note).toBe("inside");
  });

  test("hard links in a circle, to themselves and to nothing; devices and pipes; whiteouts of nothing", async () => {
    const { seen, cover } = await read(
      Buffer.concat([
        await archive([
          { path: "a", type: "hardlink", linkPath: "b" },
          { path: "b", type: "hardlink", linkPath: "a" },
          { path: "c", type: "hardlink", linkPath: "c" },
          { path: "d", type: "hardlink", linkPath: "nothing" },
          file(".wh."),
          file("x/.wh..."),
        ]).then((tar) => tar.subarray(0, -1024)),
        special("3", Buffer.alloc(0), "dev/null"),
        special("4", Buffer.alloc(0), "dev/sda"),
        special("6", Buffer.alloc(0), "pipe"),
        END,
      ]),
    );
    expect([...seen.keys()]).toEqual(["a", "b", "c", "d", "dev/null", "dev/sda", "pipe"]);
    const names = cover();
    expect([
      hides(names, "etc/passwd", false),
      hides(names, "x/y", false),
      hides(names, "x", true),
      hides(names, "dev/sda", false),
    ]).toEqual([undefined, undefined, undefined, "replaced"]);
  });

  test("a file with holes is read under the name that engines give it, holes and all", async () => {
    const tar = Buffer.concat([
      pax({ "GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.name": "root/.ssh/id_rsa", "GNU.sparse.realsize": "6" }),
      special("0", Buffer.concat([Buffer.from("1\n3\n3\n".padEnd(512, "\0")), Buffer.from("key")]), "GNUSparseFile.0/harmless"),
      END,
    ]);
    const { seen } = await readLayer(
      bytesOf(tar),
      "the layer",
      { wants: () => 10, note: (_, content) => content.toString() },
      createBudget(),
    );
    expect([...seen].map(([path, { note }]) => [path, note])).toEqual([["root/.ssh/id_rsa", "\0\0\0key"]]);
  });

  test.runIf(ALL)(
    "a million entries and one are a clear refusal",
    async () => {
      const block = special("0", Buffer.alloc(0), "same");
      const many = Buffer.concat(Array.from({ length: 1000 }, () => block));
      const stream = async function* (): AsyncGenerator<Uint8Array> {
        for (;;) yield many;
      };
      await expect(readLayer(stream(), "the layer", { wants: () => undefined, note: () => undefined }, createBudget())).rejects.toThrow(
        refused("INPUT_TOO_LARGE", /more than 1000000 entries/),
      );
    },
    300_000,
  );

  test("folders nested beyond reason", async () => {
    await expect(layer(file("d/".repeat(300) + "x"))).rejects.toThrow(refused("INPUT_INVALID", /nested deeper than 256/));
  });

  test("a size that the archive does not have", async () => {
    const tar = special("0", Buffer.alloc(0), "huge", (block) => block.write("77777777777\0", 124, "latin1"));
    await expect(read(tar)).rejects.toThrow(refused("INPUT_INVALID", /ends in the middle/));
  });

  test("a bomb: zeros behind the end mark, or a file of zeros, of a gigabyte each", async () => {
    const size = 32 * 1024 * 1024;
    const zeros = gzipSync(Buffer.alloc(size));
    const header = special("0", Buffer.alloc(0), "zeros", (block) =>
      block.write(`${(32 * size).toString(8).padStart(11, "0")}\0`, 124, "latin1"),
    );
    for (const begin of [[], [gzipSync(header)]])
      await expect(read(Buffer.concat([...begin, ...Array.from({ length: 32 }, () => zeros)]))).rejects.toThrow(
        refused("INPUT_TOO_LARGE", /200 times its size: a bomb/),
      );
  });

  test("damage of the tar is said of the layer", async () => {
    const tar = await archive([file("a", "x")]);
    await expect(read(tar.subarray(0, 512))).rejects.toThrow(
      refused("INPUT_INVALID", /^the layer: the tar archive cannot be read: it ends/),
    );
  });

  test("damaged compression", async () => {
    const gzip = gzipSync(Buffer.alloc(5000, "x"));
    gzip.writeUInt32BE(0xdeadbeef, 20);
    await expect(read(gzip)).rejects.toThrow(refused("INPUT_INVALID", /gzip data are damaged/));
    await expect(read(gzipSync(Buffer.alloc(50_000, "abc")).subarray(0, 60))).rejects.toThrow(refused("INPUT_INVALID", /./));
  });

  test("more bytes, files or notes than the budget, and more time", async () => {
    const tar = await archive([file("a", "x".repeat(4000)), file("b"), file("c")]);
    await expect(read(tar, { maxBytes: 3000 })).rejects.toThrow(refused("INPUT_TOO_LARGE", /3000 bytes once unpacked/));
    await expect(read(tar, { maxEntries: 2 })).rejects.toThrow(refused("INPUT_TOO_LARGE", /2 files/));
    await expect(read(tar, { maxNotes: 2 })).rejects.toThrow(refused("INPUT_TOO_LARGE", /2 files that/));
    const clock = fakeClock();
    const budget = createBudget({ timeoutMs: 1000, clock });
    await clock.sleep(2000);
    await expect(readLayer(bytesOf(tar), "the layer", everything, budget)).rejects.toThrow(refused("DEADLINE", /within 1 s/));
    const stop = AbortSignal.abort(new Error("stopped"));
    await expect(read(tar, { signal: stop })).rejects.toThrow("stopped");
  });

  test("what is over the bytes that may be looked into is remembered without them", async () => {
    const { seen } = await read(await archive([file("a", "x".repeat(60)), file("b", "y".repeat(60))]), { maxContentBytes: 100 });
    expect([seen.get("a")?.note.length, seen.get("b")?.note]).toEqual([60, ""]);
  });
});

describe("many layers on each other", () => {
  test("each file is hidden by the first layer above that hides it, in whatever way", async () => {
    const layers = [
      await layer(file("a/b/one"), file("a/two"), file("three"), file("four")),
      await layer(file("five")),
      await layer(file("a/.wh.two")),
      await layer(file("a/.wh..wh..opq"), file("three")),
      await layer(file(".wh.a"), file(".wh.five")),
    ];
    const hidden = stacked(layers).map((one) => [`${one.layerIndex}:${one.header.path}`, one.hidden]);
    expect(Object.fromEntries(hidden)).toEqual({
      "0:a/b/one": { by: 3, how: "deleted" },
      "0:a/two": { by: 2, how: "deleted" },
      "0:three": { by: 3, how: "replaced" },
      "0:four": undefined,
      "1:five": { by: 4, how: "deleted" },
      "3:three": undefined,
    });
  });

  test("hundreds of them with thousands of deep files take no longer than they are long", { timeout: 60_000 }, async () => {
    const deep = Array.from({ length: 20 }, (_, at) => `folder-${at}`).join("/");
    const one = await layer(...Array.from({ length: 1000 }, (_, at) => file(`${at}/${deep}/file`)));
    const other = await layer(...Array.from({ length: 10 }, (_, at) => file(`other/.wh.${at}`)));
    const layers = [one, ...Array.from({ length: 400 }, () => other)];
    const begun = process.cpuUsage();
    expect(stacked(layers).every(({ visible }) => visible)).toBe(true);
    // A guard: asked of each layer by itself, it took many times as long.
    expect(process.cpuUsage(begun).user / 1e6).toBeLessThan(2);
  });
});

test("what is remembered is weighed: few bytes of an image can stand for many", async () => {
  const tar = await archive([file("a", "x".repeat(60)), file("b", "y".repeat(60))]);
  const weighing = { ...everything, weigh: (note: string) => note.length * 1000 };
  const limited = (maxNotedBytes: number) => readLayer(bytesOf(tar), "the layer", weighing, createBudget({ maxNotedBytes }));
  expect((await limited(200_000)).seen.size).toBe(2);
  await expect(limited(100_000)).rejects.toMatchObject({
    code: "INPUT_TOO_LARGE",
    message: expect.stringContaining("100000 bytes of names"),
  });
});
