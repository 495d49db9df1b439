import { randomBytes } from "node:crypto";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { crc32, deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import { BLOCK, entry, gzipped, header, manyEntries, numberedEntries, type Put, writeArchive } from "./archive.ts";

type Writing = (path: string, scratch: string) => void;

/** An image that is made to hurt. */
export interface Subject {
  readonly what: string;
  /** Makes what is in it, and writes the archive. `scratch` is a folder for a moment. */
  readonly write: () => Writing;
  /** Of seaworthy, before the image. Default: sbom --json --no-cache. */
  readonly command?: readonly string[];
  /** Where it is to be refused: what the error says. Otherwise it is read, which may mean that what was left out is said. */
  readonly refused?: RegExp;
}

const MILLION = 1_000_000;
const MIB = 1024 * 1024;
const of =
  (...layers: readonly ((put: Put) => void)[]): Writing =>
  (path) =>
    writeArchive(path, layers);
const FILE = "srv/data/folder/file-########";
const repeated =
  (bytes: Buffer, times: number): ((put: Put) => void) =>
  (put) => {
    const many = Math.max(1, Math.min(times, Math.floor(MIB / bytes.length)));
    const batch = Buffer.concat(Array.from({ length: many }, () => bytes));
    for (let left = times; left > 0; left -= many) put(left >= many ? batch : batch.subarray(0, left * bytes.length));
  };
const inOrder =
  (...parts: readonly ((put: Put) => void)[]): ((put: Put) => void) =>
  (put) => {
    for (const part of parts) part(put);
  };
const bytes =
  (content: Buffer): ((put: Put) => void) =>
  (put) =>
    put(content);

/** A frame of zstd whose blocks are one byte, so often (RFC 8878, 3.1.1.2). */
const zstdZeros = (gib: number): ((put: Put) => void) =>
  inOrder(
    // No checksum, a window of 8 MiB.
    bytes(Buffer.from("28b52ffd0068", "hex")),
    repeated(Buffer.from([0x02, 0x00, 0x10, 0x00]), gib * 8192),
    bytes(Buffer.from([0x03, 0x00, 0x10, 0x00])),
  );

/** A file of a layer that takes the whole of its bytes. */
const one = (name: string, content: Buffer | string): ((put: Put) => void) =>
  bytes(Buffer.concat([entry(name, content), Buffer.alloc(2 * BLOCK)]));

const zip = (files: readonly (readonly [name: string, content: Buffer])[]): { readonly local: Buffer; readonly directory: Buffer } => {
  const [local, central]: [Buffer[], Buffer[]] = [[], []];
  let offset = 0;
  for (const [name, content] of files) {
    const packed = deflateRawSync(content, { level: 9 });
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt16LE(8, 4);
    fields.writeUInt32LE(crc32(content), 10);
    fields.writeUInt32LE(packed.length, 14);
    fields.writeUInt32LE(content.length, 18);
    fields.writeUInt16LE(name.length, 22);
    const head = Buffer.concat([Buffer.from("PK\x03\x04", "latin1"), fields, Buffer.from(name)]);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(offset, 10);
    local.push(head, packed);
    central.push(Buffer.concat([Buffer.from("PK\x01\x02\x14\x00", "latin1"), fields, rest, Buffer.from(name)]));
    offset += head.length + packed.length;
  }
  return { local: Buffer.concat(local), directory: Buffer.concat(central) };
};

const jar = (files: readonly (readonly [name: string, content: Buffer])[], times = 1): Buffer => {
  const { local, directory } = zip(files);
  const all = Buffer.concat(Array.from({ length: times }, () => directory));
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06", 0, "latin1");
  end.writeUInt16LE(files.length * times, 8);
  end.writeUInt16LE(files.length * times, 10);
  end.writeUInt32LE(all.length, 12);
  end.writeUInt32LE(local.length, 16);
  return Buffer.concat([local, all, end]);
};

/** Each holds the next, and all of them are as large as one that is looked into may be. */
const jarInJar = (): Buffer => {
  let inner = jar([["a/zeros.jar", Buffer.alloc(127 * MIB)]]);
  for (let depth = 0; depth < 3; depth += 1)
    inner = jar([["lib/inner.jar", Buffer.concat([Buffer.alloc(125 * MIB - inner.length), inner])]]);
  return inner;
};

/** What cargo-auditable writes into a program. */
const crates = (list: Buffer): Buffer =>
  Buffer.concat([Buffer.from("7f454c4602010100", "hex"), Buffer.alloc(120), deflateSync(list), Buffer.alloc(600_000)]);

/** As long as a list may be. It begins as usual ones do: what is all the same is not taken for one. */
const edges = (): Buffer => {
  const crate = (name: string, needs: string): string => `{"name":"${name}","version":"1.0.0","dependencies":[${needs}0]}`;
  const usual = Array.from({ length: 50 }, () => crate(randomBytes(50).toString("hex"), ""));
  return Buffer.from(
    `{"packages":[${[...usual, ...Array.from({ length: 1500 }, (_, at) => crate(`c${at}`, "0,".repeat(10_000)))].join(",")}]}`,
  );
};

/** A database of rpm whose inner page leads to one leaf again and again. */
const rpmCircle = (scratch: string): Buffer => {
  const path = join(scratch, "rpmdb.sqlite");
  const database = new DatabaseSync(path);
  database.exec("PRAGMA page_size = 4096; CREATE TABLE Packages (hnum INTEGER PRIMARY KEY AUTOINCREMENT, blob BLOB NOT NULL); BEGIN");
  const insert = database.prepare("INSERT INTO Packages (blob) VALUES (?)");
  for (let row = 0; row < 3000; row += 1) insert.run(Buffer.alloc(1000, row & 255));
  database.exec("COMMIT");
  const root = Number(database.prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'Packages'").get()?.["rootpage"]);
  database.close();
  const content = readFileSync(path);
  rmSync(path);
  const page = (root - 1) * 4096;
  const cells = content.readUInt16BE(page + 3);
  const leaf = content.readUInt32BE(page + content.readUInt16BE(page + 12));
  for (let cell = 0; cell < cells; cell += 1)
    content.writeUInt32BE(cell % 2 === 0 ? leaf : root, page + content.readUInt16BE(page + 12 + 2 * cell));
  return content;
};

const installed = (nth: number, depth: number): Buffer => {
  const folders = Array.from({ length: depth }, (_, at) => `${(nth * 31 + at).toString(36)}${"x".repeat(at === 0 ? 0 : 8)}`).join("/");
  return entry(`srv/${nth}/${folders}/node_modules/p${nth}/package.json`, `{"name":"p${nth}","version":"1.0.0"}`);
};
const longNamed = (nth: number): Buffer =>
  entry(`srv/${"n".repeat(3900)}/${nth}/node_modules/p/package.json`, `{"name":"p${nth}","version":"1.0.0"}`);

/** A size that octal digits do not hold, in GNU's base-256. */
const hugeHeader = (name: string, sizeBytes: number): Buffer => {
  const block = header(name, 0);
  block.writeUInt32BE(0x8000_0000, 124);
  block.writeBigUInt64BE(BigInt(sizeBytes), 128);
  block.write("        ", 148, "latin1");
  let sum = 0;
  for (const byte of block) sum += byte;
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
  return block;
};

const FILES = /more than 2000000 files/;
const WEIGHT = /bytes of names, packages and links to remember/;
const BOMB = /200 times its size: a bomb/;

export const SUBJECTS: readonly Subject[] = [
  { what: "10,000,000 files, plain", write: () => of(numberedEntries(10 * MILLION, FILE)), refused: FILES },
  { what: "10,000,000 files, gzip", write: () => of(gzipped(numberedEntries(10 * MILLION, FILE))), refused: FILES },
  { what: "1,900,000 files, gzip", write: () => of(gzipped(numberedEntries(1.9 * MILLION, FILE))) },
  {
    what: "10,000,000 whiteouts, gzip",
    write: () => of(gzipped(numberedEntries(10 * MILLION, "srv/.wh.########"))),
    refused: FILES,
  },
  {
    what: "10,000,000 files, no image, archive in gzip",
    write: () => (path) => {
      const parts: Buffer[] = [];
      gzipped(numberedEntries(10 * MILLION, FILE))((part) => void parts.push(part));
      writeFileSync(path, Buffer.concat(parts));
    },
    refused: /more than 2000000 entries/,
  },
  { what: "a chain of 1,000,000 symbolic links", write: () => of(manyEntries(MILLION, (nth) => header(`l${nth}`, 0, "2", `l${nth + 1}`))) },
  { what: "a chain of 1,000,000 hard links", write: () => of(manyEntries(MILLION, (nth) => header(`l${nth + 1}`, 0, "1", `l${nth}`))) },
  { what: "100 GB of zeros in a layer, gzip", write: () => of(repeated(gzipSync(Buffer.alloc(100_000_000)), 1000)), refused: BOMB },
  {
    what: "100 GB of zeros as the archive, gzip",
    write: () => (path) => {
      const part = gzipSync(Buffer.alloc(100_000_000));
      writeFileSync(path, Buffer.concat(Array.from({ length: 1000 }, () => part)));
    },
    refused: BOMB,
  },
  { what: "100 GB of zeros in a layer, zstd", write: () => of(zstdZeros(100)), refused: BOMB },
  {
    what: "a zstd window of 2 GiB",
    write: () =>
      of(
        inOrder(
          bytes(Buffer.from("28b52ffd00a8", "hex")),
          repeated(Buffer.from([0x02, 0x00, 0x10, 0x00]), 1000),
          bytes(Buffer.from([0x03, 0x00, 0x10, 0x00])),
        ),
      ),
    refused: /zstd data are damaged/,
  },
  {
    what: "a file of 90 GiB at 190 times its size, gzip",
    write: () =>
      of(
        inOrder(
          bytes(gzipSync(hugeHeader("data", 90 * 1024 * MIB))),
          repeated(gzipSync(Buffer.concat([Buffer.alloc(MIB - 4400), randomBytes(4400)]), { level: 1 }), 90 * 1024),
        ),
      ),
    refused: /more than 68719476736 bytes/,
  },
  {
    what: "5,000 jars of 100 MB in a jar of 0.4 MB",
    write: () => of(one("opt/bomb.jar", jar([["a.jar", Buffer.alloc(100 * MIB)]], 5000))),
  },
  { what: "jars of 125 MiB, four deep", write: () => of(one("opt/deep.jar", jarInJar())) },
  {
    what: "a list of crates that unpacks to 1 GB",
    write: () => of(one("usr/bin/app", crates(Buffer.alloc(1000 * MIB, '{"packages":[                  ')))),
  },
  {
    what: "15,000,000 edges between crates",
    write: () => of(one("usr/bin/app", crates(edges()))),
  },
  {
    what: "pages of an rpm database in a circle",
    write: () => (path, scratch) => writeArchive(path, [one("var/lib/rpm/rpmdb.sqlite", rpmCircle(scratch))]),
  },
  {
    what: "a manifest.json of 1 GB",
    write: () => (path) =>
      writeFileSync(path, Buffer.concat([header("manifest.json", 1000 * MIB), Buffer.alloc(1000 * MIB, "["), Buffer.alloc(2 * BLOCK)])),
    refused: /larger than the 4194304 bytes that are read/,
  },
  {
    what: "150,000 packages of npm, as SPDX",
    command: ["sbom", "--format", "spdx", "--no-cache"],
    write: () => of(gzipped(manyEntries(150_000, (nth) => installed(nth, 0)))),
  },
  { what: "590,000 packages with names of 4 kB", write: () => of(gzipped(manyEntries(590_000, longNamed))), refused: WEIGHT },
  {
    what: "250 databases of 100,000 packages",
    write: () => of(gzipped(manyEntries(250, (nth) => entry(`srv/${nth}/lib/apk/db/installed`, "P:a\nV:1\n\n".repeat(100_000))))),
    refused: WEIGHT,
  },
  {
    what: "150 databases that own files in a folder of 1 MB",
    write: () =>
      of(
        gzipped(
          manyEntries(150, (nth) =>
            entry(`srv/${nth}/lib/apk/db/installed`, `P:a\nV:1\nF:${"f".repeat(MIB)}\n${"R:x\n".repeat(100_000)}\n`),
          ),
        ),
      ),
    refused: WEIGHT,
  },
  {
    what: "200,000 files 250 folders deep, as a tree",
    command: ["image", "tree", "--json"],
    write: () => of(gzipped(manyEntries(200_000, (nth) => entry(`${nth}/${"d/".repeat(250)}f`)))),
    refused: /more than 600000 folders|bytes of names/,
  },
  {
    what: "500 layers, each with 100 packages 100 folders deep",
    write: () => of(...Array.from({ length: 500 }, (_, layer) => gzipped(manyEntries(100, (nth) => installed(layer * 1000 + nth, 100))))),
  },
  {
    what: "a package with a name of 1 MB among 60,000, as a table",
    command: ["sbom", "--no-cache"],
    write: () =>
      of(
        one(
          "lib/apk/db/installed",
          `P:${"n".repeat(MILLION)}\nV:1\n\n${Array.from({ length: 60_000 }, (_, at) => `P:p${at}\nV:1.0\n\n`).join("")}`,
        ),
      ),
  },
  {
    what: "290,000 files with names of 800 bytes, listed",
    command: ["image", "ls", "--json"],
    write: () => of(gzipped(manyEntries(290_000, (nth) => entry(`"${"\\".repeat(780)}/${nth}`)))),
    refused: WEIGHT,
  },
];
