import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fakeClock } from "../core/index.ts";
import { buildDatabase, type Source } from "./database/build.ts";
import { readCatalogue } from "./database/exploited.ts";
import { readManifest } from "./database/manifest.ts";
import { type Component, openMatcher } from "./match.ts";

const folder = mkdtempSync(join(tmpdir(), "seaworthy-advisories-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const osv = (id: string, ecosystem: string, name: string, events: readonly object[], rest: object = {}): Source => ({
  where: id,
  text: JSON.stringify({ id, affected: [{ package: { ecosystem, name }, ranges: [{ type: "ECOSYSTEM", events }] }], ...rest }),
});
const before = (fixed: string): readonly object[] => [{ introduced: "0" }, { fixed }];

const SOURCES: readonly Source[] = [
  osv("GHSA-a", "npm", "left", before("1.3.0"), { aliases: ["CVE-2024-0001"], database_specific: { severity: "HIGH" } }),
  osv("NSWG-1", "npm", "left", before("1.2.9"), { aliases: ["CVE-2024-0001"], database_specific: { severity: "low" } }),
  osv("RETIRE-1", "npm", "left", before("1.3.0"), { aliases: ["GHSA-a"] }),
  osv("RETIRE-2", "npm", "left", before("2.0.0")),
  osv("DLA-1", "Debian:12", "bash", before("5.2-2"), { upstream: ["CVE-2024-0002", "CVE-2024-0003"] }),
  osv("DEBIAN-CVE-2024-0003", "Debian:12", "bash", before("5.2-3"), { upstream: ["CVE-2024-0003"] }),
  osv("DEBIAN-CVE-2024-0004", "Debian:11", "bash", before("99"), { upstream: ["CVE-2024-0004"] }),
  osv("PYSEC-1", "PyPI", "Some_Thing", [{ introduced: "0" }], { aliases: ["CVE-2024-0005"] }),
];

const ids = (component: Component): readonly string[] | undefined => {
  using matcher = openMatcher(folder);
  return matcher.match(component)?.map(({ id }) => id);
};

beforeAll(async () => {
  await buildDatabase(SOURCES, folder);
});

describe("matching", () => {
  test("advisories of one CVE are one match, with the worst severity and the lowest fix that mends it for all; who has only an alias belongs to it", () => {
    using matcher = openMatcher(folder);
    const found = matcher.match({ ecosystem: "npm", name: "left", version: "1.0.0" }) ?? [];
    expect(found.map(({ id, fixed, severity, advisories }) => [id, fixed, severity?.rating, advisories.length])).toEqual([
      ["CVE-2024-0001", "1.3.0", "high", 3],
      ["RETIRE-2", "2.0.0", undefined, 1],
    ]);
  });
  test("a version that is mended has none, and neither has a package that nobody speaks of", () => {
    expect(ids({ ecosystem: "npm", name: "left", version: "2.0.0" })).toEqual([]);
    expect(ids({ ecosystem: "npm", name: "right", version: "1.0.0" })).toEqual([]);
  });
  test("a distribution's release has its own advisories, one of which may mend several CVEs", () => {
    expect(ids({ ecosystem: "Debian:12", name: "bash", version: "5.2-1" })).toEqual(["CVE-2024-0002", "CVE-2024-0003"]);
    expect(ids({ ecosystem: "Debian:12", name: "bash", version: "5.2-2" })).toEqual(["CVE-2024-0003"]);
  });
  test.each([
    ["package", "affected", "{}"],
    ["package", "affected", "[1"],
    ["package", "affected", "[1]"],
    ["package", "affected", '["x"]'],
    ["package", "affected", '[["1",[[0,"9"]]]]'],
    ["package", "affected", "[[1,{}]]"],
    ["package", "affected", '[[1,["9"]]]'],
    ["package", "affected", "[[1,[[0,9]]]]"],
    ["package", "affected", '[[1,[],"1.0.0"]]'],
    ["package", "affected", "[[1,[],[1]]]"],
    ["package", "affected", '[[99,[[0,"9"]]]]'],
    ["advisory", "body", "null"],
  ])("rows of %s whose %s is %s are told as a broken file, not as a bug", async (table, column, text) => {
    const other = mkdtempSync(join(tmpdir(), "seaworthy-advisories-"));
    try {
      const { manifest } = await buildDatabase(SOURCES, other);
      const database = new DatabaseSync(join(other, manifest.shards["npm"]?.file ?? ""));
      database.prepare(`UPDATE ${table} SET ${column} = ?`).run(text);
      database.close();
      using matcher = openMatcher(other);
      const match = () => matcher.match({ ecosystem: "npm", name: "left", version: "1.0.0" });
      expect(match).toThrow(expect.objectContaining({ code: "INPUT_INVALID", message: expect.stringContaining("cannot be read") }));
    } finally {
      rmSync(other, { recursive: true, force: true });
    }
  });
  test("without a fix there is none", () => {
    using matcher = openMatcher(folder);
    expect(matcher.match({ ecosystem: "PyPI", name: "some.thing", version: "3.0" })?.[0]).not.toHaveProperty("fixed");
  });
  test("what becomes of it, and how bad others call it where its own advisory says nothing", async () => {
    const other = mkdtempSync(join(tmpdir(), "seaworthy-advisories-"));
    const vector = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H";
    const nvd = {
      where: "nvd",
      text: JSON.stringify({ id: "CVE-2024-0002", severity: [{ type: "CVSS_V3", score: vector }], affected: [] }),
    };
    const ghsa = osv("GHSA-c", "npm", "bash", before("1"), {
      aliases: ["CVE-2024-0002"],
      severity: [{ type: "CVSS_V2", score: "AV:N/AC:L/Au:N/C:N/I:P/A:N" }],
    });
    const unimportant = {
      where: "d",
      text: JSON.stringify({
        id: "DEBIAN-CVE-2024-0009",
        affected: [
          {
            package: { ecosystem: "Debian:12", name: "bash" },
            ranges: [{ type: "ECOSYSTEM", events: [{ introduced: "0" }] }],
            ecosystem_specific: { urgency: "unimportant" },
          },
        ],
      }),
    };
    try {
      await buildDatabase([...SOURCES, nvd, ghsa, unimportant], other);
      using matcher = openMatcher(other);
      const found = matcher.match({ ecosystem: "Debian:12", name: "bash", version: "5.2-1" }) ?? [];
      expect(found.map(({ id, state, severity }) => [id, state, severity?.source, severity?.score ?? severity?.rating])).toEqual([
        ["CVE-2024-0002", "fixed", "CVE-2024-0002", 9.8],
        ["CVE-2024-0003", "fixed", undefined, undefined],
        ["CVE-2024-0009", "unimportant", "DEBIAN-CVE-2024-0009", "low"],
      ]);
      expect(found[0]?.severities.map(({ source, cvss, score }) => [source, cvss, score])).toEqual([
        ["CVE-2024-0002", "3.1", 9.8],
        ["GHSA-c", "2.0", 5],
      ]);
    } finally {
      rmSync(other, { recursive: true, force: true });
    }
  });
  test("an ecosystem without a source is said, and is not taken for a clean one", () => {
    expect(ids({ ecosystem: "Debian:13", name: "bash", version: "1" })).toBeUndefined();
  });
});

describe("the database", () => {
  test("says what each file holds, and builds anew without a moment of half", async () => {
    const first = readManifest(folder);
    expect(Object.keys(first?.shards ?? {})).toEqual(["Debian:11", "Debian:12", "PyPI", "npm"]);
    expect(first?.shards["npm"]).toMatchObject({ advisories: 4, packages: 1 });
    using old = openMatcher(folder);
    expect(old.match({ ecosystem: "npm", name: "left", version: "1.0.0" })).toHaveLength(2);
    await buildDatabase(SOURCES, folder);
    expect(readManifest(folder)?.shards).toEqual(first?.shards);
    expect(readdirSync(folder).filter((name) => name.endsWith(".sqlite"))).toHaveLength(4);
    expect(readdirSync(folder).filter((name) => name.startsWith(".making"))).toEqual([]);
    expect(old.match({ ecosystem: "npm", name: "left", version: "1.0.0" })).toHaveLength(2);
  });
  test("knows what is exploited, where somebody said", async () => {
    using plain = openMatcher(folder);
    const left: Component = { ecosystem: "npm", name: "left", version: "1.0.0" };
    expect(plain.match(left)?.some(({ exploited }) => exploited)).toBe(false);
    const other = mkdtempSync(join(tmpdir(), "seaworthy-advisories-"));
    try {
      const listed = { cveID: "CVE-2024-0001", dateAdded: "2024-02-01", dueDate: "soon", knownRansomwareCampaignUse: "Known" };
      const exploited = readCatalogue(JSON.stringify({ dateReleased: "2025-08-25T17:04:19Z", vulnerabilities: [listed] }), "kev.json");
      const { manifest } = await buildDatabase(SOURCES, other, { exploited });
      expect(manifest.exploited).toMatchObject({ count: 1, date: "2025-08-25T17:04:19Z" });
      using matcher = openMatcher(other);
      expect(matcher.match(left)?.map((one) => [one.id, one.exploited, one.kev])).toEqual([
        ["CVE-2024-0001", true, { added: "2024-02-01", ransomware: true }],
        ["RETIRE-2", undefined, undefined],
      ]);
      const clock = fakeClock();
      await buildDatabase(SOURCES, other, { clock });
      // Who read the list before may still open what it names, for an hour.
      expect(readdirSync(other).filter((name) => name.startsWith("exploited"))).toHaveLength(1);
      await clock.sleep(3_600_001);
      await buildDatabase(SOURCES, other, { clock });
      expect(readdirSync(other).filter((name) => name.startsWith("exploited"))).toEqual([]);
    } finally {
      rmSync(other, { recursive: true, force: true });
    }
  });
  test.each(["", "[]", '{"dateReleased":"x","vulnerabilities":[{"cveID":"../x"}]}'])("a catalogue that is none is refused: %s", (text) => {
    expect(() => readCatalogue(text, "kev.json")).toThrow(expect.objectContaining({ code: "INPUT_INVALID" }));
  });
  test("what is no record is named and keeps nothing from the others; of two of one name the newer counts", async () => {
    const other = mkdtempSync(join(tmpdir(), "seaworthy-advisories-"));
    try {
      const built = await buildDatabase(
        [
          { where: "a.json", text: "{" },
          { where: "b.json", text: '{"id": 7}' },
          osv("GHSA-b", "npm", "up", before("2.0.0"), { modified: "2024-02-01T00:00:00Z" }),
          osv("GHSA-b", "npm", "up", before("1.0.0"), { modified: "2024-01-01T00:00:00Z" }),
        ],
        other,
      );
      expect(built).toMatchObject({ records: 4, leftOut: 0 });
      expect(built.unreadable.map((one) => one.slice(0, 7))).toEqual(["a.json:", "b.json:"]);
      using matcher = openMatcher(other);
      expect(matcher.match({ ecosystem: "npm", name: "up", version: "1.5.0" })).toHaveLength(1);
    } finally {
      rmSync(other, { recursive: true, force: true });
    }
  });
  test.each(["", "{}", "[", '{"schema":"seaworthy/advisories@3","builtAt":1,"shards":{"npm":{"file":"../../etc/passwd"}}}'])(
    "a list that is none is refused: %s",
    (text) => {
      const other = mkdtempSync(join(tmpdir(), "seaworthy-advisories-"));
      try {
        writeFileSync(join(other, "advisories.json"), text);
        expect(() => readManifest(other)).toThrow(expect.objectContaining({ code: "INPUT_INVALID" }));
      } finally {
        rmSync(other, { recursive: true, force: true });
      }
    },
  );
});

const SCAN = join(import.meta.dirname, "../../../shared/scan");

describe.skipIf(!existsSync(SCAN))("a Debian image as dpkg itself judges it (needs ../shared/scan)", () => {
  interface Oracle {
    readonly packages: readonly { readonly source: string; readonly sourceVersion: string }[];
    readonly expected: readonly { readonly source: string; readonly cve: string; readonly fixed: string }[];
  }
  const gunzipped = (path: string): string => gunzipSync(readFileSync(join(SCAN, path))).toString("utf8");

  test("every match of the oracle with its fix, and none besides", async () => {
    const { packages, expected } = JSON.parse(gunzipped("labels/debian12-image.expected.json.gz")) as Oracle;
    const lines = gunzipped("osv/debian12-from-changelogs.jsonl.gz").split("\n").filter(Boolean);
    const other = mkdtempSync(join(tmpdir(), "seaworthy-advisories-"));
    try {
      await buildDatabase(
        lines.map((text, line) => ({ text, where: `line ${line + 1}` })),
        other,
      );
      using matcher = openMatcher(other);
      const sources = new Map(packages.map(({ source, sourceVersion }) => [`${source} ${sourceVersion}`, { source, sourceVersion }]));
      const found = [...sources.values()].flatMap(({ source, sourceVersion }) =>
        (matcher.match({ ecosystem: "Debian:12", name: source, version: sourceVersion }) ?? []).map(
          ({ id, fixed }) => `${source} ${id} ${fixed}`,
        ),
      );
      expect(found.toSorted()).toEqual(expected.map(({ source, cve, fixed }) => `${source} ${cve} ${fixed}`).toSorted());
    } finally {
      rmSync(other, { recursive: true, force: true });
    }
  });
});
