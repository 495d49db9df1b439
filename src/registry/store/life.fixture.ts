import { type Clock, type Digest, digestOf, parseDigest } from "../../core/index.ts";
import { readPolicy } from "../policy/policy.ts";
import { medium } from "./medium.fixture.ts";
import type { Point, Reached } from "./points.ts";
import { pushesInto } from "./pushes.fixture.ts";
import { openStore, type Store } from "./store.ts";

/** What the tags of `team/app` stand for, null for one that was deleted. */
export type Tags = Readonly<Record<string, Digest | null>>;

/** One line of what the life of a registry told: what it is about to do, and what it has acknowledged. */
export type Told = { readonly begins: readonly string[] } | { readonly done: Tags };

export const SETTINGS = 'repositories: [{match: ["**"], retain: [{tags: ["pr-*"], keepLast: 2}]}]\n';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** A clock that a test moves, and that is moved on by what the folder has seen already. */
export const movedClock = (byMs: number): Clock & { readonly move: (ms: number) => void } => {
  let ahead = byMs;
  return {
    now: () => Date.now() + ahead,
    elapsed: () => performance.now(),
    sleep: async () => undefined,
    move: (ms) => void (ahead += ms),
  };
};

export const openLife = (folder: string, clock: Clock, reached?: Reached): Promise<Store> =>
  openStore(folder, { clock, reserveBytes: 0, policy: readPolicy(folder), ...(reached === undefined ? {} : { reached }) });

const bytesOf = (name: string): Buffer => Buffer.alloc(2000, name);

/**
 * Everything a registry goes through, in order: pushes, a tag that moves, an index, deletions, undo, retention, collection, scrub with rot, an orphan.
 * Always the same digests. Each step is told before and after; a step that fails is done again by `step`'s caller.
 */
export const live = async (
  folder: string,
  store: Store,
  clock: ReturnType<typeof movedClock>,
  tell: (line: Told) => void,
  attempt: (work: () => Promise<unknown>) => Promise<unknown> = (work) => work(),
): Promise<void> => {
  const pushes = pushesInto(store);
  const digests = new Map<string, Digest>();
  const step = async (tags: readonly string[], work: () => Promise<Tags> | Tags): Promise<void> => {
    tell({ begins: tags });
    await attempt(async () => tell({ done: await work() }));
  };
  const push = (name: string, tags: readonly string[]): Promise<void> =>
    step(tags, async () => {
      const { digest } = await pushes.image(tags, { layer: bytesOf(name) });
      digests.set(name, digest);
      return Object.fromEntries(tags.map((tag) => [tag, digest]));
    });
  const collect = (): Promise<void> =>
    step([], async () => {
      await store.collect({ dryRun: false, liveDigests: new Set() });
      return {};
    });
  const of = (name: string): Digest => parseDigest(digests.get(name) ?? "");

  await push("a", ["1.0.0", "latest"]);
  await push("b", ["latest"]);
  for (const child of ["c", "d"]) await push(child, []);
  await step(["2.0.0"], () => ({ "2.0.0": pushes.index(["2.0.0"], [of("c"), of("d")]) }));
  await step(["1.0.0"], () => {
    if (store.manifests.get("team/app", "1.0.0") !== undefined) store.tags.delete("team/app", "1.0.0");
    return { "1.0.0": null };
  });
  await step(["1.0.0"], () => {
    if (store.manifests.get("team/app", "1.0.0") === undefined) store.trash.undoTag("team/app", "1.0.0");
    return { "1.0.0": of("a") };
  });
  await step(["2.0.0"], () => {
    const index = store.manifests.get("team/app", "2.0.0");
    if (index !== undefined) store.manifests.delete("team/app", index.digest);
    return { "2.0.0": null };
  });
  for (const pr of ["pr-1", "pr-2", "pr-3"]) {
    clock.move(1000);
    await push(pr, [pr]);
  }
  await step(["pr-1"], () => {
    store.retain({ dryRun: false, confirmed: true, liveDigests: new Set() });
    return { "pr-1": null };
  });
  clock.move(9 * DAY_MS);
  await collect();
  clock.move(2 * HOUR_MS);
  await collect();
  await push("a", ["1.0.0"]);
  await step([], async () => {
    const rotten = digestOf(bytesOf("b"));
    // Moved aside already, when this is done again.
    if (await medium().has(folder, rotten)) await medium().write(folder, rotten, "rot");
    await store.scrub({ verifiedBefore: clock.now() + 1, bytesPerSecond: 1e9 });
    return {};
  });
  await push("b", ["latest"]);
  await step([], async () => {
    await medium().write(folder, digestOf("orphan"), "orphan", new Date(Date.now() - DAY_MS));
    await store.collect({ dryRun: false, liveDigests: new Set() });
    return {};
  });
};

/** Calls `act` when a point is reached for the given time, counted from 1; counts them all. */
export const countingPoints = (wanted: { readonly point: string; readonly time: number }, act: () => void) => {
  const counts = new Map<Point, number>();
  const reached: Reached = (point) => {
    const time = (counts.get(point) ?? 0) + 1;
    counts.set(point, time);
    if (point === wanted.point && time === wanted.time) act();
  };
  return { reached, counts };
};
