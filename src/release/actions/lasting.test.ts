import { expect, test } from "vitest";
import { fakeClock } from "../../core/index.ts";
import { createFakeProxy } from "../../proxy/index.ts";
import { dueOf, lastingEnd } from "./lasting.ts";

test("nobody is due where nobody is there, and everybody when time is up", () => {
  expect(dueOf(0, 500, 0, 1000).due).toBe(0);
  expect(dueOf(7, 1000, 0, 1000).due).toBe(7);
  expect(dueOf(7, 2000, 0, 1000).due).toBe(7);
});

test("what is due is in proportion to the time, and nothing of it is lost between two looks", () => {
  expect(dueOf(10, 99, 0, 1000)).toEqual({ due: 0, lastMs: 0 });
  expect(dueOf(10, 250, 0, 1000)).toEqual({ due: 2, lastMs: 200 });
  expect(dueOf(8, 300, 200, 1000)).toEqual({ due: 1, lastMs: 300 });
});

/** How many are still there after each tenth of the drain. */
const drained = async (policy: "cut" | "spread" | undefined, count: number): Promise<readonly number[]> => {
  const clock = fakeClock();
  const proxy = createFakeProxy();
  proxy.lasting.set("shop.web/r1-1", count);
  const end = lastingEnd({ proxy, clock }, "shop.web", "r1-1", 10_000, policy);
  const left: number[] = [];
  for (let tenth = 0; tenth < 10; tenth += 1) {
    for (let times = 0; times < 20; times += 1) {
      await end();
      await clock.sleep(50);
    }
    left.push(proxy.lasting.get("shop.web/r1-1") ?? 0);
  }
  return left;
};

test("spread: as many in each part of the drain, and none is left for its end", async () => {
  const left = await drained("spread", 900);
  const closed = left.map((now, index) => (left[index - 1] ?? 900) - now);
  for (const one of closed.slice(0, 8)) expect(one).toBeGreaterThanOrEqual(75);
  for (const one of closed) expect(one).toBeLessThanOrEqual(125);
  expect(left.at(-1)).toBe(0);
});

test("spread: three connections are not closed in one moment either", async () => {
  const left = await drained("spread", 3);
  expect(left.at(-1)).toBe(0);
  expect(new Set(left)).toEqual(new Set([3, 2, 1, 0]));
});

test("cut: at once; wait: not at all", async () => {
  expect((await drained("cut", 50))[0]).toBe(0);
  expect((await drained(undefined, 50)).at(-1)).toBe(50);
});
