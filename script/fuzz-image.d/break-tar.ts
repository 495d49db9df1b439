import { gzipSync } from "node:zlib";
import { pick, type Random } from "../fuzz.d/mutate.ts";
import type { Breaking } from "./break-bytes.ts";
import { entryOf, nameOf, paxOf, paxRecord, type Piece, withHeader } from "./tar.ts";

/** Where a name that leaves the archive would lead, looked for after each case. */
export const ESCAPED = "seaworthy-fuzz-escaped";

/** A size field, in octal, base-256 or nonsense. */
const SIZES: readonly Buffer[] = [
  ...[
    "00000000001\0",
    "77777777777\0",
    "77777777777 ",
    "-0000000001\0",
    "00000000800\0",
    "            ",
    "0x000000010\0",
    "00000001000\0",
  ].map((text) => Buffer.from(text, "latin1")),
  // 2^63 - 1, -1, -512, 2^53, 2^95 - 1.
  ...[
    "8000000000007fffffffffffffff",
    "ffffffffffffffffffffffff",
    "fffffffffffffffffffffe00",
    "800000000020000000000000",
    "bfffffffffffffffffffffff",
  ].map((hex) => Buffer.from(hex.slice(0, 24), "hex")),
];

const NAMES = (random: Random): string =>
  pick(
    [
      `../${ESCAPED}`,
      `a/../../../../../../../../tmp/${ESCAPED}`,
      `/tmp/${ESCAPED}`,
      `..`,
      `.`,
      `/`,
      ``,
      `./`,
      `a\0b`,
      `${"d/".repeat(100_000)}f`,
      "n".repeat(65_536),
      `${"d/".repeat(300)}f`,
      `${"d/".repeat(200)}f`,
      "manifest.json",
      "index.json",
      "oci-layout",
      ".wh..wh..opq",
      ".wh.",
      "etc/.wh.os-release",
      "etc/os-release",
      ".wh..wh.plnk",
      "var/lib/dpkg/status",
      "lib/apk/db/installed",
      "a\nb\u{1b}[31mred\u{7}",
      "\u{202e}gpj.exe",
      "a\\..\\b",
      "\u{ffff}\u{d7ff}",
      "é".repeat(60),
      "__proto__",
      "constructor",
      "node_modules/__proto__/package.json",
    ],
    random,
  );

const at = (pieces: readonly Piece[], random: Random): number => random(pieces.length + 1);
const inserted = (pieces: readonly Piece[], where: number, more: readonly Piece[]): readonly Piece[] => [
  ...pieces.slice(0, where),
  ...more,
  ...pieces.slice(where),
];
const changed = (pieces: readonly Piece[], random: Random, change: (piece: Piece) => readonly Piece[]): readonly Piece[] => {
  if (pieces.length === 0) return pieces;
  const where = random(pieces.length);
  const piece = pieces[where];
  return piece === undefined ? pieces : [...pieces.slice(0, where), ...change(piece), ...pieces.slice(where + 1)];
};

const some = (random: Random): number => [2, 10, 300, 3000][random(4)] ?? 2;
const link = (name: string, linkName: string, type: string): readonly Piece[] => entryOf({ name, type, linkName, mode: 0o777 });
/** Links in a circle, or a long row of them. */
const links = (random: Random): readonly Piece[] => {
  const [type, count, isRing] = [pick(["1", "2"], random), some(random), random(2) === 0];
  const last = isRing ? "l0" : pick(["etc/passwd", `../../../../tmp/${ESCAPED}`, "/etc/passwd", "l", ""], random);
  return Array.from({ length: count }, (_, nth) => link(`l${nth}`, nth === count - 1 ? last : `l${nth + 1}`, type)).flat();
};

const pax = (random: Random): Piece => {
  const record = pick(
    [
      paxRecord("path", NAMES(random)),
      paxRecord("linkpath", NAMES(random)),
      paxRecord("size", pick(["0", "-1", "1", "9".repeat(15), "9".repeat(30), "1e3", "", "0x10", "8589934592"], random)),
      paxRecord("path", "a", random(2000)),
      paxRecord("path", "a", 0),
      paxRecord("comment", "c".repeat(some(random) * 100), random(1_000_000_000)),
      paxRecord("mtime", pick(["-1", "1e400", "NaN", "9".repeat(400), "1.".padEnd(1000, "9")], random)),
      paxRecord("uid", pick(["-1", "9".repeat(20), "a"], random)),
      paxRecord("SCHILY.xattr.security.capability", Buffer.alloc(some(random), 1)),
      paxRecord("k".repeat(some(random)), "v".repeat(some(random))),
      Buffer.from("no length at all\n"),
      Buffer.from("999999999999999999999 path=a\n"),
      paxRecord("GNU.sparse.major", "1"),
    ],
    random,
  );
  const repeated =
    random(4) === 0 ? Array.from({ length: Math.min(some(random), Math.floor(2_000_000 / record.length) + 1) }, () => record) : [record];
  return paxOf(repeated, random(4) === 0 ? "g" : "x");
};

/** Files with holes, in each of the formats, whose maps lie. */
const sparse = (random: Random): readonly Piece[] => {
  const size = pick(["0", "1", "512", "1073741824", "99999999999999", "999999999999999"], random);
  const map = pick(
    [
      "0,512",
      "0,1,0,1",
      "512,0",
      "1073741312,512",
      "99999999999999,1",
      "-1,5",
      "0",
      Array.from({ length: 3000 }, (_, nth) => `${nth * 1024},0`).join(","),
    ],
    random,
  );
  const name = paxRecord(
    "GNU.sparse.name",
    pick(["etc/os-release", "lib/apk/db/installed", "var/lib/rpm/rpmdb.sqlite", "usr/bin/app", "a.jar"], random),
  );
  const body = Buffer.alloc(512, "P:a\nV:1\n\n");
  if (random(3) === 0) {
    const text = pick(["1\n0\n512\n", "0\n", "100000\n".repeat(200), "9".repeat(17), "3\n0\n1\n5\n1\n9\n1\n", "1\n5\n"], random);
    return [
      paxOf([paxRecord("GNU.sparse.major", "1"), paxRecord("GNU.sparse.minor", "0"), paxRecord("GNU.sparse.realsize", size), name]),
      ...entryOf({ name: "GNUSparseFile.0/x" }, Buffer.concat([Buffer.from(text.padEnd(512, "\0").slice(0, 512)), body])),
    ];
  }
  if (random(2) === 0)
    return [paxOf([paxRecord("GNU.sparse.size", size), paxRecord("GNU.sparse.map", map), name]), ...entryOf({ name: "x" }, body)];
  return entryOf({ name: "lib/apk/db/installed", type: "S" }, body).map((piece) =>
    withHeader(piece, (header) => {
      header.write("ustar  \0", 257, "latin1");
      for (let nth = 0; nth < random(5); nth += 1) {
        header.write(`${(random(2) * 512 * nth).toString(8).padStart(11, "0")}\0`, 386 + 24 * nth, "latin1");
        header.write(`${(random(3) * 256).toString(8).padStart(11, "0")}\0`, 398 + 24 * nth, "latin1");
      }
      header[482] = random(4) === 0 ? 1 : 0;
      pick(SIZES, random).copy(header, 483);
    }),
  );
};

export const ENTRIES: readonly Breaking<readonly Piece[]>[] = [
  [
    "a size that is not so",
    (all, random) => changed(all, random, (piece) => [withHeader(piece, (header) => void pick(SIZES, random).copy(header, 124))]),
  ],
  [
    "a size that is a little wrong",
    (all, random) =>
      changed(all, random, (piece) => [
        withHeader(
          piece,
          (header) =>
            void header.write(
              `${Math.max(0, piece.body.length + random(2000) - 1000)
                .toString(8)
                .padStart(11, "0")}\0`,
              124,
              "latin1",
            ),
        ),
      ]),
  ],
  [
    "a checksum that is wrong",
    (all, random) =>
      changed(all, random, ({ header, body }) => [
        { header: Buffer.concat([header.subarray(0, 148), Buffer.from("0012345\0"), header.subarray(156)]), body },
      ]),
  ],
  [
    "a field of a header",
    (all, random) =>
      changed(all, random, (piece) => [
        withHeader(piece, (header) => {
          const [start, length] = pick(
            [
              [0, 100],
              [100, 8],
              [108, 8],
              [116, 8],
              [124, 12],
              [136, 12],
              [156, 1],
              [157, 100],
              [257, 8],
              [345, 155],
              [482, 30],
            ] as const,
            random,
          );
          for (let byte = 0; byte < length; byte += 1) if (random(3) === 0) header[start + byte] = random(256);
        }),
      ]),
  ],
  [
    "another kind of entry",
    (all, random) =>
      changed(all, random, (piece) => [
        withHeader(piece, (header) => void header.write(pick("01234567SxgLKVMDNA\0".split(""), random), 156, "latin1")),
      ]),
  ],
  ["a hostile name", (all, random) => changed(all, random, (piece) => [...entryOf({ name: NAMES(random), mode: 0o755 }, piece.body)])],
  [
    "a hostile name beside",
    (all, random) =>
      inserted(all, at(all, random), entryOf({ name: NAMES(random), type: pick(["0", "5"], random) }, random(2) === 0 ? "x" : "")),
  ],
  ["a hostile name in pax", (all, random) => inserted(all, at(all, random), [paxOf([paxRecord("path", NAMES(random))])])],
  ["links", (all, random) => inserted(all, at(all, random), links(random))],
  [
    "a file that is a link to itself",
    (all, random) => changed(all, random, (piece) => link(nameOf(piece), nameOf(piece), pick(["1", "2"], random))),
  ],
  [
    "a file that is a link to another",
    (all, random) => changed(all, random, (piece) => link(nameOf(piece), nameOf(pick(all, random)), pick(["1", "2"], random))),
  ],
  ["a pax record that lies", (all, random) => inserted(all, at(all, random), [pax(random)])],
  ["pax records without an entry", (all, random) => [...all, ...Array.from({ length: some(random) }, () => pax(random)).slice(0, 50)]],
  ["a file with holes", (all, random) => inserted(all, at(all, random), sparse(random))],
  ["an entry twice", (all, random) => changed(all, random, (piece) => [piece, piece])],
  [
    "an entry many times",
    (all, random) =>
      changed(all, random, (piece) =>
        Array.from({ length: Math.min(some(random), Math.ceil(4_000_000 / (piece.body.length + 1))) }, () => piece),
      ),
  ],
  ["an entry less", (all, random) => changed(all, random, () => [])],
  ["in another order", (all, random) => all.toSorted(() => random(3) - 1)],
  [
    "whiteouts",
    (all, random) =>
      inserted(
        all,
        at(all, random),
        Array.from({ length: some(random) }, (_, nth) => entryOf({ name: `${random(2) === 0 ? "" : "etc/"}.wh.${nth}` })).flat(),
      ),
  ],
  ["a file under a file", (all, random) => changed(all, random, (piece) => [piece, ...entryOf({ name: `${nameOf(piece)}/below` }, "x")])],
  [
    "an end mark in the middle",
    (all, random) => inserted(all, at(all, random), [{ header: Buffer.alloc(512), body: Buffer.alloc(random(2) * 512) }]),
  ],
  [
    "an archive in it",
    (all, random) =>
      inserted(
        all,
        at(all, random),
        entryOf({ name: pick(["layer.tar", "a/layer.tar", "x.tar.gz", "index.json"], random) }, gzipSync(Buffer.alloc(100_000))),
      ),
  ],
  ["a long name without an entry", (all) => [...all, ...entryOf({ name: "n".repeat(200) }).slice(0, 1)]],
  ["a long name of 64 kB", (all, random) => inserted(all, at(all, random), entryOf({ name: `usr/${"n".repeat(65_536)}` }))],
];
