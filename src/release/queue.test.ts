import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { takePlace } from "./queue.ts";

const folder = (): string => {
  const made = mkdtempSync(join(tmpdir(), "sw-queue-"));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  return join(made, "leases");
};
const soon = (): Promise<void> => sleep(500);

test("of those who wait the newest stays, and the others are told whose turn it is", async () => {
  const where = folder();
  using first = takePlace(where, "shop", { who: "ann@a", what: "deploy shop 1" });
  using second = takePlace(where, "shop", { who: "bob@b", what: "deploy shop 2" });
  using other = takePlace(where, "blog", { who: "ann@a", what: "deploy blog 1" });
  await soon();
  expect(first.signal.aborted).toBe(true);
  expect(first.signal.reason).toMatchObject({ code: "LOCKED", message: expect.stringContaining("bob@b: deploy shop 2") });
  expect([second.signal.aborted, other.signal.aborted]).toEqual([false, false]);
});

test("one whose turn has come leaves room, and does not call back who waits after it", async () => {
  const where = folder();
  const first = takePlace(where, "shop", { who: "ann@a", what: "deploy shop 1" });
  first[Symbol.dispose]();
  using second = takePlace(where, "shop", { who: "bob@b", what: "deploy shop 2" });
  await soon();
  expect(second.signal.aborted).toBe(false);
  expect(first.signal.aborted).toBe(false);
});

test("one that is overtaken by somebody who has begun by now leaves as well", async () => {
  const where = folder();
  using first = takePlace(where, "shop", { who: "ann@a", what: "deploy shop 1" });
  takePlace(where, "shop", { who: "bob@b", what: "deploy shop 2" })[Symbol.dispose]();
  await soon();
  expect(first.signal.reason).toMatchObject({ message: expect.stringContaining("has begun by now") });
});
