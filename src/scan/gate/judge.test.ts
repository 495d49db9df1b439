import { describe, expect, test } from "vitest";
import { entryOf } from "./baseline.ts";
import { found, scanned, vulnerability } from "./gate.fixture.ts";
import { DEFAULT_GATE, type GatePolicy, judge, judgedTogether } from "./judge.ts";
import { secretAsVulnerability } from "./secrets.ts";
import type { ScanWaiver } from "./waiver.ts";
import type { VexStatement } from "./vex/statement.ts";

const NOW = Date.parse("2026-11-21T12:00:00Z");
const left = found("pkg:npm/left@1.0.0");
const copy = found("pkg:npm/left@1.0.0", { path: "srv/node_modules/left/package.json" });
const policy = (changes: Partial<GatePolicy>): GatePolicy => ({ ...DEFAULT_GATE, ...changes });
const waiver = (changes: Partial<ScanWaiver> = {}): ScanWaiver => ({
  id: "CVE-2026-1",
  reason: "not reachable",
  until: "2027-01-01",
  ...changes,
});
const statement = (changes: Partial<VexStatement> = {}): VexStatement => ({
  ids: ["CVE-2026-1"],
  products: undefined,
  status: "not_affected",
  author: "Acme",
  at: 1,
  versions: [0, 1],
  place: "vex.json:1:1",
  ...changes,
});
const one = vulnerability("CVE-2026-1", [left]);
const exploited = vulnerability("CVE-2026-1", [left], { exploited: true, severity: { rating: "low", written: "low" } });

describe("how bad it is", () => {
  test.each([
    ["high", {}, true],
    ["critical", { fail: "critical" as const }, false],
    ["without a fix, where only fixed ones count", { onlyFixed: true }, false],
  ])("%s", (_, changes, refused) => {
    const { passed, open } = judge(scanned([one]), policy(changes), NOW);
    expect([passed, open[0]?.refused]).toEqual([!refused, refused ? "severity" : undefined]);
  });
  test("of unknown severity it is told, and refuses nothing", () => {
    const { passed, open } = judge(scanned([vulnerability("CVE-1", [left], { severity: undefined as never })]), DEFAULT_GATE, NOW);
    expect([passed, open.length]).toEqual([true, 1]);
  });
  test("what is known to be exploited is refused, however little is said of it", () => {
    expect(judge(scanned([exploited]), policy({ fail: "critical", onlyFixed: true }), NOW)).toMatchObject({
      passed: false,
      open: [{ refused: "exploited" }],
    });
  });
  test("where nothing was looked at nothing has passed", () => {
    expect(judge(scanned([]), DEFAULT_GATE, NOW)).toMatchObject({ passed: false, unjudged: true });
    expect(judge(scanned([], { judged: undefined }), DEFAULT_GATE, NOW)).toMatchObject({ passed: true, unjudged: false });
  });
});

describe("a waiver of one service or image", () => {
  const of = (names: readonly string[], services?: readonly string[]) =>
    scanned([one], { subject: { names, digests: [], ...(services === undefined ? {} : { services }) } });
  test.each([
    [{ service: "web" }, ["web"], ["web"], true],
    [{ service: "web" }, ["web"], ["db", "web"], true],
    [{ service: "web" }, ["web"], ["db"], false],
    [{ service: "web" }, ["web"], undefined, false],
    [{ image: "ghcr.io/acme/*" }, ["ghcr.io/acme/web:1.2"], undefined, true],
    [{ image: "ghcr.io/acme/web" }, ["ghcr.io/acme/web:1.2@sha256:0"], undefined, true],
    [{ image: "ghcr.io/acme/web:1.*" }, ["ghcr.io/acme/web:1.2@sha256:0"], undefined, true],
    [{ image: "ghcr.io/acme/web:2.*" }, ["ghcr.io/acme/web:1.2"], undefined, false],
    [{ image: "localhost:5000/web" }, ["localhost:5000/web"], undefined, true],
    [{ service: "web", image: "other" }, ["web"], ["web"], false],
  ])("%o for %o of %o", (scope, names, services, holds) => {
    const { suppressed, open, findings } = judge(of(names, services), policy({ waivers: [waiver(scope)] }), NOW);
    // Where it is not for the image it is no finding either.
    expect([suppressed.length, open.length, findings]).toEqual([Number(holds), Number(!holds), []]);
  });
  test("where it is for the image and matches nothing, that is told", () => {
    const { findings } = judge(of(["web"], ["web"]), policy({ waivers: [waiver({ id: "CVE-2026-9", service: "web" })] }), NOW);
    expect(findings.map(({ message }) => message)).toEqual(["the waiver of CVE-2026-9 matches nothing here: take it out"]);
  });
  test("of several images one that needs a waiver is enough; what none needs is told", () => {
    const gate = policy({ waivers: [waiver(), waiver({ id: "CVE-2026-9" })] });
    const together = judgedTogether([judge(scanned([one]), gate, NOW), judge(scanned([], { judged: 1 }), gate, NOW)]);
    expect(together.map(({ findings }) => findings.map(({ message }) => /CVE-2026-\d/.exec(message)?.[0]))).toEqual([
      ["CVE-2026-9"],
      ["CVE-2026-9"],
    ]);
  });
});

describe("a waiver", () => {
  const advisory = { id: "GHSA-aaaa", cves: ["CVE-2026-1"], aliases: ["PYSEC-1"], summary: "" };
  const aliased = vulnerability("CVE-2026-1", [left, copy], { advisories: [advisory] });
  test.each([
    ["by its CVE", {}],
    ["by another name", { id: "ghsa-AAAA" }],
    ["by an alias", { id: "PYSEC-1" }],
    ["by the package's name", { package: "left" }],
    ["by name and version", { package: "left@1.*" }],
    ["by package URL", { package: "pkg:npm/left" }],
    ["by package URL and version", { package: "pkg:npm/left@1.0.0" }],
    ["by a pattern of names", { package: "l*t" }],
    ["by files", { path: "**/node_modules/left/**" }],
  ])("%s", (_, changes) => {
    expect(judge(scanned([aliased]), policy({ waivers: [waiver(changes)] }), NOW)).toMatchObject({
      passed: true,
      open: [],
      findings: [],
      suppressed: [{ by: { kind: "waiver", waiver: { reason: "not reachable" } }, vulnerability: { packages: [left, copy] } }],
    });
  });
  test.each([
    ["another id", { id: "CVE-2026-2" }],
    ["another package", { package: "right" }],
    ["another version", { package: "left@2.*" }],
    ["another version, as package URL", { package: "pkg:npm/left@2.0.0" }],
    ["another type", { package: "pkg:gem/left" }],
    ["another file", { path: "usr/**" }],
  ])("of %s waives nothing, and is told", (_, changes) => {
    const verdict = judge(scanned([aliased]), policy({ waivers: [waiver({ ...changes, place: "compose.yaml:3:5" })] }), NOW);
    expect(verdict).toMatchObject({ passed: false, findings: [{ kind: "waiver-unused", place: "compose.yaml:3:5" }] });
  });
  test("of one file leaves the other place open", () => {
    expect(judge(scanned([aliased]), policy({ waivers: [waiver({ path: "app" })] }), NOW)).toMatchObject({
      passed: false,
      open: [{ vulnerability: { packages: [copy] } }],
      suppressed: [{ vulnerability: { packages: [left] } }],
    });
  });
  test("holds through its last day, in UTC, and not after it", () => {
    const last = policy({ waivers: [waiver({ until: "2026-11-21" })] });
    expect(judge(scanned([one]), last, Date.parse("2026-11-21T23:59:59Z")).passed).toBe(true);
    expect(judge(scanned([one]), last, Date.parse("2026-11-22T00:00:00Z"))).toMatchObject({
      passed: false,
      open: [{ notes: ["its waiver ended on 2026-11-21"] }],
      findings: [{ kind: "waiver-expired" }],
    });
  });
  test("excuses even what is known to be exploited", () => {
    expect(judge(scanned([exploited]), policy({ waivers: [waiver()] }), NOW).passed).toBe(true);
  });
  test("by the id of one CVE does not waive another that the same advisory mends", () => {
    const both = { id: "DSA-1", cves: ["CVE-2026-1", "CVE-2026-2"], aliases: ["X-1"], summary: "" };
    const two = ["CVE-2026-1", "CVE-2026-2"].map((id) => vulnerability(id, [left], { advisories: [both] }));
    const verdict = judge(scanned(two), policy({ waivers: [waiver()] }), NOW);
    expect(verdict.open.map(({ vulnerability: { id } }) => id)).toEqual(["CVE-2026-2"]);
    expect(judge(scanned(two), policy({ waivers: [waiver({ id: "DSA-1" })] }), NOW).open).toEqual([]);
  });
});

describe("VEX", () => {
  test.each([
    ["not_affected", true],
    ["fixed", true],
    ["affected", false],
    ["under_investigation", false],
  ] as const)("%s: passes %s", (status, passes) => {
    expect(judge(scanned([one]), policy({ vex: [statement({ status })] }), NOW).passed).toBe(passes);
  });
  test("the newest statement counts, of one time the higher version", () => {
    const passed = (...vex: readonly VexStatement[]): boolean => judge(scanned([one]), policy({ vex }), NOW).passed;
    expect(passed(statement({ at: 2 }), statement({ at: 1, status: "affected" }))).toBe(true);
    expect(passed(statement({ at: 1 }), statement({ at: 2, status: "affected" }))).toBe(false);
    expect(passed(statement({ versions: [0, 2] }), statement({ versions: [0, 3], status: "affected" }))).toBe(false);
  });
  test("does not excuse what is known to be exploited, and that is said", () => {
    const verdict = judge(scanned([exploited]), policy({ vex: [statement()] }), NOW);
    expect(verdict).toMatchObject({ passed: false, open: [{ notes: [expect.stringContaining("only a waiver counts")] }] });
  });
  test("that is not whole counts for nothing, and is told", () => {
    const verdict = judge(scanned([one]), policy({ vex: [statement({ invalid: "it says not_affected without a justification" })] }), NOW);
    expect(verdict).toMatchObject({
      passed: false,
      open: [{ notes: [expect.stringContaining("without a justification")] }],
      findings: [{ kind: "vex-invalid" }],
    });
  });
});

describe("the baseline", () => {
  const baseline = { entries: [entryOf(one)] };
  test("holds what is new, and tells what is gone", () => {
    const fresh = vulnerability("CVE-2026-9", [left]);
    expect(judge(scanned([one, fresh]), policy({ baseline }), NOW)).toMatchObject({
      passed: false,
      open: [{ vulnerability: { id: "CVE-2026-9" } }],
      suppressed: [{ by: { kind: "baseline" } }],
      gone: [],
    });
    expect(judge(scanned([], { judged: 1 }), policy({ baseline }), NOW)).toMatchObject({
      passed: true,
      gone: [{ id: "CVE-2026-1", package: "npm/left" }],
      findings: [{ kind: "baseline-gone" }],
    });
  });
  test("knows a package by its name, not its version", () => {
    const next = vulnerability("CVE-2026-1", [found("pkg:npm/left@1.0.1")]);
    expect(judge(scanned([next]), policy({ baseline }), NOW).passed).toBe(true);
  });
  test("does not hold for what became worse, or is now known to be exploited", () => {
    const worse = vulnerability("CVE-2026-1", [left], { severity: { rating: "critical", written: "" } });
    expect(judge(scanned([worse]), policy({ baseline }), NOW)).toMatchObject({
      passed: false,
      open: [{ notes: [expect.stringContaining("worse")] }],
    });
    expect(judge(scanned([exploited]), policy({ baseline }), NOW).passed).toBe(false);
  });
  test("gives way to a waiver", () => {
    expect(judge(scanned([one]), policy({ baseline, waivers: [waiver()] }), NOW).suppressed).toMatchObject([{ by: { kind: "waiver" } }]);
  });
});

test("a secret is held whether it has a fix or not, unless it is waived; what only looks like one is told", () => {
  const secret = (isSure: boolean) =>
    secretAsVulnerability({ id: "secret:npm-token", what: "an npm token", isSure, in: "file", path: "root/.npmrc", line: 1 });
  const judged = (isSure: boolean, waivers: readonly ScanWaiver[] = []) =>
    judge(
      { subject: { names: [], digests: [] }, vulnerabilities: [secret(isSure)], packages: [], judged: 1 },
      { ...DEFAULT_GATE, onlyFixed: true, fail: "critical", waivers },
      Date.UTC(2026, 0, 1),
    );
  const waiver: ScanWaiver = { id: "secret:npm-token", path: "/root/**", reason: "revoked", until: "2026-12-01" };
  expect(judged(true).passed).toBe(false);
  expect(judged(false).passed).toBe(true);
  expect(judged(true, [waiver])).toMatchObject({ passed: true, suppressed: [{ by: { kind: "waiver" } }] });
  expect(judged(true, [{ ...waiver, path: "/app/**" }])).toMatchObject({ passed: false, findings: [{ kind: "waiver-unused" }] });
});

describe("an image that is not whole or not intact", () => {
  const flaws = [
    { id: "image:not-whole", message: "layer 2 of 3 is missing" },
    { id: "image:not-intact", message: "layer 3 of 3 has other bytes" },
  ] as const;
  const clean = scanned([], { judged: 7, flaws });
  const judged = (...waivers: readonly ScanWaiver[]) => judge(clean, policy({ waivers }), NOW);
  test("is refused, whatever was found in the rest of it, and however little is asked", () => {
    expect(judge(clean, policy({ fail: "critical", onlyFixed: true, baseline: { entries: [] } }), NOW)).toMatchObject({
      passed: false,
      open: [],
      flaws: [{ id: "image:not-whole", notes: [] }, { id: "image:not-intact" }],
    });
  });
  test("is waived by the names of what is wrong, each by its own", () => {
    const [whole, intact] = [waiver({ id: "image:not-whole" }), waiver({ id: "Image:Not-Intact" })];
    expect(judged(whole)).toMatchObject({ passed: false, findings: [] });
    expect(judged(whole, intact)).toMatchObject({ passed: true, findings: [], flaws: [{ waiver: whole }, { waiver: intact }] });
    // One of another service waives none of them here.
    expect(judged({ ...whole, service: "db" }, { ...intact, service: "db" })).toMatchObject({ passed: false, findings: [] });
  });
  test("is not waived by a waiver that has ended, or is of a package or a file", () => {
    const intact = waiver({ id: "image:not-intact" });
    expect(judged(intact, waiver({ id: "image:not-whole", until: "2026-11-20" }))).toMatchObject({
      passed: false,
      flaws: [{ notes: ["its waiver ended on 2026-11-20"] }, {}],
      findings: [{ kind: "waiver-expired" }],
    });
    for (const part of [{ package: "left" }, { path: "app" }])
      expect(judged(intact, waiver({ id: "image:not-whole", ...part }))).toMatchObject({
        passed: false,
        findings: [{ kind: "waiver-unused" }],
      });
  });
});
