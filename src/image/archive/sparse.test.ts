import { execFileSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, truncateSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { readTar } from "./read-tar.ts";
import { END, inPieces, pax, special, whole, writeExtent } from "./tar.fixture.ts";
import { writeOctal } from "./tar-block.ts";

const folder = mkdtempSync(join(tmpdir(), "seaworthy-sparse-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Holes at the beginning, between and at the end; enough pieces for further blocks of the old map. */
const withHoles = (name: string): Buffer => {
  const handle = openSync(join(folder, name), "w");
  for (let piece = 1; piece <= 40; piece += 1) writeSync(handle, Buffer.alloc(4096, String(piece % 10)), 0, 4096, piece * 65_536);
  closeSync(handle);
  truncateSync(join(folder, name), 50 * 65_536);
  return readFileSync(join(folder, name));
};

const FORMATS = [
  ["--format=gnu"],
  ["--format=posix", "--sparse-version=0.0"],
  ["--format=posix", "--sparse-version=0.1"],
  ["--format=posix", "--sparse-version=1.0"],
];

test.each(FORMATS)("a file with holes as GNU tar writes it: %s %s", async (...flags) => {
  const expected = withHoles("holes");
  writeFileSync(join(folder, "behind"), "behind");
  const tar = execFileSync("tar", ["--sparse", ...flags, "-C", folder, "-cf", "-", "holes", "behind"], { maxBuffer: 1e8 });
  expect(tar.length).toBeLessThan(expected.length / 4);
  const found = [];
  for await (const { header, content } of readTar(inPieces(tar, 7000)))
    found.push({ path: header.path, type: header.type, logicalBytes: header.logicalBytes, content: await whole(content) });
  expect(found.map(({ path, type, logicalBytes }) => [path, type, logicalBytes])).toEqual([
    ["holes", "sparse", expected.length],
    ["behind", "file", undefined],
  ]);
  expect(found[0]?.content.equals(expected)).toBe(true);
});

const old = (...extents: readonly (readonly [number, number])[]): Buffer =>
  Buffer.concat([
    special("S", Buffer.alloc(0), "holes", (block) => {
      block.write("ustar  \0", 257, "latin1");
      extents.forEach(([offset, length], at) => writeExtent(block, 386 + 24 * at, offset, length));
      writeOctal(block, 483, 12, 1000);
      writeOctal(block, 124, 12, 512);
    }),
    Buffer.alloc(512, "s"),
    END,
  ]);
const mapped = (map: string, records: Readonly<Record<string, string>> = {}): Buffer =>
  Buffer.concat([
    pax({ "GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.name": "x", "GNU.sparse.realsize": "1000", ...records }),
    special("0", Buffer.from(map.padEnd(1024, "\0"))),
    END,
  ]);

test.each([
  ["overlap", old([0, 300], [200, 212])],
  ["lie behind the end", old([600, 512])],
  ["are not what is stored", old([0, 100])],
  ["overlap in a map of the newer format", mapped("2\n0\n300\n200\n100\n")],
  ["have no end of their number", mapped("1".repeat(600))],
  ["are too many", mapped("99999999\n0\n1\n")],
  ["end early", mapped("1\n0\n900\n")],
  ["are no numbers", mapped("1\n-5\n3\n")],
  [
    "are no numbers, in a header",
    Buffer.concat([pax({ "GNU.sparse.size": "9", "GNU.sparse.map": "0,x" }), special("0", Buffer.alloc(0)), END]),
  ],
  ["are said for another name outside", mapped("0\n", { "GNU.sparse.name": "../../etc/passwd" })],
])("pieces that %s are refused", async (_, tar) => {
  const read = async (): Promise<void> => {
    for await (const { content } of readTar(inPieces(tar))) await whole(content);
  };
  await expect(read()).rejects.toMatchObject({ code: "INPUT_INVALID" });
});

test("of an endless hole as much is made as is read", async () => {
  const tar = mapped("0\n", { "GNU.sparse.realsize": "999999999999999" });
  for await (const { content } of readTar(inPieces(tar)))
    for await (const chunk of content) {
      expect(chunk.every((byte) => byte === 0)).toBe(true);
      break;
    }
});
