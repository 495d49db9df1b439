import { describe, expect, test } from "vitest";
import { affectedBy } from "./intervals.ts";
import { readOsv } from "./read-osv.ts";
import { semver } from "../versions/semver.ts";

const record = (changes: object = {}, affected: object = {}): object => ({
  id: "GHSA-1",
  aliases: ["CVE-2024-0001", "PYSEC-1"],
  summary: "a bad thing",
  modified: "2024-05-01T00:00:00Z",
  affected: [
    {
      package: { ecosystem: "npm", name: "left" },
      ranges: [{ type: "SEMVER", events: [{ introduced: "1.0.0" }, { fixed: "1.2.0" }] }],
      ...affected,
    },
  ],
  ...changes,
});

const isAffected = (events: readonly object[], version: string, versions: readonly string[] = []): boolean => {
  const read = readOsv(record({}, { ranges: [{ type: "ECOSYSTEM", events }], versions }))?.affected[0];
  return read !== undefined && affectedBy(read, version, semver) !== undefined;
};

describe("ranges", () => {
  test.each([
    ["before what was introduced", [{ introduced: "1.0.0" }, { fixed: "2.0.0" }], "0.9.0", false],
    ["where it was introduced", [{ introduced: "1.0.0" }, { fixed: "2.0.0" }], "1.0.0", true],
    ["where it is fixed", [{ introduced: "1.0.0" }, { fixed: "2.0.0" }], "2.0.0", false],
    ["from the beginning", [{ introduced: "0" }, { fixed: "2.0.0" }], "0.0.0-alpha", true],
    ["the last one affected", [{ introduced: "0" }, { last_affected: "2.0.0" }], "2.0.0", true],
    ["after the last one affected", [{ introduced: "0" }, { last_affected: "2.0.0" }], "2.0.1", false],
    ["never fixed", [{ introduced: "1.0.0" }], "99.0.0", true],
    ["between two lines", [{ introduced: "1.0.0" }, { fixed: "1.2.0" }, { introduced: "2.0.0" }, { fixed: "2.1.0" }], "1.5.0", false],
    [
      "in the second line, events in no order",
      [{ fixed: "2.1.0" }, { introduced: "2.0.0" }, { fixed: "1.2.0" }, { introduced: "1.0.0" }],
      "2.0.5",
      true,
    ],
    ["with nothing introduced", [{ fixed: "2.0.0" }], "1.0.0", false],
  ] as const)("%s", (_what, events, version, affected) => {
    expect(isAffected(events, version)).toBe(affected);
  });
  test("versions that are named are affected, also outside of every range", () => {
    expect(isAffected([{ introduced: "2.0.0" }, { fixed: "2.1.0" }], "1.0.0", ["1.0.0"])).toBe(true);
    expect(isAffected([{ introduced: "2.0.0" }, { fixed: "2.1.0" }], "1.0.1", ["1.0.0"])).toBe(false);
  });
  test("commits order no versions", () => {
    expect(readOsv(record({}, { ranges: [{ type: "GIT", events: [{ introduced: "0" }] }] }))).toBeUndefined();
  });
});

describe("what it says", () => {
  test("its names, its line, its severity by the package before its own", () => {
    const read = readOsv(
      record(
        { severity: [{ type: "CVSS_V3", score: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H" }] },
        { severity: [{ type: "Ubuntu", score: "medium" }] },
      ),
    );
    expect(read?.advisory).toMatchObject({
      id: "GHSA-1",
      cves: ["CVE-2024-0001"],
      aliases: ["PYSEC-1"],
      severity: { rating: "critical", score: 9.8 },
    });
    expect(read?.affected[0]?.severity).toMatchObject({ rating: "medium" });
  });
  test("a word where the vector cannot be reckoned", () => {
    const read = readOsv(
      record({
        severity: [{ type: "CVSS_V4", score: "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N" }],
        database_specific: { severity: "MODERATE" },
      }),
    );
    expect(read?.advisory.severity).toEqual({ rating: "medium", written: "MODERATE" });
  });
  test("CVEs that AlmaLinux calls related are what it mends; those of others are only related", () => {
    const related = { aliases: [], related: ["CVE-2024-2", "CVE-2024-0003"] };
    const alma = { package: { ecosystem: "AlmaLinux:9", name: "bash" } };
    expect(readOsv(record({ id: "ALSA-2024:1", ...related }, alma))?.advisory.cves).toEqual(["CVE-2024-0003"]);
    expect(readOsv(record({ id: "GHSA-2", ...related }))?.advisory.cves).toEqual([]);
  });
  test("one spelling of a package is as good as another", () => {
    expect(readOsv(record({}, { package: { ecosystem: "PyPI", name: "Ruamel.Yaml_X" } }))?.affected[0]?.name).toBe("ruamel-yaml-x");
  });
  test("withdrawn ones and those of ecosystems that nobody can order are left out", () => {
    expect(readOsv(record({ withdrawn: "2024-06-01T00:00:00Z" }))).toBeUndefined();
    expect(readOsv(record({}, { package: { ecosystem: "Fictional", name: "x" } }))).toBeUndefined();
  });
  test.each([null, 7, [], {}, { id: 7 }, record({ affected: [{ ranges: "no" }] }), record({ id: "x".repeat(2000) })])(
    "%j is no record",
    (value) => {
      expect(() => readOsv(value)).toThrow();
    },
  );
});
