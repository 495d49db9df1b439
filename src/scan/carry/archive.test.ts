import { createReadStream, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { zstdCompressSync } from "node:zlib";
import { beforeEach, describe, expect, test } from "vitest";
import { fakeClock, SeaworthyError } from "../../core/index.ts";
import { type NewTarEntry, readTar, writeTar } from "../../image/index.ts";
import { buildDatabase } from "../database/build.ts";
import { sha256Of } from "../database/digest.ts";
import { type Manifest, readManifest } from "../database/manifest.ts";
import { openMatcher } from "../match.ts";
import { exportDatabase, importDatabase } from "./archive.ts";

const NOW = Date.UTC(2026, 10, 21);
let root: string;
const at = (...path: readonly string[]): string => join(root, ...path);

const record = (id: string, name: string, fixed: string) => ({
  where: id,
  text: JSON.stringify({
    id,
    modified: "2026-11-01T00:00:00Z",
    aliases: ["CVE-2026-0001"],
    severity: [{ type: "CVSS_V3", score: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H" }],
    affected: [{ package: { ecosystem: "npm", name }, ranges: [{ type: "SEMVER", events: [{ introduced: "0" }, { fixed }] }] }],
  }),
});
const fixOf = (folder: string): string | undefined => {
  using matcher = openMatcher(folder);
  return matcher.match({ ecosystem: "npm", name: "left", version: "1.0.0" })?.[0]?.fixed;
};
const write = async (path: string, entries: readonly NewTarEntry[]): Promise<string> => {
  writeFileSync(path, Buffer.concat(await Array.fromAsync(writeTar(entries))));
  return path;
};
const entriesOf = async (path: string): Promise<readonly { readonly path: string; readonly body: Buffer }[]> => {
  const entries: { path: string; body: Buffer }[] = [];
  for await (const { header, body } of readTar(createReadStream(path)))
    entries.push({ path: header.path, body: Buffer.concat(await Array.fromAsync(body)) });
  return entries;
};

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), "seaworthy-carry-"));
  const exploited = { date: "2026-11-20T00:00:00Z", cves: { "CVE-2026-0001": {} } };
  await buildDatabase([record("GHSA-1", "left", "1.2.0")], at("here"), { clock: fakeClock(NOW), exploited });
  await buildDatabase([record("GHSA-0", "left", "9.9.9")], at("there"), { clock: fakeClock(NOW) });
  return () => rmSync(root, { recursive: true, force: true });
});

describe("carried over", () => {
  test("as one file, with the same bytes for the same advisories, and nothing beside it", async () => {
    const { sha256, sizeBytes } = await exportDatabase(at("here"), at("a.tar"));
    await exportDatabase(at("here"), at("b.tar"));
    expect(readFileSync(at("a.tar"))).toEqual(readFileSync(at("b.tar")));
    expect([await sha256Of(at("a.tar")), statSync(at("a.tar")).size]).toEqual([sha256, sizeBytes]);
    expect(readdirSync(root).toSorted()).toEqual(["a.tar", "b.tar", "here", "there"]);
    const clock = fakeClock(NOW + 86_400_000);
    const manifest = await importDatabase(at("a.tar"), at("there"), { clock });
    const { retired: _retired, ...rest } = manifest;
    expect(rest).toEqual(readManifest(at("here")));
    expect(fixOf(at("there"))).toBe("1.2.0");
    expect(Object.keys(manifest.retired ?? {})).toHaveLength(2);
    // Nothing is new the second time.
    await importDatabase(at("a.tar"), at("there"), { clock });
    expect(fixOf(at("there"))).toBe("1.2.0");
    await importDatabase(at("a.tar"), at("new"));
    expect(fixOf(at("new"))).toBe("1.2.0");
  });
  test("not where there is nothing", async () => {
    await expect(exportDatabase(at("nowhere"), at("a.tar"))).rejects.toMatchObject({ code: "ADVISORIES_MISSING" });
    await expect(importDatabase(at("nowhere"), at("there"))).rejects.toMatchObject({ code: "INPUT_NOT_FOUND" });
  });
  test("not what was written to meanwhile", async () => {
    const [file = ""] = readdirSync(at("here")).filter((name) => name.startsWith("npm-"));
    writeFileSync(at("here", file), "other");
    await expect(exportDatabase(at("here"), at("a.tar"))).rejects.toMatchObject({ code: "INPUT_INVALID" });
    expect(readdirSync(root).toSorted()).toEqual(["here", "there"]);
  });
});

describe("a file that is not what it should be is refused, and nothing is changed", () => {
  const exported = async () => {
    await exportDatabase(at("here"), at("good.tar"));
    const [list, ...files] = await entriesOf(at("good.tar"));
    if (list === undefined) throw new Error("no list");
    return { list, files, manifest: JSON.parse(list.body.toString()) as Manifest };
  };
  const refused = async (entries: readonly NewTarEntry[], words: RegExp): Promise<void> => {
    const before = readdirSync(at("there")).toSorted();
    const error: unknown = await importDatabase(await write(at("bad.tar"), entries), at("there")).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(SeaworthyError);
    expect(String(error)).toMatch(words);
    expect(readdirSync(at("there")).toSorted()).toEqual(before);
    expect(fixOf(at("there"))).toBe("9.9.9");
    expect(readdirSync(root).filter((name) => !["here", "there", "good.tar", "bad.tar"].includes(name))).toEqual([]);
  };

  test("cut off, and no archive at all", async () => {
    await exported();
    writeFileSync(at("bad.tar"), readFileSync(at("good.tar")).subarray(0, 3000));
    await expect(importDatabase(at("bad.tar"), at("there"))).rejects.toMatchObject({ code: "INPUT_INVALID" });
    writeFileSync(at("bad.tar"), "no archive");
    await expect(importDatabase(at("bad.tar"), at("there"))).rejects.toMatchObject({ code: "INPUT_INVALID" });
    writeFileSync(at("bad.tar"), "");
    await expect(importDatabase(at("bad.tar"), at("there"))).rejects.toMatchObject({ code: "INPUT_INVALID" });
    expect(fixOf(at("there"))).toBe("9.9.9");
  });
  test("a list that is none, comes late, or names what leaves the folder", async () => {
    const { list, files, manifest } = await exported();
    await refused([{ path: "advisories.json", body: Buffer.from("{}") }, ...files], /no list of advisories/);
    await refused([...files, list], /not with its list/);
    for (const file of ["../npm.sqlite", "/etc/passwd", "a/b.sqlite", ".lock", "advisories.json"]) {
      const npm = manifest.shards["npm"];
      const body = Buffer.from(JSON.stringify({ ...manifest, shards: { npm: { ...npm, file } } }));
      await refused([{ path: "advisories.json", body }, ...files], /no list of advisories/);
    }
  });
  test("files that are not on the list, there twice, missing, links or folders", async () => {
    const { list, files } = await exported();
    const [first] = files;
    if (first === undefined) throw new Error("no files");
    await refused([list, ...files, { path: "other.sqlite.zst", body: Buffer.from("x") }], /not on its list/);
    await refused([list, first, ...files], /there twice/);
    await refused([list, ...files.slice(1)], /not in it/);
    await refused([list, { path: first.path, type: "symlink", linkPath: "/etc/passwd" }], /no plain file/);
    await refused([list, { path: "x", type: "directory" }], /no plain file/);
    await refused([list, { path: "../../x", body: Buffer.from("x") }], /leaves the archive/);
  });
  test("other bytes than its digest says, more of them, and what is no zstd", async () => {
    const { list, files } = await exported();
    const [first, ...rest] = files;
    if (first === undefined) throw new Error("no files");
    await refused([list, { ...first, body: zstdCompressSync("other") }, ...rest], /is not what its digest says/);
    await refused([list, { ...first, body: zstdCompressSync(Buffer.alloc(50_000_000)) }, ...rest], /unpacks to more/);
    await refused([list, { ...first, body: Buffer.from("no zstd") }, ...rest], /no file of seaworthy db export/);
  });
  /** The archive with another database in the place of npm's, its digest right. */
  const swapped = async (make: (database: DatabaseSync) => void): Promise<readonly NewTarEntry[]> => {
    const { files, manifest } = await exported();
    const npm = manifest.shards["npm"];
    if (npm === undefined) throw new Error("no shard");
    const path = at("good.tar");
    writeFileSync(path, readFileSync(at("here", npm.file)));
    const database = new DatabaseSync(path);
    make(database);
    database.close();
    const bytes = readFileSync(path);
    const evil = { ...npm, sha256: await sha256Of(path), sizeBytes: bytes.length };
    const list = { path: "advisories.json", body: Buffer.from(JSON.stringify({ ...manifest, shards: { npm: evil } })) };
    return [list, ...files.map((one) => (one.path === `${npm.file}.zst` ? { ...one, body: zstdCompressSync(bytes) } : one))];
  };
  test("a database with a view in the place of a table", async () => {
    const evil = await swapped((database) =>
      database.exec("DROP TABLE package; CREATE VIEW package AS SELECT 'left' AS name, '[]' AS affected"),
    );
    await refused(evil, /tables are others/);
  });
  test("a database with a row that nobody would read", async () => {
    const evil = await swapped((database) => database.exec("UPDATE package SET affected = printf('%.*c', 64 * 1024 * 1024 + 1, ' ')"));
    await refused(evil, /one package has more than 67108864 bytes/);
  });
  test("a list of another form is told as such, with what to do", async () => {
    const { files, manifest } = await exported();
    const older = { path: "advisories.json", body: Buffer.from(JSON.stringify({ ...manifest, schema: "seaworthy/advisories@2" })) };
    await refused([older, ...files], /is of the form seaworthy\/advisories@2, and this version reads seaworthy\/advisories@3/);
  });
});
