import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { spread } from "../../../test/support/extent.ts";
import { temporaryFolder } from "../registry.fixture.ts";
import { isDiskFull, Refusal } from "../refusal.ts";
import { leftovers } from "./leftovers.fixture.ts";
import { medium } from "./medium.fixture.ts";
import { countingPoints, live, movedClock, openLife, SETTINGS, type Tags } from "./life.fixture.ts";

/** A life in which the disk is full once, at one point; whoever was refused tries again. */
const lifeWithFullDisk = async (point: string, time: number) => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "registry.yaml"), SETTINGS + medium().settings(folder));
  const clock = movedClock(0);
  let living = true;
  const { reached, counts } = countingPoints({ point, time }, () => {
    if (!living) return;
    throw Object.assign(new Error("no space left on device"), { code: "ENOSPC" });
  });
  const store = await openLife(folder, clock, reached);
  let tags: Tags = {};
  let refused = 0;
  const attempt = async (work: () => Promise<unknown>): Promise<unknown> => {
    try {
      return await work();
    } catch (error) {
      if (!isDiskFull(error) && !(error instanceof Refusal && /no space left/.test(error.message))) throw error;
      refused += 1;
      return work();
    }
  };
  try {
    await live(folder, store, clock, (line) => ("done" in line ? (tags = { ...tags, ...line.done }) : undefined), attempt);
    living = false;
    const passed = [...counts];
    const now = Object.fromEntries(Object.keys(tags).map((tag) => [tag, store.manifests.get("team/app", tag)?.digest ?? null]));
    const { quarantined } = await store.scrub({ verifiedBefore: clock.now() + 1, bytesPerSecond: 1e9 });
    clock.move(30 * 86_400_000);
    for (const _ of [1, 2]) {
      await store.collect({ dryRun: false, liveDigests: new Set() });
      clock.move(2 * 86_400_000);
    }
    return { tags, now, refused, quarantined, left: await leftovers(folder), counts: passed };
  } finally {
    store.close();
  }
};

test("a disk that is full at any point: who was refused tries again and has all, nothing is left over", async () => {
  const whole = await lifeWithFullDisk("none", 0);
  expect([whole.now, whole.left, whole.quarantined, whole.refused]).toEqual([whole.tags, [], [], 0]);
  const places = whole.counts.flatMap(([point, times]) => Array.from({ length: times }, (_, at) => [point, at + 1] as const));
  for (const [point, time] of spread(places, 6)) {
    const { now, left, quarantined, refused } = await lifeWithFullDisk(point, time);
    expect([point, time, now, left, quarantined, refused]).toEqual([point, time, whole.tags, [], [], 1]);
  }
}, 300_000);
