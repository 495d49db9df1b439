import { expect, test } from "vitest";
import { fakeClock } from "../core/index.ts";
import { createFakeEngine, fakeImage } from "../engine/index.ts";
import { buildLeftovers, buildTag, sweepBuilds } from "./leftovers.ts";

const HOUR_MS = 3_600_000;
const progress = { begin: () => undefined, end: () => undefined, note: () => undefined };

test("a name is one build's, says its layout, and is one that an engine takes", () => {
  const [first, again] = [buildTag("Web_App!", "/cache/a"), buildTag("Web_App!", "/cache/a")];
  expect(first).toMatch(/^seaworthy-build\/web-app:[0-9a-f]{12}-[0-9a-f]{16}$/);
  expect(again).not.toBe(first);
  expect(again.slice(0, 37)).toBe(first.slice(0, 37));
  expect(buildTag("!", "/cache/b")).toMatch(/^seaworthy-build\/service:/);
});

test("only those of the same layout are swept", async () => {
  const [mine, theirs] = [buildTag("web", "/cache/a"), buildTag("web", "/cache/b")];
  const engine = createFakeEngine({ images: { [mine]: fakeImage(), [theirs]: fakeImage(), "shop/web:1": fakeImage() } });
  await sweepBuilds(engine, "/cache/a", progress);
  const left = (await engine.images.list()).flatMap(({ tags }) => tags);
  expect(left.toSorted()).toEqual([theirs, "shop/web:1"].toSorted());
});

test("a build at work keeps its own; of another user's only the age is known", async () => {
  const clock = fakeClock(100 * HOUR_MS);
  const engine = createFakeEngine({ clock, images: { base: fakeImage() } });
  const [dead, busy, old, young] = [buildTag("a", "/c/dead"), buildTag("b", "/c/busy"), buildTag("c", "/other"), buildTag("d", "/other")];
  await engine.images.tag("base", old);
  await clock.sleep(30 * HOUR_MS);
  for (const tag of [dead, busy, young]) await engine.images.tag("base", tag);
  const found = await buildLeftovers(engine, {
    layouts: ["/c/dead", "/c/busy"],
    busy: (layout) => layout === "/c/busy",
    now: clock.now(),
  });
  expect(found.map(({ tag, goes }) => [tag, goes])).toEqual([
    [old, true],
    [dead, true],
    [busy, false],
    [young, false],
  ]);
  expect(found.map(({ why }) => why)).toEqual([
    expect.stringContaining("30 hours ago"),
    expect.stringContaining("cut off"),
    expect.stringContaining("at work"),
    expect.stringContaining("may be at work"),
  ]);
});
