import { expect, test } from "vitest";
import { DAY_MS, openTestStore } from "./store.fixture.ts";

test("a deleted tag, a deleted image with its tags, and a moved tag come back", async () => {
  const at = await openTestStore();
  const one = await at.image(["1.0.0", "latest"]);
  const two = await at.image(["latest"]);
  at.store.tags.delete("team/app", "1.0.0");
  expect(at.has("1.0.0")).toBe(false);
  expect(at.store.trash.undoTag("team/app", "1.0.0").restored).toEqual([{ name: "team/app:1.0.0", digest: one.digest }]);

  at.store.manifests.delete("team/app", two.digest);
  expect([at.has("latest"), at.has(two.digest)]).toEqual([false, false]);
  expect(at.store.trash.undo().restored.map(({ name }) => name)).toEqual([`team/app@${two.digest}`, "team/app:latest"]);
  expect(at.store.manifests.get("team/app", "latest")?.digest).toBe(two.digest);

  at.store.trash.undoTag("team/app", "latest");
  expect(at.store.manifests.get("team/app", "latest")?.digest).toBe(one.digest);
  expect(() => at.store.trash.undoTag("team/app", "1.0.0")).toThrow(/neither deleted nor moved/);
  expect(() => at.store.trash.undoTag("team/app", "none")).toThrow(/never had/);
});

test("what cannot come back says why, and the rest does", async () => {
  const at = await openTestStore();
  const { digest } = await at.image(["a", "b"]);
  at.store.manifests.delete("team/app", digest);
  await at.image(["a"]);
  const undone = at.store.trash.undo();
  expect(undone.restored.map(({ name }) => name)).toEqual([`team/app@${digest}`, "team/app:b"]);
  expect(undone.left).toEqual([{ name: "team/app:a", why: expect.stringContaining("moved to") }]);
});

test("an image whose parts were taken away does not come back half", async () => {
  const at = await openTestStore();
  const { digest, layer } = await at.image(["a"]);
  at.store.manifests.delete("team/app", digest);
  at.store.blobs.unlink("team/app", layer);
  const { restored, left } = at.store.trash.undo();
  expect(restored).toEqual([]);
  expect(left.map(({ why }) => why)).toEqual([expect.stringContaining(layer), expect.stringContaining(layer)]);
  expect(at.has("a")).toBe(false);
});

test("an immutable tag comes back as what it was and as nothing else", async () => {
  const at = await openTestStore();
  const { digest } = await at.image(["1.0.0"]);
  at.store.tags.delete("team/app", "1.0.0");
  await expect(at.image(["1.0.0"])).rejects.toThrow(/immutable/);
  at.store.trash.undo();
  expect(at.store.manifests.get("team/app", "1.0.0")?.digest).toBe(digest);
  // The tombstone outlives its manifest.
  at.store.manifests.delete("team/app", digest);
  await at.later(9 * DAY_MS);
  await at.store.collect({ dryRun: false, liveDigests: new Set() });
  await expect(at.image(["1.0.0"])).rejects.toThrow(/immutable/);
});

test("an index comes back with the children that went with it", async () => {
  const at = await openTestStore();
  const child = await at.image([]);
  const index = at.index(["1.0.0"], [child.digest]);
  at.store.manifests.delete("team/app", child.digest);
  at.store.manifests.delete("team/app", index);
  at.store.trash.undoTag("team/app", "1.0.0");
  expect([at.has("1.0.0"), at.has(child.digest)]).toEqual([true, true]);
});
