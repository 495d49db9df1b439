import { expect, test } from "vitest";
import { fakeClock, isoTime, systemClock } from "./clock.ts";

test("sleeping ends after its time", async () => {
  const begun = systemClock.elapsed();
  await systemClock.sleep(30);
  expect(systemClock.elapsed() - begun).toBeGreaterThanOrEqual(29);
});

test("an abort ends it at once, with the signal's own reason", async () => {
  const controller = new AbortController();
  const sleeping = systemClock.sleep(60_000, controller.signal);
  const reason = new Error("enough");
  controller.abort(reason);
  await expect(sleeping).rejects.toBe(reason);
  await expect(systemClock.sleep(60_000, controller.signal)).rejects.toBe(reason);
});

test("longer than a timer can count does not end at once", async () => {
  const controller = new AbortController();
  const sleeping = systemClock.sleep(30 * 86_400_000, controller.signal);
  const first = await Promise.race([sleeping.then(() => "ended"), systemClock.sleep(50).then(() => "sleeps")]);
  controller.abort(new Error("enough"));
  await expect(sleeping).rejects.toThrow("enough");
  expect(first).toBe("sleeps");
});

test("the fake one moves only when slept on", async () => {
  const clock = fakeClock(Date.UTC(2026, 1, 3, 4, 5, 6));
  await clock.sleep(90_000);
  expect([clock.elapsed(), isoTime(clock.now())]).toEqual([90_000, "2026-02-03T04:06:36Z"]);
  await expect(clock.sleep(1, AbortSignal.abort(new Error("no")))).rejects.toThrow("no");
  expect(clock.elapsed()).toBe(90_000);
});
