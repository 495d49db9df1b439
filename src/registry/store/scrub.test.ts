import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { type Digest, digestOf } from "../../core/index.ts";
import { medium } from "./medium.fixture.ts";
import type { ScrubReport } from "./scrub.ts";
import { DAY_MS, openTestStore, type TestStore } from "./store.fixture.ts";

const scrub = ({ store, clock }: TestStore, bytesPerSecond = 1e9): Promise<ScrubReport> =>
  store.scrub({ verifiedBefore: clock.now() + 1, bytesPerSecond });

const rot = ({ folder }: TestStore, digest: Digest, bytes: Uint8Array): Promise<void> => medium().write(folder, digest, bytes);

test("rot is found, moved aside and absent, names the images that need it, and a push of the same bytes heals it", async () => {
  const at = await openTestStore();
  const layer = randomBytes(5000);
  const image = await at.image(["1.0.0"], { layer });
  at.index(["all"], [image.digest]);
  const big = await at.blob(randomBytes(3_000_000), { algorithm: "sha512" });
  expect((await scrub(at)).quarantined).toEqual([]);
  await rot(at, image.layer, randomBytes(5000));
  const { quarantined, blobs, manifests, readBytes } = await scrub(at);
  expect([blobs, manifests, readBytes > 3_000_000]).toEqual([3, 2, true]);
  expect(quarantined).toMatchObject([{ digest: image.layer, why: "its file has other bytes", images: ["team/app:1.0.0", "team/app:all"] }]);
  expect([await at.hasBlob(image.layer), await at.hasBlob(big)]).toEqual([false, true]);
  expect(await medium().quarantined(at.folder)).toEqual([quarantined[0]?.movedTo?.split("/").at(-1)]);
  // A collection does not take what an image needs.
  await at.store.collect({ dryRun: false, liveDigests: new Set() });
  await at.blob(layer);
  expect([await at.hasBlob(image.layer), (await scrub(at)).quarantined]).toEqual([true, []]);

  await at.later(8 * DAY_MS);
  await at.store.collect({ dryRun: false, liveDigests: new Set() });
  expect(await medium().quarantined(at.folder)).toEqual([]);
});

test("a push that died after its file was in its place has healed the blob", async () => {
  const at = await openTestStore();
  const bytes = randomBytes(1000);
  const digest = await at.blob(bytes);
  await rot(at, digest, randomBytes(1000));
  await scrub(at);
  await rot(at, digest, randomBytes(1000));
  expect([(await scrub(at)).healed, await at.hasBlob(digest)]).toEqual([[], false]);
  await rot(at, digest, bytes);
  expect([(await scrub(at)).healed, await at.hasBlob(digest)]).toEqual([[digest], true]);
});

test("a file that is gone, cut or of sha512 with other bytes", async () => {
  const at = await openTestStore();
  const [gone, cut, other] = [await at.blob(), await at.blob(randomBytes(2000)), await at.blob(randomBytes(100), { algorithm: "sha512" })];
  await medium().remove(at.folder, gone);
  await rot(at, cut, randomBytes(10));
  await rot(at, other, randomBytes(100));
  const { quarantined } = await scrub(at);
  expect(Object.fromEntries(quarantined.map(({ digest, why }) => [digest, why]))).toEqual({
    [gone]: "its file is gone",
    [cut]: "its file has 10 bytes instead of 2000",
    [other]: "its file has other bytes",
  });
  expect(quarantined.find(({ digest }) => digest === gone)?.movedTo).toBeUndefined();
});

test("without a scrub an upload of the same digest heals too, and a mount of rot found meanwhile is refused", async () => {
  const at = await openTestStore();
  const bytes = randomBytes(1000);
  const digest = await at.blob(bytes);
  await rot(at, digest, randomBytes(1000));
  await at.blob(bytes);
  expect((await scrub(at)).quarantined).toEqual([]);
  await rot(at, digest, randomBytes(1000));
  await scrub(at);
  expect(await at.store.blobs.mount("team/other", digest, "team/app")).toBe(false);
});

test("it reads no faster than it may, passes over what was verified lately, and stops when told", async () => {
  const at = await openTestStore();
  await at.blob(randomBytes(100_000));
  const began = at.clock.elapsed();
  await scrub(at, 10_000);
  expect(at.clock.elapsed() - began).toBeGreaterThanOrEqual(9_900);
  expect((await at.store.scrub({ verifiedBefore: at.clock.now() - DAY_MS, bytesPerSecond: 1e9 })).blobs).toBe(0);
  const stop = new AbortController();
  stop.abort();
  await expect(at.store.scrub({ verifiedBefore: at.clock.now() + 1, bytesPerSecond: 1e9, signal: stop.signal })).rejects.toThrow();
});

test("a push that comes while rot is being read wins", async () => {
  const at = await openTestStore();
  const bytes = randomBytes(3_000_000);
  const digest = await at.blob(bytes);
  await rot(at, digest, randomBytes(3_000_000));
  await at.later(5);
  const [report] = await Promise.all([scrub(at), at.blob(bytes)]);
  expect(report.quarantined.length).toBeLessThanOrEqual(1);
  expect([await medium().has(at.folder, digest), digestOf(bytes) === digest, await at.hasBlob(digest)]).toEqual([true, true, true]);
});
