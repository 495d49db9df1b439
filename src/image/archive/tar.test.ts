import { expect, test } from "vitest";
import { formatPax, parsePax } from "./pax.ts";
import { readTar, type TarLimits } from "./read-tar.ts";
import { archive, END, inPieces, pad, pax, special, whole, writeExtent } from "./tar.fixture.ts";
import { BLOCK, writeOctal } from "./tar-block.ts";
import { tarHeader } from "./write-tar.ts";

const read = async (
  bytes: Uint8Array,
  limits?: TarLimits,
): Promise<{ path: string; type: string; link: string | undefined; mtime: number; text: string }[]> => {
  const found = [];
  for await (const { header, body } of readTar(inPieces(bytes), limits))
    found.push({
      path: header.path,
      type: header.type,
      link: header.linkPath,
      mtime: header.mtimeSeconds,
      text: (await whole(body)).toString(),
    });
  return found;
};

test("what was written is read: files, folders, links, long and non-ASCII names", async () => {
  const long = `${"deep/".repeat(40)}ünïcode`;
  const bytes = await archive([
    { path: "usr", type: "directory" },
    { path: "usr/file", body: Buffer.from("hello"), mtimeSeconds: 12 },
    { path: long, body: Buffer.alloc(1024, "x") },
    { path: "link", type: "symlink", linkPath: "../../etc/passwd" },
    { path: "hard", type: "hardlink", linkPath: "usr/file" },
  ]);
  expect(await read(bytes)).toEqual([
    { path: "usr", type: "directory", link: undefined, mtime: 0, text: "" },
    { path: "usr/file", type: "file", link: undefined, mtime: 12, text: "hello" },
    { path: long, type: "file", link: undefined, mtime: 0, text: "x".repeat(1024) },
    { path: "link", type: "symlink", link: "../../etc/passwd", mtime: 0, text: "" },
    { path: "hard", type: "hardlink", link: "usr/file", mtime: 0, text: "" },
  ]);
});

test("a body that nobody reads is skipped", async () => {
  const bytes = await archive([
    { path: "a", body: Buffer.alloc(100_000, 1) },
    { path: "b", body: Buffer.from("b") },
  ]);
  const paths = [];
  for await (const { header } of readTar(inPieces(bytes))) paths.push(header.path);
  expect(paths).toEqual(["a", "b"]);
});

test("GNU long names and pax sizes are honoured", async () => {
  const name = "n".repeat(300);
  const gnu = Buffer.concat([
    special("L", Buffer.from(`${name}\0`)),
    tarHeader({ path: "short", body: Buffer.from("1") }),
    pad(Buffer.from("1")),
  ]);
  const sized = Buffer.concat([pax({ size: "3" }), special("0", Buffer.from("abc"), "f", (block) => writeOctal(block, 124, 12, 0))]);
  expect((await read(Buffer.concat([gnu, sized, END]))).map(({ path, text }) => [path, text])).toEqual([
    [name, "1"],
    ["f", "abc"],
  ]);
});

test("sizes and times in base-256, ustar's prefix and old GNU sparse files are read", async () => {
  const binary = special("0", Buffer.from("abc"), "b", (block) => {
    block.fill(0, 124, 148);
    block.writeUInt8(0x80, 124);
    block.writeUInt8(3, 135);
    block.fill(0xff, 136, 148);
  });
  const prefixed = special("0", Buffer.alloc(0), "name", (block) => block.write("some/folder", 345, "latin1"));
  const sparse = special("S", Buffer.alloc(0), "holes", (block) => {
    block.write("ustar  \0", 257, "latin1");
    writeOctal(block, 124, 12, 600);
    writeExtent(block, 386, 0, 600);
    writeOctal(block, 483, 12, 700);
    block[482] = 1;
  });
  const map = Buffer.concat([Buffer.alloc(BLOCK).fill(1, 504, 505), Buffer.alloc(BLOCK)]);
  const bytes = Buffer.concat([binary, prefixed, sparse, map, pad(Buffer.alloc(600, "s")), tarHeader({ path: "behind" }), END]);
  expect((await read(bytes)).map(({ path, type, mtime, text }) => [path, type, mtime, text.length])).toEqual([
    ["b", "file", -1, 3],
    ["some/folder/name", "file", 0, 0],
    ["holes", "sparse", 0, 600],
    ["behind", "file", 0, 0],
  ]);
});

const hostile: readonly (readonly [string, Buffer])[] = [
  ["a name with ..", Buffer.concat([tarHeader({ path: "a/../../etc/passwd" }), END])],
  ["a pax name with ..", Buffer.concat([pax({ path: "../x" }), tarHeader({ path: "x" }), END])],
  ["a hard link to the outside", Buffer.concat([tarHeader({ path: "x", type: "hardlink", linkPath: "../../etc/shadow" }), END])],
  ["a NUL in a pax name", Buffer.concat([pax({ path: "a\0b" }), tarHeader({ path: "x" }), END])],
  ["a name beyond PATH_MAX", Buffer.concat([pax({ path: "x/".repeat(3000) }), tarHeader({ path: "x" }), END])],
  ["a wrong checksum", Buffer.concat([tarHeader({ path: "x" }).fill("7", 148, 154), END])],
  ["a negative size", Buffer.concat([special("0", Buffer.alloc(0), "x", (block) => block.fill(0xff, 124, 136)), END])],
  [
    "a size of 2^90",
    Buffer.concat([
      special("0", Buffer.alloc(0), "x", (block) => block.fill(0, 124, 136).writeUInt8(0x80, 124) && block.writeUInt8(0x04, 125)),
      END,
    ]),
  ],
  ["a size that is no number", Buffer.concat([special("0", Buffer.alloc(0), "x", (block) => block.write("999999999999", 124)), END])],
  ["a pax record that is cut off", Buffer.concat([special("x", Buffer.from("99 path=a\n")), tarHeader({ path: "x" }), END])],
  ["a pax record without a length", Buffer.concat([special("x", Buffer.from("path=a\n")), tarHeader({ path: "x" }), END])],
  ["a global path", Buffer.concat([special("g", formatPax([{ key: "path", value: Buffer.from("x") }])), tarHeader({ path: "y" }), END])],
  ["a body that ends early", tarHeader({ path: "x", body: Buffer.alloc(5000) })],
  ["half a header", tarHeader({ path: "x" }).subarray(0, 300)],
  ["entries behind the end mark", Buffer.concat([Buffer.alloc(BLOCK), tarHeader({ path: "x" }), END])],
  ["two extended headers of one entry", Buffer.concat([pax({ path: "a" }), pax({ path: "b" }), tarHeader({ path: "x" }), END])],
  ["a long name that is cut off", special("L", Buffer.alloc(300, "n")).subarray(0, BLOCK + 200)],
  ["a long name beyond PATH_MAX", Buffer.concat([special("L", Buffer.alloc(5000, "n")), tarHeader({ path: "x" }), END])],
  ["a pax header of 2 MiB", Buffer.concat([special("x", Buffer.alloc(2 * 1024 * 1024, "x")), END])],
];
test.each(hostile)("refuses %s", async (_name, bytes) => {
  await expect(read(bytes)).rejects.toMatchObject({ code: "INPUT_INVALID" });
});

test("limits on entries and bytes", async () => {
  const bytes = await archive([
    { path: "a", body: Buffer.alloc(600) },
    { path: "b", body: Buffer.alloc(600) },
  ]);
  await expect(read(bytes, { maxEntries: 1 })).rejects.toMatchObject({ code: "INPUT_TOO_LARGE" });
  await expect(read(bytes, { maxBytes: 1000 })).rejects.toMatchObject({ code: "INPUT_TOO_LARGE" });
  const trailed = Buffer.concat([bytes, Buffer.alloc(5000)]);
  expect(await read(trailed, { maxBytes: 6200 })).toHaveLength(2);
  await expect(read(trailed, { maxBytes: 6000 })).rejects.toMatchObject({ code: "INPUT_TOO_LARGE" });
});

test("an absolute name is taken as relative, as tar itself does", async () => {
  expect((await read(await archive([{ path: "/etc/./motd/" }])))[0]?.path).toBe("etc/motd");
});

test("pax records around the lengths where the length itself grows a digit", () => {
  for (let size = 1; size < 1100; size += 1) {
    const [record] = parsePax(formatPax([{ key: "k", value: Buffer.alloc(size, "v") }]));
    expect(record?.value.length).toBe(size);
  }
});
