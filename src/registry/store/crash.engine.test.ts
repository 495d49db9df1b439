import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { spread } from "../../../test/support/extent.ts";
import { temporaryFolder } from "../registry.fixture.ts";
import { leftovers } from "./leftovers.fixture.ts";
import { movedClock, openLife, SETTINGS, type Tags, type Told } from "./life.fixture.ts";

type Line = Told | { readonly ahead: number } | { readonly counts: Readonly<Record<string, number>> };

const lifeUntil = (point: string, time: number) => {
  const folder = temporaryFolder();
  const log = join(temporaryFolder(), "log");
  writeFileSync(join(folder, "registry.yaml"), SETTINGS);
  const worker = new URL("./crash-worker.fixture.ts", import.meta.url).pathname;
  const { signal, status, stderr } = spawnSync(process.execPath, [worker, folder, point, String(time), log], {
    encoding: "utf8",
    timeout: 60_000,
  });
  const lines = readFileSync(log, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Line);
  return { folder, signal, status, stderr, lines };
};

const whole = lifeUntil("none", 0);
const counts = whole.lines.flatMap((line) => ("counts" in line ? Object.entries(line.counts) : []));
const deaths = counts.flatMap(([point, times]) =>
  spread(
    Array.from({ length: times }, (_, at) => at + 1),
    1,
  ).map((time) => [point, time] as const),
);

test("a life without a death passes every point", () => {
  expect([whole.status, whole.stderr]).toEqual([0, ""]);
  expect(counts.length).toBeGreaterThanOrEqual(23);
});

test.each(deaths)(
  "killed at %s for the %i. time: nothing acknowledged is lost, nothing is left over after the grace",
  async (point, time) => {
    const { folder, signal, lines, stderr } = lifeUntil(point, time);
    expect([signal, stderr]).toEqual(["SIGKILL", ""]);
    let acknowledged: Tags = {};
    let open: readonly string[] = [];
    let ahead = 0;
    for (const line of lines) {
      if ("begins" in line) open = line.begins;
      else if ("done" in line) [acknowledged, open] = [{ ...acknowledged, ...line.done }, []];
      else if ("ahead" in line) ({ ahead } = line);
    }
    const clock = movedClock(ahead);
    const store = await openLife(folder, clock);
    try {
      const checkTags = (): void => {
        for (const [tag, digest] of Object.entries(acknowledged))
          if (!open.includes(tag)) expect([tag, store.manifests.get("team/app", tag)?.digest ?? null]).toEqual([tag, digest]);
      };
      checkTags();
      // Only the rot that the life put there itself, and only while it had not been pushed again.
      const { quarantined, damagedManifests } = await store.scrub({ verifiedBefore: clock.now() + 1, bytesPerSecond: 1e9 });
      expect(damagedManifests).toEqual([]);
      for (const { why } of quarantined)
        expect(why).toEqual(point.startsWith("scrub.") ? expect.stringMatching(/its file (has 3 bytes|is gone)/) : "never");
      expect(readdirSync(join(folder, "uploads"))).toEqual([]);
      clock.move(30 * 86_400_000);
      await store.collect({ dryRun: false, liveDigests: new Set() });
      clock.move(2 * 86_400_000);
      await store.collect({ dryRun: false, liveDigests: new Set() });
      checkTags();
      expect(await leftovers(folder)).toEqual([]);
    } finally {
      store.close();
    }
    const sqlite = new DatabaseSync(join(folder, "registry.sqlite"));
    expect(sqlite.prepare("PRAGMA integrity_check").get()).toEqual({ integrity_check: "ok" });
    sqlite.close();
  },
);
