import { expect, test } from "vitest";
import { clampTarTimes, type NewTarEntry, readTar, tarHeader, type TarLimits, writeTar } from "../index.ts";
import { formatPax, parsePax } from "./pax.ts";
import { BLOCK, decodeBlock, writeChecksum, writeOctal } from "./tar-block.ts";

const whole = async (stream: AsyncIterable<Uint8Array>): Promise<Buffer> => {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
};

/** Odd lengths, so that headers and bodies straddle chunks. */
async function* inPieces(bytes: Uint8Array, length = 313): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length);
}

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

const archive = (entries: readonly NewTarEntry[]): Promise<Buffer> => whole(writeTar(entries));
const END = Buffer.alloc(2 * BLOCK);
const pad = (bytes: Buffer): Buffer => Buffer.concat([bytes, Buffer.alloc(Math.ceil(bytes.length / BLOCK) * BLOCK - bytes.length)]);
/** A header with any flag, before a body. */
const special = (flag: string, body: Buffer, name = "special", change: (block: Buffer) => void = () => undefined): Buffer => {
  const block = Buffer.from(tarHeader({ path: name, body }));
  block.write(flag, 156, "latin1");
  change(block);
  writeChecksum(block);
  return Buffer.concat([block, pad(body)]);
};
const pax = (records: Readonly<Record<string, string>>): Buffer =>
  special("x", formatPax(Object.entries(records).map(([key, value]) => ({ key, value: Buffer.from(value) }))), "PaxHeaders.0/x");

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
});

test("an absolute name is taken as relative, as tar itself does", async () => {
  expect((await read(await archive([{ path: "/etc/./motd/" }])))[0]?.path).toBe("etc/motd");
});

const EPOCH = 1_600_000_000;

test("clamping leaves an archive without late times exactly as it is, trailing bytes too", async () => {
  const bytes = Buffer.concat([
    await archive([
      { path: "usr/file", body: Buffer.from("hello"), mtimeSeconds: EPOCH },
      { path: "x".repeat(150), mtimeSeconds: 5 },
    ]),
    Buffer.alloc(10_240),
  ]);
  expect((await whole(clampTarTimes(inPieces(bytes), EPOCH))).equals(bytes)).toBe(true);
});

test("clamping changes late mtimes in headers and nothing else", async () => {
  const entries = (mtimeSeconds: number): NewTarEntry[] => [
    { path: "early", mtimeSeconds: 1, body: Buffer.from("1") },
    { path: "late", mtimeSeconds, body: Buffer.alloc(3000, "z") },
    { path: "dir", type: "directory", mtimeSeconds },
  ];
  const clamped = await whole(clampTarTimes(inPieces(await archive(entries(EPOCH + 77))), EPOCH));
  expect(clamped.equals(await archive(entries(EPOCH)))).toBe(true);
});

test("clamping changes mtime, atime and ctime of pax records, also where the record gets shorter", async () => {
  const make = (time: string): Buffer =>
    Buffer.concat([
      pax({ path: "named", mtime: time, atime: time, ctime: time, "SCHILY.xattr.user.mtime": "1700000000.5" }),
      tarHeader({ path: "x", body: Buffer.from("abc"), mtimeSeconds: 1 }),
      pad(Buffer.from("abc")),
      END,
    ]);
  const clamped = await whole(clampTarTimes(inPieces(make("1700000000.123456789")), EPOCH));
  expect(clamped.equals(make(String(EPOCH)))).toBe(true);
  expect(await read(clamped)).toEqual([{ path: "named", type: "file", link: undefined, mtime: EPOCH, text: "abc" }]);
});

test("clamping does not touch a pax time before the epoch, fraction and all", async () => {
  const bytes = Buffer.concat([pax({ mtime: "1599999999.999" }), tarHeader({ path: "x" }), END]);
  expect((await whole(clampTarTimes(inPieces(bytes), EPOCH))).equals(bytes)).toBe(true);
});

test("clamping changes atime and ctime of GNU headers", async () => {
  const make = (time: number): Buffer =>
    Buffer.concat([
      special("0", Buffer.alloc(0), "x", (block) => {
        block.write("ustar  \0", 257, "latin1");
        writeOctal(block, 345, 12, time);
        writeOctal(block, 357, 12, time);
      }),
      END,
    ]);
  expect((await whole(clampTarTimes(inPieces(make(EPOCH + 1)), EPOCH))).equals(make(EPOCH))).toBe(true);
});

test("a clamped header's checksum is right, and pax sizes move the body", async () => {
  const bytes = Buffer.concat([
    pax({ size: "700", mtime: "1900000000" }),
    special("0", Buffer.alloc(700, "b"), "big", (block) => writeOctal(block, 124, 12, 0)),
    tarHeader({ path: "next", mtimeSeconds: EPOCH + 9 }),
    END,
  ]);
  const clamped = await whole(clampTarTimes(inPieces(bytes), EPOCH));
  expect((await read(clamped)).map(({ path, mtime, text }) => [path, mtime, text.length])).toEqual([
    ["big", EPOCH, 700],
    ["next", EPOCH, 0],
  ]);
  expect(decodeBlock(Buffer.from(clamped.subarray(-3 * BLOCK, -2 * BLOCK))).mtime).toBe(EPOCH);
});

test("clamping refuses what is no tar and a time that is none", async () => {
  await expect(whole(clampTarTimes(inPieces(Buffer.alloc(600, "x")), EPOCH))).rejects.toMatchObject({ code: "INPUT_INVALID" });
  await expect(whole(clampTarTimes(inPieces(END), 1.5))).rejects.toMatchObject({ code: "INPUT_INVALID" });
});

test("pax records around the lengths where the length itself grows a digit", () => {
  for (let size = 1; size < 1100; size += 1) {
    const [record] = parsePax(formatPax([{ key: "k", value: Buffer.alloc(size, "v") }]));
    expect(record?.value.length).toBe(size);
  }
});
