import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { rpm } from "../catalogers/rpm.ts";
import { berkeleyBlobs } from "./berkeley.ts";
import { readHeader } from "./header.ts";
import { ndbBlobs } from "./ndb.ts";

/** A header of strings and of lists of them; numbers are int32. */
const header = (fields: Readonly<Record<number, string | readonly string[] | readonly number[]>>): Buffer => {
  const data: Buffer[] = [];
  const index: Buffer[] = [];
  let offset = 0;
  for (const [tag, value] of Object.entries(fields)) {
    const list = typeof value === "string" ? [value] : value;
    const numbers = typeof list[0] === "number";
    const bytes = Buffer.concat(
      list.map((one) => {
        if (typeof one === "string") return Buffer.from(`${one}\0`);
        const number = Buffer.alloc(4);
        number.writeInt32BE(one);
        return number;
      }),
    );
    const entry = Buffer.alloc(16);
    [Number(tag), numbers ? 4 : typeof value === "string" ? 6 : 8, offset, list.length].forEach((one, at) =>
      entry.writeUInt32BE(one, at * 4),
    );
    index.push(entry);
    data.push(bytes);
    offset += bytes.length;
  }
  const intro = Buffer.alloc(8);
  intro.writeUInt32BE(index.length, 0);
  intro.writeUInt32BE(offset, 4);
  return Buffer.concat([intro, ...index, ...data]);
};

const BASH = {
  1000: "bash",
  1001: "5.1.8",
  1002: "6.el9",
  1014: "GPLv3+",
  1022: "x86_64",
  1044: "bash-5.1.8-6.el9.src.rpm",
  1116: [0, 1],
  1117: ["bash", "bash.mo"],
  1118: ["/usr/bin/", "/usr/share/locale/"],
};

describe("a header", () => {
  test("tells of the module that brought it, by name and stream", () => {
    expect(readHeader(header({ ...BASH, 5096: "nodejs:18:8090020231019:rhel8" }))?.package.module).toBe("nodejs:18");
    expect(readHeader(header({ ...BASH, 5096: "(none)" }))?.package.module).toBeUndefined();
  });
  test("tells of the package, its source and its files", () => {
    expect(readHeader(header(BASH))).toEqual({
      package: {
        type: "rpm",
        name: "bash",
        version: "5.1.8-6.el9",
        source: { name: "bash", version: "5.1.8-6.el9" },
        arch: "x86_64",
        licenses: ["GPLv3+"],
      },
      files: ["usr/bin/bash", "usr/share/locale/bash.mo"],
    });
  });
  test("an epoch stands in front of the version, and 0 is none", () => {
    expect(readHeader(header({ ...BASH, 1003: [2] }))?.package.version).toBe("2:5.1.8-6.el9");
    expect(readHeader(header({ ...BASH, 1003: [0] }))?.package.version).toBe("5.1.8-6.el9");
  });
  test("keys are no packages", () => {
    expect(readHeader(header({ ...BASH, 1000: "gpg-pubkey" }))).toBeUndefined();
  });
  test("damage is no package, and never more than that", () => {
    const whole = header(BASH);
    for (let length = 0; length < whole.length; length += 1) expect(() => readHeader(whole.subarray(0, length))).not.toThrow();
    for (let at = 0; at < whole.length; at += 1) {
      const damaged = Buffer.from(whole);
      damaged[at] = 0xff;
      expect(() => readHeader(damaged)).not.toThrow();
    }
  });
});

test("a database in SQLite's form is read, and nothing of it is left over", () => {
  const folder = mkdtempSync(join(tmpdir(), "seaworthy-rpm-test-"));
  try {
    const path = join(folder, "rpmdb.sqlite");
    const database = new DatabaseSync(path);
    database.exec("CREATE TABLE Packages (hnum INTEGER PRIMARY KEY, blob BLOB)");
    database.prepare("INSERT INTO Packages (blob) VALUES (?)").run(header(BASH));
    database.close();
    expect(rpm.read(readFileSync(path), path)?.packages.map(({ name }) => name)).toEqual(["bash"]);
    expect(rpm.read(readFileSync(path).subarray(0, 5000), path)?.packages ?? []).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

describe("databases that stand for more than they are", () => {
  const databaseOf = (sql: string, blob?: Buffer): Buffer => {
    const folder = mkdtempSync(join(tmpdir(), "seaworthy-rpm-test-"));
    try {
      const path = join(folder, "rpmdb.sqlite");
      const database = new DatabaseSync(path);
      database.exec(sql);
      if (blob !== undefined) database.prepare("INSERT INTO Packages (hnum, blob) VALUES (1, ?)").run(blob);
      database.close();
      return readFileSync(path);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  };
  const rpmOf = (content: Buffer) => rpm.read(content, "var/lib/rpm/rpmdb.sqlite");
  test.each([
    [
      "a view without an end",
      "CREATE VIEW Packages AS WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT zeroblob(1000000) AS blob FROM c",
    ],
    [
      "a column that is computed",
      "CREATE TABLE Packages (hnum INTEGER PRIMARY KEY, blob AS (zeroblob(900000000 + hnum))); INSERT INTO Packages (hnum) VALUES (1), (2), (3), (4), (5)",
    ],
    ["a virtual table", "CREATE VIRTUAL TABLE Packages USING fts5(blob)"],
  ])("%s in SQLite's form is none", (_, sql) => {
    expect(rpmOf(databaseOf(sql))).toBeUndefined();
  });
  test("any byte of SQLite's form another", { timeout: 60_000 }, () => {
    const whole = databaseOf("CREATE TABLE Packages (hnum INTEGER PRIMARY KEY, blob BLOB)", header(BASH));
    for (let at = 0; at < whole.length; at += at < 200 ? 1 : 97) {
      const other = Buffer.from(whole);
      other[at] = (other[at] ?? 0) ^ 0xff;
      expect(() => rpmOf(other)).not.toThrow();
    }
  });
  test("a folder's name of a megabyte with a hundred thousand files in it: not all are kept, and that is said", () => {
    const large = header({
      ...BASH,
      1116: Array.from({ length: 100_000 }, () => 0),
      1117: Array.from({ length: 100_000 }, () => "x"),
      1118: [`/${"f".repeat(1_000_000)}/`],
    });
    const found = rpmOf(databaseOf("CREATE TABLE Packages (hnum INTEGER PRIMARY KEY, blob BLOB)", large));
    expect(found?.owns?.get("bash")?.length).toBeLessThan(100);
    expect(found?.unseen).toMatch(/longer than is read/);
  });
  test("a hundred thousand slots that lead to the same bytes", () => {
    const blob = header(BASH);
    const content = Buffer.alloc(4096 * 500 + 16 + blob.length);
    content.writeUInt32LE(0x506d7052, 0);
    content.writeUInt32LE(500, 12);
    for (let at = 32; at < 4096 * 500; at += 16) {
      content.writeUInt32LE(0x746f6c53, at);
      content.writeUInt32LE(1, at + 4);
      content.writeUInt32LE((4096 * 500) / 16, at + 8);
    }
    content.writeUInt32LE(0x53626c42, 4096 * 500);
    content.writeUInt32LE(blob.length, 4096 * 500 + 12);
    blob.copy(content, 4096 * 500 + 16);
    expect(rpm.read(content, "var/lib/rpm/Packages.db")?.unseen).toMatch(/more than 100000 packages/);
  });
});

describe("databases that are none", () => {
  const chain = Buffer.alloc(512 * 4);
  chain.writeUInt32LE(0x061561, 12);
  chain.writeUInt32LE(512, 20);
  // A page whose value lies on page 2, which goes on on itself.
  chain[512 + 25] = 13;
  chain.writeUInt16LE(2, 512 + 20);
  chain.writeUInt16LE(100, 512 + 26 + 2);
  chain[512 + 100] = 3;
  chain.writeUInt32LE(2, 512 + 100 + 4);
  chain.writeUInt32LE(1000, 512 + 100 + 8);
  chain[1024 + 25] = 7;
  chain.writeUInt32LE(2, 1024 + 16);
  test("a chain of pages that goes round ends", () => {
    expect(berkeleyBlobs(chain)).toEqual([]);
  });
  test.each([Buffer.alloc(0), Buffer.alloc(10_000), Buffer.alloc(10_000, 0xff), Buffer.from("SQLite format 3\0nonsense")])(
    "%#",
    (content) => {
      expect(rpm.read(content, "var/lib/rpm/Packages")).toBeUndefined();
      expect(ndbBlobs(content)).toBeUndefined();
    },
  );
});

const FIXTURES = join(import.meta.dirname, "../../../../shared/scan/fixtures/rpmdb");

describe.skipIf(!existsSync(FIXTURES))("databases as librpm and others read them (needs ../shared/scan)", () => {
  const packagesOf = (file: string): readonly string[] =>
    (rpm.read(gunzipSync(readFileSync(join(FIXTURES, file))), file)?.packages ?? [])
      .map(({ name, version, arch }) => `${name} ${version} ${arch}`)
      .toSorted();
  test.each(["cbl-mariner-2.0.rpmdb.sqlite", "libuuid.Packages.bdb"])("%s", (file) => {
    const expected = readFileSync(join(FIXTURES, `${file}.expected.tsv`), "utf8")
      .trim()
      .split("\n")
      .map((line) => {
        const [epoch, name, version, release, arch] = line.split("\t");
        return `${name} ${epoch === "0" || epoch === "(none)" ? "" : `${epoch}:`}${version}-${release} ${arch}`;
      });
    expect(packagesOf(`${file}.gz`)).toEqual(expected.toSorted());
  });
  test("sle15-bci.Packages.db.ndb", () => {
    interface Listed {
      readonly epoch: number | null;
      readonly name: string;
      readonly version: string;
      readonly release: string;
      readonly arch: string;
    }
    const all = JSON.parse(gunzipSync(readFileSync(join(FIXTURES, "expected.json.gz"))).toString("utf8")) as Readonly<
      Record<string, readonly Listed[]>
    >;
    const expected = (all["SLE15WithNDB"] ?? [])
      .filter(({ name }) => name !== "gpg-pubkey")
      .map(
        ({ epoch, name, version, release, arch }) =>
          `${name} ${epoch === null || epoch === 0 ? "" : `${epoch}:`}${version}-${release} ${arch}`,
      );
    expect(packagesOf("sle15-bci.Packages.db.ndb.gz")).toEqual(expected.toSorted());
  });
});
