import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type Clock, digestOf, fakeClock } from "../../core/index.ts";
import type { ReleaseManifest } from "../../release/index.ts";
import { deploy } from "../stages/deploy.ts";
import { push } from "../stages/push.ts";
import { scan } from "../stages/scan.ts";
import { sign } from "../stages/sign.ts";
import { oneAdvisory, scannable } from "../test-data/scannable.ts";
import { startVoyage } from "../test-data/voyage.ts";
import type { Voyage } from "../voyage.ts";
import { keepScans } from "./approved.ts";
import { dueAt } from "./due.ts";
import { withNewestScans } from "./newest-scans.ts";
import { rescan } from "./rescan.ts";
import { scanStatus } from "./status.ts";
import { openScanStore } from "./store.ts";

const DAY_MS = 86_400_000;

/** A project of one service with an old openssl that was shipped when nothing was known against it, and is live. */
const live = async (settings = "", before?: (voyage: Voyage) => Promise<void>) => {
  const { voyage, deployed } = await startVoyage({
    files: {
      "compose.yaml": `services:\n  web: {build: .}\nx-seaworthy: {policy: {profile: dev}${settings}}\n`,
      Dockerfile: "FROM scratch\n",
    },
  });
  // Records hold the times of the advisories, which are today's.
  const clock: Clock = fakeClock(Date.now());
  const shipped: Voyage = {
    ...voyage,
    clock,
    built: new Map([["web", await scannable(join(voyage.cacheFolder, "layout"), "web", "3.0.1")]]),
  };
  await before?.(shipped);
  await scan.run(shipped);
  await push.run(shipped);
  await sign.run(shipped);
  const result = await deploy.run(shipped);
  if (result.state !== "passed") throw new Error(JSON.stringify(result));
  const manifest: ReleaseManifest | undefined = deployed[0]?.manifest;
  if (manifest === undefined) throw new Error("nothing was deployed");
  const releases = { ...shipped.releases, projects: () => [manifest.project], live: () => ({ release: 4, manifest }) };
  return { voyage: { ...shipped, releases }, manifest, clock };
};

const NONE = { id: "CVE-2026-0009", name: "zlib" };
const KNOWN = { id: "CVE-2026-0001", package: "openssl", version: "3.0.1", severity: "high", fixed: "3.0.9", refused: "severity" };

/** Of a package that the image has not, so that there is something to judge by. */
const nothingKnown = (voyage: Voyage): Promise<void> => oneAdvisory(voyage.advisoryFolder, NONE);

describe("a round over what runs", () => {
  test("finds what is known since its release, keeps it and says it once; what nothing has changed for is not looked at", async () => {
    const { voyage } = await live("", nothingKnown);
    expect(scanStatus(voyage)?.services).toMatchObject([{ service: "web", scan: { by: "release", passed: true, open: 0, fresh: [] } }]);
    expect((await rescan(voyage)).scanned).toEqual([]);

    await oneAdvisory(voyage.advisoryFolder);
    const round = await rescan(voyage);
    expect(round).toMatchObject({
      unread: [],
      scanned: [{ project: "shop", service: "web", first: false, turned: true, fresh: [KNOWN], scan: { passed: false } }],
    });
    expect(scanStatus(voyage)).toMatchObject({
      services: [{ service: "web", scan: { by: "agent", refused: 1, fresh: [{ ...KNOWN, isNew: true }], tooOld: false } }],
      round: { at: round.at },
    });
    expect((await rescan(voyage)).scanned).toEqual([]);
  });

  test("comes again within the time that the project asks for, and then has nothing new to say; what is new since the release stays so", async () => {
    const { voyage, clock } = await live(", scan: {rescan: 6h}", nothingKnown);
    await oneAdvisory(voyage.advisoryFolder);
    const { nextAt, at } = await rescan(voyage);
    expect(nextAt - at).toBeGreaterThanOrEqual(0.9 * 6 * 3_600_000 - 1000);
    expect(nextAt - at).toBeLessThanOrEqual(6 * 3_600_000);
    await clock.sleep(6 * 3_600_000);
    expect((await rescan(voyage)).scanned).toMatchObject([{ fresh: [], turned: false }]);
    expect(scanStatus(voyage)?.services).toMatchObject([{ scan: { fresh: [{ id: "CVE-2026-0001" }] } }]);
  });

  test("is by the gate of the release, waivers and all; a person's scan by another gate has it judged again", async () => {
    const waived = ", scan: {waive: [{id: CVE-2026-0001, reason: no TLS, until: 2999-01-01}]}";
    const { voyage } = await live(waived, nothingKnown);
    await oneAdvisory(voyage.advisoryFolder);
    expect((await rescan(voyage)).scanned).toMatchObject([{ fresh: [], scan: { passed: true } }]);
    expect(scanStatus(voyage)?.services).toMatchObject([{ scan: { passed: true, excused: 1, open: 0, fresh: [] } }]);
    const { settings } = voyage.project;
    const strict = { ...voyage, project: { ...voyage.project, settings: { ...settings, scan: { ...settings.scan, waive: [] } } } };
    keepScans(strict, [], { by: "scan" });
    expect((await rescan(voyage)).scanned).toMatchObject([{ turned: true, fresh: [], scan: { passed: false } }]);
  });

  test("off is never", async () => {
    const { voyage } = await live(", scan: {rescan: off}", nothingKnown);
    await oneAdvisory(voyage.advisoryFolder);
    expect((await rescan(voyage)).scanned).toEqual([]);
    expect((await rescan({ ...voyage, advisoryFolder: "/nowhere" })).problem).toBeUndefined();
  });

  test("without advisories says so", async () => {
    const { voyage } = await live("", nothingKnown);
    const none = await rescan({ ...voyage, advisoryFolder: "/nowhere" });
    expect(none).toMatchObject({ problem: "there are no advisories in /nowhere (seaworthy db update fetches them)", scanned: [] });
    expect(scanStatus(voyage)?.round).toMatchObject({ problem: expect.stringContaining("/nowhere") });
  });

  test("says what cannot be read, and goes on with the others; what only the release knew of the scan is told", async () => {
    const { voyage, manifest } = await live("", nothingKnown);
    const [web] = manifest.services;
    if (web === undefined) throw new Error("no service");
    const missing = digestOf("nowhere");
    const gone = { ...web, name: "gone", image: { ...web.image, digest: missing, manifest: missing } };
    const releases = { ...voyage.releases, live: () => ({ release: 4, manifest: { ...manifest, services: [gone, web] } }) };
    await oneAdvisory(voyage.advisoryFolder);
    const round = await rescan({ ...voyage, releases });
    expect(round.unread).toMatchObject([{ service: "gone", because: expect.stringContaining(missing) }]);
    expect(round.scanned).toMatchObject([{ service: "web" }]);
    expect(scanStatus({ ...voyage, releases })?.services).toMatchObject([
      { service: "gone", unread: expect.stringContaining(missing) },
      { service: "web", scan: { refused: 1 } },
    ]);
  });

  test("older than the project allows is marked", async () => {
    const { voyage, clock } = await live("", nothingKnown);
    await clock.sleep(8 * DAY_MS);
    expect(scanStatus(voyage)?.services).toMatchObject([{ scan: { tooOld: true } }]);
    expect(scanStatus(voyage)?.maxAgeMs).toBe(7 * DAY_MS);
  });

  test("of an image that nobody had scanned when it was released has nothing that is new", async () => {
    const { voyage } = await live();
    expect(scanStatus(voyage)?.services).toMatchObject([{ service: "web" }]);
    expect(scanStatus(voyage)?.services[0]?.scan).toBeUndefined();
    await oneAdvisory(voyage.advisoryFolder);
    expect((await rescan(voyage)).scanned).toMatchObject([{ first: true, turned: false, fresh: [KNOWN] }]);
    const [{ scan: told } = {}] = scanStatus(voyage)?.services ?? [];
    expect(told).toMatchObject({ refused: 1, fresh: [] });
    expect(told?.approvedAt).toBeUndefined();
  });

  test("that was killed leaves nothing half-written: what was not finished is no record, and is swept", async () => {
    const { voyage } = await live("", nothingKnown);
    const folder = join(voyage.state.folder, "scans", "shop");
    const [kept = ""] = readdirSync(folder).filter((name) => name.startsWith("web."));
    writeFileSync(join(folder, kept), '{"schema":"seaworthy/kept-scan@1","project":"sh');
    // No process has this number.
    writeFileSync(join(folder, ".4194305.abc.tmp"), "half");
    expect((await rescan(voyage)).scanned).toMatchObject([{ service: "web", first: true }]);
    expect(readdirSync(folder).filter((name) => name.endsWith(".tmp"))).toEqual([]);
    expect(openScanStore(voyage.state).gate("shop")).toBeDefined();
  });
});

describe("the checklist tells of scanned", () => {
  const scannedOf = (voyage: Voyage) => withNewestScans(voyage, voyage.evidence).filter(({ item }) => item === "scanned");

  test("what the newest look said, with its day; the release's own where nobody has looked since", async () => {
    const { voyage, clock } = await live(", scan: {rescan: 6h}", nothingKnown);
    expect(withNewestScans(voyage, voyage.evidence)).toBe(voyage.evidence);
    expect(scannedOf(voyage)).toMatchObject([{ verdict: { state: "proven" }, because: expect.stringContaining("; scanned 20") }]);

    await clock.sleep(6 * 3_600_000);
    await rescan(voyage);
    const [again, ...others] = scannedOf(voyage);
    expect(others).toEqual([]);
    expect(again).toMatchObject({ verdict: { state: "proven" }, kind: "scan", at: clock.now() });
    expect(again?.because).toMatch(
      /^0 known in \d+ packages?, none that is refused; scanned [\dT:Z-]+ by the agent, advisories of [\dT:Z-]+$/,
    );

    await oneAdvisory(voyage.advisoryFolder);
    await rescan(voyage);
    const [refused] = scannedOf(voyage);
    expect(refused?.verdict).toEqual({ state: "disproved" });
    expect(refused?.because).toMatch(
      /^1 known in \d+ packages?, 1 refused: CVE-2026-0001 \(high\) in openssl 3\.0\.1, fixed in 3\.0\.9; scanned .* by the agent, .*; when it was shipped, [\dT:Z-]+, it was let through$/,
    );
    expect(withNewestScans(voyage, voyage.evidence).filter(({ item }) => item !== "scanned")).toEqual(
      voyage.evidence.filter(({ item }) => item !== "scanned"),
    );
  });

  test("a scan of what was released without any", async () => {
    const { voyage } = await live();
    expect(scannedOf(voyage)).toMatchObject([{ verdict: { state: "not-tried" } }]);
    await oneAdvisory(voyage.advisoryFolder);
    await rescan(voyage);
    expect(scannedOf(voyage)).toMatchObject([
      { subject: { kind: "image", service: "web" }, verdict: { state: "disproved" }, because: expect.stringMatching(/, 1 refused: /) },
    ]);
  });
});

test("hosts that were set up at once do not work at once, and none comes late", () => {
  const gate = digestOf("gate");
  const scanned = { at: 0, advisories: { builtAt: 1, asOf: 1, stale: [] }, gate, service: "web", digest: digestOf("image") };
  const at = (uuid: string): number => dueAt(scanned, { at: 5, builtAt: 1, gate, every: DAY_MS, uuid }) ?? Number.NaN;
  const times = Array.from({ length: 200 }, (_, index) => at(`host ${index}`));
  expect(Math.min(...times)).toBeGreaterThanOrEqual(0.9 * DAY_MS);
  expect(Math.max(...times)).toBeLessThanOrEqual(DAY_MS);
  expect(new Set(times).size).toBeGreaterThan(190);
  expect(dueAt({ ...scanned, at: 9 }, { at: 5, builtAt: 1, gate, every: DAY_MS, uuid: "a" })).toBe(5);
});
