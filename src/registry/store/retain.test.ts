import { expect, test } from "vitest";
import { type Digest, hexOf } from "../../core/index.ts";
import type { RetainReport } from "./retain.ts";
import { DAY_MS, HOUR_MS, openTestStore, type TestStore } from "./store.fixture.ts";

const retain = ({ store }: TestStore, options: Partial<Parameters<typeof store.retain>[0]> = {}): RetainReport =>
  store.retain({ dryRun: false, confirmed: false, liveDigests: new Set<Digest>(), ...options });

const tagsOf = ({ store }: TestStore): readonly string[] => store.tags.list("team/app", "", 100);

const SETTINGS = `
repositories:
  - match: ["team/**"]
    retain:
      - {tags: ["pr-*"], keepLast: 2}
      - {tags: ["v*"], keepVersions: {range: ">=1", last: 2}}
      - {tags: ["b-*"], keepFor: 10d, keepPulledWithin: 5d}
retain: {maxDrop: 80}
trash: {keepFor: 3d}
`;

test("each tag stays or goes by the first rule that matches, and says why; deployed digests and what no rule names stay", async () => {
  const at = await openTestStore({ settings: SETTINGS });
  for (const tag of ["pr-1", "pr-2", "pr-3", "v0.9.0", "v1.0.0", "v1.1.0", "v2.0.0", "b-old", "b-pulled", "main"]) {
    await at.image([tag]);
    await at.later(HOUR_MS);
  }
  const deployed = await at.image(["b-deployed"]);
  const [child] = [await at.image([])];
  at.index(["b-index"], [child.digest]);
  await at.later(11 * DAY_MS);
  await at.image(["b-new"]);
  const pulled = at.store.manifests.get("team/app", "b-pulled");
  if (pulled !== undefined) at.store.pulls.record("team/app", pulled.digest, pulled.digest, "GET");
  const liveDigests = new Set([deployed.digest, child.digest]);

  const told = retain(at, { dryRun: true, liveDigests });
  expect(tagsOf(at)).toHaveLength(13);
  const verdicts = Object.fromEntries(
    told.repositories[0]?.verdicts.map(({ tag, keep, reason }) => [tag, `${keep ? "stays" : "goes"}: ${reason}`]) ?? [],
  );
  expect(verdicts).toEqual({
    "b-deployed": "stays: deployed",
    "b-index": "stays: deployed",
    "b-new": "stays: moved 0 min ago (rule for b-*)",
    "b-old": "goes: moved 11 d ago, never pulled (rule for b-*)",
    "b-pulled": "stays: pulled 0 min ago (rule for b-*)",
    main: "stays: no rule speaks of it",
    "pr-1": "goes: not among the last 2 (rule for pr-*)",
    "pr-2": "stays: among the last 2 (rule for pr-*)",
    "pr-3": "stays: among the last 2 (rule for pr-*)",
    "v0.9.0": "goes: no version of the 2 highest of >=1 (rule for v*)",
    "v1.0.0": "goes: no version of the 2 highest of >=1 (rule for v*)",
    "v1.1.0": "stays: a version of the 2 highest of >=1 (rule for v*)",
    "v2.0.0": "stays: a version of the 2 highest of >=1 (rule for v*)",
  });
  const done = retain(at, { liveDigests });
  expect(done.repositories).toEqual(told.repositories);
  expect(tagsOf(at)).toEqual(["b-deployed", "b-index", "b-new", "b-pulled", "main", "pr-2", "pr-3", "v1.1.0", "v2.0.0"]);
});

test("a run is undone as a whole, inside its time in the trash even after a collection; afterwards the images go with their signatures", async () => {
  const at = await openTestStore({ settings: SETTINGS });
  const images = [];
  for (const tag of ["pr-1", "pr-2", "pr-3", "pr-4"]) {
    images.push(await at.image([tag]));
    await at.later(HOUR_MS);
  }
  const [first] = images;
  if (first === undefined) throw new Error("no image");
  const signature = await at.image([`sha256-${hexOf(first.digest)}.sig`]);
  const { operation } = retain(at);
  expect(tagsOf(at)).toEqual(["pr-3", "pr-4", `sha256-${hexOf(first.digest)}.sig`]);
  await at.later(2 * DAY_MS);
  await at.store.collect({ dryRun: false, liveDigests: new Set() });
  expect(at.store.trash.list(5)).toMatchObject([{ operation, kind: "retain", tags: ["team/app:pr-1", "team/app:pr-2"], tagCount: 2 }]);
  expect(at.store.trash.undo()).toEqual({
    restored: [
      { name: "team/app:pr-1", digest: images[0]?.digest },
      { name: "team/app:pr-2", digest: images[1]?.digest },
    ],
    left: [],
  });
  expect([at.has("pr-1"), await at.hasBlob(first.layer), at.store.trash.list(5)]).toEqual([true, true, []]);

  // What a person brought back is not taken away again at once.
  await at.later(HOUR_MS);
  expect(retain(at).operation).toBeUndefined();
  await at.later(4 * DAY_MS);
  retain(at);
  await at.later(4 * DAY_MS);
  await at.store.collect({ dryRun: false, liveDigests: new Set() });
  expect([at.has(first.digest), at.has(signature.digest), tagsOf(at)]).toEqual([false, false, ["pr-3", "pr-4"]]);
  expect(() => at.store.trash.undo()).toThrow(/nothing to undo/);
});

test("a drop that surprises is refused as a whole until it is confirmed", async () => {
  const at = await openTestStore({ settings: 'repositories: [{match: ["**"], retain: [{keepFor: 1d}]}]\nretain: {maxDrop: 60}\n' });
  await at.image(["a"]);
  await at.image(["b"]);
  await at.later(2 * DAY_MS);
  await at.image(["c"]);
  expect(retain(at).repositories).toMatchObject([{ repository: "team/app", refused: "it would drop 2 of 3 tags, more than 60 %" }]);
  await at.later(2 * DAY_MS);
  expect(retain(at).repositories).toMatchObject([{ refused: "it would drop all 3 tags" }]);
  expect(tagsOf(at)).toEqual(["a", "b", "c"]);
  expect(retain(at, { confirmed: true }).operation).toBeDefined();
  expect(tagsOf(at)).toEqual([]);
  expect(at.store.trash.undo().restored).toHaveLength(3);
});
