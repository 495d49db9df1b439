import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished, expect, test } from "vitest";
import { openRuns, type Run } from "./runs.ts";

const folderOf = (): string => {
  const folder = mkdtempSync(join(tmpdir(), "sw-runs-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};
const begun = (dueAt?: number, service = "backup"): Omit<Run, "id" | "ended"> => ({
  project: "shop",
  service,
  release: 3,
  container: `shop-${service}-r3-at-${dueAt ?? 0}`,
  who: "agent@here",
  deadlineMs: 1000,
  graceSeconds: 10,
  begunAt: 5,
  ...(dueAt === undefined ? {} : { dueAt }),
});

test("what was begun is open until it has ended, also for the next process", () => {
  const folder = folderOf();
  const end = { outcome: "failed", at: 9, exitCode: 2, log: ["a 'quoted' \"line\""] } as const;
  {
    using runs = openRuns(folder);
    const { id } = runs.begin(begun(100));
    runs.begin(begun(undefined, "other"));
    expect(runs.open().map(({ service }) => service)).toEqual(["backup", "other"]);
    runs.end(id, end);
    runs.end(id, { outcome: "lost", at: 10, log: [] });
  }
  using runs = openRuns(folder);
  expect(runs.open().map(({ service }) => service)).toEqual(["other"]);
  expect(runs.of("shop", "backup", 5)).toEqual([{ ...begun(100), id: 1, ended: end }]);
  expect(statSync(join(folder, "runs.sqlite")).mode & 0o777).toBe(0o600);
});

test("the newest time that was dealt with, whether it was run, missed or is under way", () => {
  using runs = openRuns(folderOf());
  expect(runs.lastDue("shop", "backup")).toBeUndefined();
  runs.begin(begun(100));
  runs.begin(begun(300));
  runs.begin(begun());
  runs.begin(begun(900, "other"));
  expect(runs.lastDue("shop", "backup")).toBe(300);
});

test("a schedule counts from when it was seen first, until it changes", () => {
  using runs = openRuns(folderOf());
  expect(["0 1 * * *", "0 1 * * *", "0 2 * * *", "0 2 * * *"].map((cron, at) => runs.since("shop", "backup", cron, at))).toEqual([
    0, 0, 2, 2,
  ]);
  expect(runs.since("shop", "other", "0 2 * * *", 9)).toBe(9);
});

test("of each service the last 200 are kept, and what is open", () => {
  using runs = openRuns(folderOf());
  const open = runs.begin(begun(1));
  const other = runs.begin(begun(1, "other"));
  runs.end(other.id, { outcome: "succeeded", at: 1, log: [] });
  for (let due = 2; due < 260; due += 1) runs.end(runs.begin(begun(due)).id, { outcome: "succeeded", at: due, log: [] });
  const kept = runs.of("shop", "backup", 1000);
  expect(kept).toHaveLength(201);
  expect([kept[0]?.dueAt, kept.at(-1)?.id]).toEqual([259, open.id]);
  expect(runs.of("shop", "other", 10)).toHaveLength(1);
});

test("a file that is none of ours is told of, and nothing is lost with it", () => {
  const folder = folderOf();
  writeFileSync(join(folder, "runs.sqlite"), "not a database, but a note of somebody, long enough to be read as one ".repeat(20));
  expect(() => openRuns(folder)).toThrow(
    expect.objectContaining({ code: "STATE_NEEDS_PERSON", hint: expect.stringContaining("move it away") }),
  );
});
