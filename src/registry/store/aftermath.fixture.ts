import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect } from "vitest";
import { leftovers } from "./leftovers.fixture.ts";
import { movedClock, openLife, type Tags, type Told } from "./life.fixture.ts";

const DAY_MS = 86_400_000;

/** One line of a life's log: what it told, how far its clock was ahead when it died, or how often it passed each point when it did not. */
export type Line = Told | { readonly ahead: number } | { readonly counts: Readonly<Record<string, number>> };

export const linesOf = (log: string): readonly Line[] =>
  readFileSync(log, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Line);

/** Opens the folder of a life that was killed at a point: every acknowledged tag is there, nothing is damaged, and after the grace nothing is left over. */
export const expectNothingLost = async (folder: string, lines: readonly Line[], point: string): Promise<void> => {
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
    const rots = point.startsWith("scrub.") || point === "object.copied";
    const { quarantined, damagedManifests } = await store.scrub({ verifiedBefore: clock.now() + 1, bytesPerSecond: 1e9 });
    expect(damagedManifests).toEqual([]);
    for (const { why } of quarantined) expect(why).toEqual(rots ? expect.stringMatching(/its file (has 3 bytes|is gone)/) : "never");
    expect(readdirSync(join(folder, "uploads"))).toEqual([]);
    clock.move(30 * DAY_MS);
    for (const _ of [1, 2]) {
      await store.collect({ dryRun: false, liveDigests: new Set() });
      clock.move(2 * DAY_MS);
    }
    checkTags();
    expect(await leftovers(folder)).toEqual([]);
  } finally {
    store.close();
  }
  const sqlite = new DatabaseSync(join(folder, "registry.sqlite"));
  expect(sqlite.prepare("PRAGMA integrity_check").get()).toEqual({ integrity_check: "ok" });
  sqlite.close();
};
