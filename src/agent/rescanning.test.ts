import { mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { type Clock, digestOf, fakeClock, SeaworthyError } from "../core/index.ts";
import type { KeptFinding, Rescan } from "../ship/index.ts";
import { advisoryEdition, rescanByChild } from "./rescan-child.ts";
import { keepRescanning } from "./rescanning.ts";
import { type ScanNotice, scanNotices } from "./scan-notices.ts";

const HOUR_MS = 3_600_000;

const EMPTY: Rescan = { schema: "seaworthy/rescan-round@1", at: 0, nextAt: 0, unread: [], scanned: [], standing: [] };

const FINDING: KeptFinding = { id: "CVE-2026-0001", package: "openssl", version: "3.0.1", severity: "high", refused: "severity" };

const scannedWith = (more: Partial<Rescan["scanned"][number]>): Rescan => ({
  ...EMPTY,
  scanned: [
    {
      project: "shop",
      service: "web",
      scan: { digest: digestOf("web"), at: 0, advisories: { builtAt: 0, asOf: 0, stale: [] }, passed: false, unjudged: false },
      fresh: [],
      first: false,
      turned: false,
      ...more,
    },
  ],
});

/** For so long by a clock that stands still until slept on: the hours that rounds began at, and what was said. */
const during = async (
  hours: number,
  { round = (clock: Clock): Rescan => ({ ...EMPTY, nextAt: clock.now() + 24 * HOUR_MS }), edition = (_hours: number): string => "same" },
) => {
  const ending = new AbortController();
  const clock = fakeClock();
  const begun: number[] = [];
  const said: ScanNotice[] = [];
  const since = (): number => clock.elapsed() / HOUR_MS;
  await keepRescanning(
    {
      clock: {
        ...clock,
        sleep: async (ms) => {
          await clock.sleep(ms);
          if (since() > hours) ending.abort();
        },
      },
      edition: () => edition(since()),
      round: async () => {
        begun.push(since());
        return round(clock);
      },
      say: (one) => said.push(one),
    },
    ending.signal,
  );
  return { begun, said: said.map(({ words }) => words) };
};

describe("the agent has what runs scanned again", () => {
  test("soon after it began, then when it is due", async () => {
    const { begun, said } = await during(49, {});
    expect(begun.map(Math.floor)).toEqual([0, 24, 48]);
    expect(said).toEqual([]);
  });

  test("at once when there are other advisories or another release, as soon as nothing more is written", async () => {
    // A minute of an update that writes each second.
    const { begun } = await during(2, { edition: (hours) => (hours < 1 ? "old" : hours < 1 + 1 / 60 ? `writing ${hours}` : "new") });
    expect(begun).toHaveLength(2);
    expect(begun[1]).toBeGreaterThan(1 + 1 / 60);
    expect(begun[1]).toBeLessThan(1 + 2 / 60);
  });

  test("again after a failure, said once; a round of another process is waited for, and not said", async () => {
    const failing = await during(1, {
      round: () => {
        throw new SeaworthyError("ENGINE_UNREACHABLE", "no engine answers");
      },
    });
    expect(failing.begun.length).toBeGreaterThan(4);
    expect(failing.begun.length).toBeLessThan(8);
    expect(failing.said).toEqual(["what runs could not be scanned again: no engine answers"]);
    const locked = await during(1, {
      round: () => {
        throw new SeaworthyError("LOCKED", "busy");
      },
    });
    expect(locked.begun.length).toBeGreaterThan(30);
    expect(locked.said).toEqual([]);
  });

  test("never over and over, whatever a round says is due", async () => {
    const { begun } = await during(1, { round: () => EMPTY });
    expect(begun.length).toBeLessThan(62);
  });
});

describe("what a round has to say", () => {
  const words = (report: Rescan): readonly string[] => scanNotices(report).map((one) => one.words);

  test("is what is newly known, the first few by name, and how it went", () => {
    const fresh = [{ ...FINDING, exploited: true as const, fixed: "3.0.9" }, FINDING, FINDING, FINDING, FINDING];
    expect(words(scannedWith({ fresh }))).toEqual([
      "5 vulnerabilities of what runs newly known: CVE-2026-0001 (high, known to be exploited) in openssl 3.0.1, fixed in 3.0.9; CVE-2026-0001 (high) in openssl 3.0.1, no fix; CVE-2026-0001 (high) in openssl 3.0.1, no fix; and 2 more; next: seaworthy scan web",
      "scanned again what runs: 1 image, advisories of 1970-01-01",
    ]);
    expect(scanNotices(scannedWith({ fresh }))[0]).toMatchObject({ project: "shop", service: "web", findings: fresh });
    expect(words(EMPTY)).toEqual([]);
  });

  test("of a first look is only what is refused, and of one that passed before that it does not any more", () => {
    const { refused: _, ...mild } = FINDING;
    expect(words(scannedWith({ first: true, fresh: [mild] }))).toHaveLength(1);
    expect(words(scannedWith({ first: true, fresh: [mild, FINDING] }))[0]).toMatch(/^1 vulnerability of what runs known and refused: /);
    expect(scanNotices(scannedWith({ first: true, fresh: [FINDING] }))[0]).toMatchObject({ refused: true });
    const turned = "its image was let through before, and is refused now; next: seaworthy scan web";
    expect(words(scannedWith({ turned: true }))[0]).toBe(turned);
    expect(scanNotices(scannedWith({ turned: true, fresh: [FINDING] }))).toMatchObject([
      { words: expect.stringMatching(/^1 vulnerability of what runs newly known: /), findings: [FINDING] },
      { project: "shop", service: "web", words: turned, refused: true },
      { words: expect.stringMatching(/^scanned again/) },
    ]);
    const scan = { ...scannedWith({}).scanned[0]?.scan, unjudged: true } as Rescan["scanned"][number]["scan"];
    expect(words(scannedWith({ turned: true, scan }))[0]).toBe("nothing in its image can be judged any more, which is no proof");
  });

  test("of an agent that was not there when something was found is that, once", async () => {
    const standing = [{ project: "shop", service: "web", fresh: [FINDING] }];
    const { begun, said } = await during(49, { round: (clock) => ({ ...EMPTY, standing, nextAt: clock.now() + 24 * HOUR_MS }) });
    expect(begun).toHaveLength(3);
    expect(said).toEqual([
      "1 vulnerability of what runs known since its release: CVE-2026-0001 (high) in openssl 3.0.1, no fix; next: seaworthy scan web",
    ]);
  });

  test("is also what could not be done", () => {
    const unread = [{ project: "shop", service: "db", digest: digestOf("db"), because: "no such image" }];
    expect(words({ ...EMPTY, unread, problem: "there are no advisories" })).toEqual([
      "what runs cannot be scanned again: there are no advisories",
      "its image cannot be scanned again: no such image",
    ]);
  });
});

describe("a round in a process of its own", () => {
  const round = (script: string) => rescanByChild([process.execPath, "-e", script])(new AbortController().signal);

  test("is what it reports, or why there is none", async () => {
    expect(await round(`console.log(${JSON.stringify(JSON.stringify(EMPTY))})`)).toEqual(EMPTY);
    const failure = JSON.stringify({ schema: "seaworthy/error@1", code: "LOCKED", message: "another one scans" });
    await expect(round(`console.log(${JSON.stringify(failure)}); process.exit(6)`)).rejects.toMatchObject({ code: "LOCKED" });
    await expect(round(`console.error("out of memory"); process.kill(process.pid, "SIGKILL")`)).rejects.toThrow(
      "it ended with status 137: out of memory",
    );
  });

  test("ends with the signal", async () => {
    const ending = new AbortController();
    const running = rescanByChild([process.execPath, "-e", "setInterval(() => undefined, 1000)"])(ending.signal);
    ending.abort(new Error("over"));
    await expect(running).rejects.toThrow("over");
  });
});

test("advisories are others when their list is", () => {
  const folder = mkdtempSync(join(tmpdir(), "sw-edition-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  expect(advisoryEdition(folder)).toBe("none");
  writeFileSync(join(folder, "advisories.json"), "{}");
  const first = advisoryEdition(folder);
  expect(advisoryEdition(folder)).toBe(first);
  utimesSync(join(folder, "advisories.json"), 1, 1);
  expect(advisoryEdition(folder)).not.toBe(first);
});
