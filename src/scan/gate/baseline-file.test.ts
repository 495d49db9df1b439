import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import type { Rating } from "../advisories/advisory.ts";
import { nextBaseline, readBaseline, writeBaseline } from "./baseline-file.ts";
import type { Baseline } from "./baseline.ts";
import { found, scanned, vulnerability } from "./gate.fixture.ts";
import { DEFAULT_GATE, type GateVerdict, judge } from "./judge.ts";
import type { GateVulnerability } from "./subject.ts";

const folder = mkdtempSync(join(tmpdir(), "seaworthy-baseline-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const left = found("pkg:npm/left@1.0.0");
const of = (id: string, rating: Rating = "high", changes: Partial<GateVulnerability> = {}): GateVulnerability =>
  vulnerability(id, [left], { severity: { rating, written: rating }, ...changes });
const verdict = (all: readonly GateVulnerability[], baseline?: Baseline): GateVerdict =>
  judge(scanned(all), { ...DEFAULT_GATE, ...(baseline === undefined ? {} : { baseline }) }, 0);
const ids = ({ entries }: Baseline): readonly string[] => entries.map(({ id, severity }) => `${id} ${severity}`);

describe("a ratchet", () => {
  const first = nextBaseline(
    undefined,
    verdict([of("CVE-1"), of("CVE-2", "critical"), of("CVE-3", "low"), of("CVE-4", "low", { exploited: true })]),
    false,
  );
  test("begins with all that is refused for how bad it is", () => {
    expect(ids(first.baseline)).toEqual(["CVE-1 high", "CVE-2 critical"]);
    expect(first.added).toHaveLength(2);
  });
  const next = (all: readonly GateVulnerability[], grow = false) => nextBaseline(first.baseline, verdict(all, first.baseline), grow);
  test("lets go of what is gone", () => {
    expect(next([of("CVE-1")])).toMatchObject({ baseline: { entries: [{ id: "CVE-1" }] }, dropped: [{ id: "CVE-2" }], added: [], left: 0 });
  });
  test("does not grow by itself", () => {
    const grown = next([of("CVE-1"), of("CVE-9")]);
    expect([ids(grown.baseline), grown.left]).toEqual([["CVE-1 high"], 1]);
    expect(ids(next([of("CVE-1"), of("CVE-9")], true).baseline)).toEqual(["CVE-1 high", "CVE-9 high"]);
  });
  test("takes what is less bad for that, and what is worse only where it may grow", () => {
    expect(ids(next([of("CVE-2", "high")]).baseline)).toEqual(["CVE-2 high"]);
    const worse = next([of("CVE-1", "critical")]);
    expect([ids(worse.baseline), worse.left]).toEqual([["CVE-1 high"], 1]);
    expect(ids(next([of("CVE-1", "critical")], true).baseline)).toEqual(["CVE-1 critical"]);
  });
  test("keeps no place for what is waived", () => {
    const waivers = [{ id: "CVE-1", reason: "r", until: "2099-01-01" }];
    const judged = judge(scanned([of("CVE-1")]), { ...DEFAULT_GATE, waivers, baseline: first.baseline }, 0);
    expect(ids(nextBaseline(first.baseline, judged, false).baseline)).toEqual([]);
  });
});

describe("its file", () => {
  const path = join(folder, "base.json");
  test("is the same for the same debts in any order, with a line for each", () => {
    writeBaseline(path, folder, nextBaseline(undefined, verdict([of("CVE-2"), of("CVE-1")]), false).baseline);
    const text = readFileSync(path, "utf8");
    expect(text.split("\n").filter((line) => line.includes("CVE-"))).toEqual([
      '    {"id":"CVE-1","package":"npm/left","severity":"high"},',
      '    {"id":"CVE-2","package":"npm/left","severity":"high"}',
    ]);
    const before = statSync(path).mtimeMs;
    writeBaseline(path, folder, nextBaseline(undefined, verdict([of("CVE-1"), of("CVE-2")]), false).baseline);
    expect([readFileSync(path, "utf8"), statSync(path).mtimeMs]).toEqual([text, before]);
    expect(readBaseline("base.json", folder).entries).toHaveLength(2);
  });
  test("may be empty", () => {
    writeBaseline("empty.json", folder, { entries: [] });
    expect(readBaseline("empty.json", folder)).toEqual({ schema: "seaworthy/scan-baseline@1", entries: [] });
  });
  test.each([
    ["{", "bad.json:1:2: it ends too early"],
    ['{"schema": "seaworthy/scan-baseline@1"}', "bad.json:1:1: entries: missing"],
    ['{"schema": "seaworthy/scan-baseline@1", "entries": [], "more": 1}', "more: unknown key"],
    ['{"schema": "seaworthy/scan-baseline@2", "entries": []}', 'bad.json:1:12: schema: expected "seaworthy/scan-baseline@1"'],
    [
      '{"schema": "seaworthy/scan-baseline@1",\n "entries": [{"id": "CVE-1", "package": "a", "severity": "bad"}]}',
      "bad.json:2:58: entries[0].severity: expected none, low",
    ],
  ])("%s is refused at its place", (text, message) => {
    writeFileSync(join(folder, "bad.json"), text);
    expect(() => readBaseline("bad.json", folder)).toThrow(message);
  });
  test("that is not there is said to be missing", () => {
    expect(existsSync(join(folder, "none.json"))).toBe(false);
    expect(() => readBaseline("none.json", folder)).toThrow("not found");
  });
});
