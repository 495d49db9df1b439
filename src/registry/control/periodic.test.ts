import { chmodSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { Clock } from "../../core/index.ts";
import type { LogEntry } from "../http/service.ts";
import { readPolicy } from "../policy/policy.ts";
import { blobFile } from "../store/blob-files.ts";
import { DAY_MS, HOUR_MS, openTestStore } from "../store/store.fixture.ts";
import { keepUp } from "./periodic.ts";

/** Its naps end when the test says so. */
const steppedClock = () => {
  let now = Date.now();
  let wake: () => void = () => undefined;
  const clock: Clock = {
    now: () => now,
    elapsed: () => now,
    sleep: (_ms, signal) =>
      new Promise((resolve, reject) => {
        wake = resolve;
        signal?.addEventListener("abort", () => reject(new Error("ended")), { once: true });
      }),
  };
  const pass = async (ms: number): Promise<void> => {
    now += ms;
    wake();
    await new Promise((done) => setTimeout(done, 50));
  };
  return { clock, pass, move: (ms: number) => void (now += ms) };
};

test("while it serves: retention, collection and scrub when they are due, each told", async () => {
  const { clock, pass, move } = steppedClock();
  const settings = 'repositories: [{match: ["**"], retain: [{keepLast: 1}]}]\nretain: {every: 1d, maxDrop: 60}\ntrash: {keepFor: 1d}\n';
  const at = await openTestStore({ settings, clock });
  const old = await at.image(["a"]);
  move(1000);
  const kept = await at.image(["b"]);
  const told: LogEntry[] = [];
  const end = keepUp({ store: at.store, policy: readPolicy(at.folder), clock, liveDigests: async () => new Set() }, (entry) =>
    told.push(entry),
  );
  try {
    await pass(60_000);
    expect(at.has("a")).toBe(true);
    await pass(10 * 60_000);
    await expect.poll(() => at.has("a")).toBe(false);
    expect(told.map(({ message }) => message)).toEqual([expect.stringMatching(/^retention dropped tags \(registry undo \d+/)]);
    await expect.poll(() => at.store.doneAt("gc")).toBeGreaterThan(0);
    await pass(HOUR_MS);
    await pass(3 * DAY_MS);
    await expect.poll(() => at.has(old.digest)).toBe(false);
    chmodSync(blobFile(at.folder, kept.layer), 0o644);
    writeFileSync(blobFile(at.folder, kept.layer), "rot");
    await pass(HOUR_MS);
    await pass(31 * DAY_MS);
    await expect
      .poll(() => told.filter(({ level }) => level === "error").map(({ message }) => message))
      .toEqual([expect.stringMatching(/is rotten: its file has 3 bytes instead of 300. Push again: team\/app:b/)]);
  } finally {
    await end();
  }
});
