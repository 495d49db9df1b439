import { describe, expect, test } from "vitest";
import { affectedBy } from "./intervals.ts";
import { isWithdrawn, type OsvRecord, readOsv } from "./read-osv.ts";
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

const told = (value: unknown): OsvRecord => {
  const read = readOsv(value);
  if (isWithdrawn(read)) throw new Error(`${read.id} was withdrawn`);
  return read;
};

const isAffected = (events: readonly object[], version: string, versions: readonly string[] = []): boolean => {
  const read = told(record({}, { ranges: [{ type: "ECOSYSTEM", events }], versions }))?.affected[0];
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
    ["one version only", [{ introduced: "1.0.0" }, { last_affected: "1.0.0" }], "1.0.0", true],
    ["after one version only", [{ introduced: "1.0.0" }, { last_affected: "1.0.0" }], "1.0.1", false],
    ["brought and mended at once", [{ introduced: "1.0.0" }, { fixed: "1.0.0" }], "1.0.0", false],
    ["never affected, as Alpine writes it", [{ introduced: "0" }, { fixed: "0" }], "1.0.0", false],
    [
      "brought again where it was mended",
      [{ introduced: "0" }, { fixed: "1.0.0" }, { introduced: "1.0.0" }, { fixed: "2.0.0" }],
      "1.0.0",
      true,
    ],
    ["before a limit", [{ introduced: "0" }, { limit: "2.0.0" }], "1.0.0", true],
    ["from a limit on", [{ introduced: "0" }, { limit: "2.0.0" }], "2.0.0", false],
    ["before the higher of two limits", [{ introduced: "0" }, { limit: "1.0.0" }, { limit: "2.0.0" }], "1.5.0", true],
    ["with no limit said as one", [{ introduced: "0" }, { limit: "*" }, { limit: "1.0.0" }], "9.0.0", true],
    ["two events in one", [{ introduced: "1.0.0", fixed: "1.2.0" }], "1.3.0", false],
  ] as const)("%s", (_what, events, version, affected) => {
    expect(isAffected(events, version)).toBe(affected);
  });
  test("versions that are named are affected, also outside of every range", () => {
    expect(isAffected([{ introduced: "2.0.0" }, { fixed: "2.1.0" }], "1.0.0", ["1.0.0"])).toBe(true);
    expect(isAffected([{ introduced: "2.0.0" }, { fixed: "2.1.0" }], "1.0.1", ["1.0.0"])).toBe(false);
  });
  test("commits order no versions", () => {
    expect(told(record({}, { ranges: [{ type: "GIT", events: [{ introduced: "0" }] }] })).affected).toEqual([]);
  });
});

describe("what it says", () => {
  test("its names, its line, its severity by the package before its own", () => {
    const read = told(
      record(
        { severity: [{ type: "CVSS_V3", score: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H" }] },
        { severity: [{ type: "Ubuntu", score: "medium" }] },
      ),
    );
    expect(read.advisory).toMatchObject({
      id: "GHSA-1",
      cves: ["CVE-2024-0001"],
      aliases: ["PYSEC-1"],
      severities: [{ rating: "critical", score: 9.8, cvss: "3.1" }],
    });
    expect(read.affected[0]?.severities).toEqual([{ rating: "medium", written: "medium" }]);
  });
  const V4 = "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N";
  const V3 = "CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N";
  const both = {
    severity: [
      { type: "CVSS_V3", score: V3 },
      { type: "CVSS_V4", score: V4 },
    ],
    database_specific: { severity: "MODERATE" },
  };
  test("vectors from the newest CVSS down, then the database's own word", () => {
    expect(told(record(both)).advisory.severities).toEqual([
      { rating: "critical", score: 9.3, cvss: "4.0", written: V4 },
      { rating: "medium", score: 6.1, cvss: "3.1", written: V3 },
      { rating: "medium", written: "MODERATE" },
    ]);
  });
  test("a distribution's own word stands before the vector of the CVE", () => {
    const debian = { package: { ecosystem: "Debian:12", name: "x" }, ecosystem_specific: { urgency: "low**" } };
    expect(told(record(both, debian)).advisory.severities?.[0]).toEqual({ rating: "medium", written: "MODERATE" });
    expect(told(record(both, debian)).affected[0]?.severities).toEqual([{ rating: "low", written: "low**" }]);
    const rocky = record({ id: "RLSA-2024:1", aliases: [], summary: "Important: kernel security update", related: ["CVE-2024-0007"] });
    expect(told(rocky).advisory).toMatchObject({ cves: ["CVE-2024-0007"], severities: [{ rating: "high", written: "Important" }] });
  });
  test("severities without a type or a score are passed over, the record is not", () => {
    const severity = [{ score: V3 }, { type: "CVSS_V3" }, { type: "CVSS_V3", score: "7.5" }];
    expect(told(record({ severity })).advisory.severities).toMatchObject([{ score: 6.1 }]);
  });
  test("a malicious package is as bad as can be, whatever it does not say", () => {
    expect(told(record({ id: "MAL-2024-1" })).advisory.severities?.[0]?.rating).toBe("critical");
  });
  test.each([
    [{ urgency: "unimportant" }, "unimportant"],
    [{ urgency: "end-of-life" }, "end-of-life"],
    [{ urgency: "no-dsa" }, "deferred"],
    [{ nodsa: "Minor issue" }, "deferred"],
    [{ nodsa: "Minor issue", nodsa_reason: "ignored" }, "wont-fix"],
    [{ urgency: "not yet assigned" }, undefined],
    [{ status: "deferred" }, "deferred"],
    [{ status: "ignored" }, "wont-fix"],
    [{ fix_state: "Will not fix" }, "wont-fix"],
    [{ fix_state: "Out of support scope" }, "end-of-life"],
    [{ urgency: 7 }, undefined],
  ])("%j says what becomes of it: %s", (specific, state) => {
    const debian = { package: { ecosystem: "Debian:12", name: "x" } };
    expect(told(record({}, { ...debian, ecosystem_specific: specific })).affected[0]?.state).toBe(state);
    expect(told(record({}, { ...debian, database_specific: specific })).affected[0]?.state).toBe(state);
  });
  test("what the source calls not affected is not", () => {
    expect(told(record({}, { ecosystem_specific: { fix_state: "Not affected" } })).affected).toEqual([]);
  });
  test.each([
    ["Red Hat:enterprise_linux:9::appstream", "Red Hat:9"],
    ["Red Hat:enterprise_linux:8.6::baseos", "Red Hat:8"],
    ["Red Hat:rhel_aus:8.6::appstream", "Red Hat:8.6"],
    ["SUSE:Linux Enterprise Module for Basesystem 15 SP4", "SUSE:15.4"],
    ["SUSE:Linux Enterprise Server 12", "SUSE:12"],
    ["Ubuntu:Pro:22.04:LTS", "Ubuntu:Pro:22.04:LTS"],
    ["Debian:12", "Debian:12"],
  ])("%s is kept as %s", (ecosystem, shard) => {
    expect(told(record({}, { package: { ecosystem, name: "x" } })).affected[0]?.ecosystem).toBe(shard);
  });
  test("CVEs that AlmaLinux calls related are what it mends; those of others are only related", () => {
    const related = { aliases: [], related: ["CVE-2024-2", "CVE-2024-0003"] };
    const alma = { package: { ecosystem: "AlmaLinux:9", name: "bash" } };
    expect(told(record({ id: "ALSA-2024:1", ...related }, alma))?.advisory.cves).toEqual(["CVE-2024-0003"]);
    expect(told(record({ id: "GHSA-2", ...related }))?.advisory.cves).toEqual([]);
  });
  test("one spelling of a package is as good as another", () => {
    expect(told(record({}, { package: { ecosystem: "PyPI", name: "Ruamel.Yaml_X" } }))?.affected[0]?.name).toBe("ruamel-yaml-x");
  });
  test("withdrawn ones and those of ecosystems that nobody can order are left out", () => {
    expect(readOsv(record({ withdrawn: "2024-06-01T00:00:00Z" }))).toEqual({
      id: "GHSA-1",
      withdrawn: "2024-06-01T00:00:00Z",
      modified: "2024-05-01T00:00:00Z",
    });
    expect(told(record({}, { package: { ecosystem: "Fictional", name: "x" } })).affected).toEqual([]);
  });
  test.each([null, 7, [], {}, { id: 7 }, record({ affected: [{ ranges: "no" }] }), record({ id: "x".repeat(2000) })])(
    "%j is no record",
    (value) => {
      expect(() => readOsv(value)).toThrow();
    },
  );
});
