import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { type Digest, digestOf, hexOf } from "../../core/index.ts";
import type { CollectReport } from "./collect.ts";
import { mark } from "./marking.ts";
import type { Steps } from "./steps.ts";
import { medium } from "./medium.fixture.ts";
import { DAY_MS, HOUR_MS, openTestStore, type TestStore } from "./store.fixture.ts";

const collect = ({ store }: TestStore, live: readonly Digest[] = [], dryRun = false): Promise<CollectReport> =>
  store.collect({ dryRun, liveDigests: new Set(live) });

/** Long enough for everything: trash, grace, and the delay after it. */
const collectWhole = async (at: TestStore, live: readonly Digest[] = []): Promise<void> => {
  await at.later(8 * DAY_MS);
  await collect(at, live);
  await at.later(2 * HOUR_MS);
  await collect(at, live);
};

test("an image without a tag goes in steps: its manifest, then its blobs are absent, then their files go", async () => {
  const at = await openTestStore();
  const { digest, layer } = await at.image(["main"]);
  const other = await at.image(["main"]);
  expect((await collect(at)).manifests).toEqual([]);
  await at.later(25 * HOUR_MS);
  const first = await collect(at);
  expect(first.manifests).toMatchObject([{ repository: "team/app", digest, reason: expect.stringContaining("no tag") }]);
  expect([first.unlinked, first.condemned, first.removed]).toEqual([1, 1, []]);
  expect([at.has(digest), await at.hasBlob(layer), await medium().has(at.folder, layer)]).toEqual([false, false, true]);
  await at.later(2 * HOUR_MS);
  const second = await collect(at);
  expect(second.removed).toEqual([{ digest: layer, sizeBytes: 300 }]);
  expect([second.freedBytes, await medium().has(at.folder, layer)]).toEqual([300, false]);
  // The configuration is the other image's as well.
  expect([at.has("main"), await at.hasBlob(digestOf("{}")), await at.hasBlob(other.layer)]).toEqual([true, true, true]);
});

test("a dry run says what a run does, and changes nothing", async () => {
  const at = await openTestStore();
  const { digest, layer } = await at.image(["main"]);
  await at.image(["main"]);
  await at.later(25 * HOUR_MS);
  const told = await collect(at, [], true);
  expect([at.has(digest), await at.hasBlob(layer)]).toEqual([true, true]);
  // Looking at the blob was a lease; the run after the next grace does what was told.
  await at.later(25 * HOUR_MS);
  expect(await collect(at)).toEqual(told);
});

test("held: tags, children of nested indexes, referrers, cosign's tags, what is deployed, what is young or was just pulled by digest", async () => {
  const at = await openTestStore();
  const [amd, arm] = [await at.image([]), await at.image([])];
  const inner = at.index([], [amd.digest]);
  const outer = at.index(["1.0.0"], [inner, arm.digest]);
  const sbom = await at.image([], { subject: amd.digest });
  const signedSbom = await at.image([], { subject: sbom.digest });
  const cosign = await at.image([`sha256-${hexOf(arm.digest)}.sig`]);
  const elsewhere = await at.image([`sha256-${"a".repeat(64)}.sig`]);
  const lone = await at.image([], { subject: digestOf("never pushed") });
  const deployed = await at.image([]);
  const pulled = await at.image([]);
  const gone = await at.image([]);
  await at.later(8 * DAY_MS);
  at.store.pulls.record("team/app", pulled.digest, pulled.digest, "GET");
  const { manifests } = await collect(at, [deployed.digest]);
  expect(manifests.map(({ digest }) => digest)).toEqual([gone.digest]);
  const kept = [amd, arm, sbom, signedSbom, cosign, elsewhere, lone, deployed, pulled];
  for (const { digest } of kept) expect(at.has(digest), digest).toBe(true);
  for (const { layer } of kept) expect(await at.hasBlob(layer)).toBe(true);

  // With the image everything that goes with it goes, and nothing else.
  at.store.manifests.delete("team/app", outer);
  await collectWhole(at, [deployed.digest, pulled.digest]);
  for (const { digest } of [amd, arm, sbom, signedSbom, cosign]) expect(at.has(digest), digest).toBe(false);
  for (const { digest } of [elsewhere, lone, deployed, pulled]) expect(at.has(digest), digest).toBe(true);
  expect(at.store.tags.list("team/app", "", 10)).toEqual([`sha256-${"a".repeat(64)}.sig`]);
});

test("what a moving tag left, and what was deleted, has its grace from then on", async () => {
  const at = await openTestStore();
  const old = await at.image(["latest"]);
  await at.later(30 * DAY_MS);
  await at.image(["latest"]);
  await at.later(23 * HOUR_MS);
  await collect(at);
  expect(at.has(old.digest)).toBe(true);
  await at.later(2 * HOUR_MS);
  await collect(at);
  expect(at.has(old.digest)).toBe(false);
});

test("an emptied trash gives deleted images up at once; what was only dropped from a tag keeps its grace", async () => {
  const at = await openTestStore();
  const deleted = await at.image(["1.0.0"]);
  const dropped = await at.image(["main"]);
  await at.later(2 * DAY_MS);
  at.store.manifests.delete("team/app", deleted.digest);
  at.store.tags.delete("team/app", "main");
  await at.later(1);
  const { manifests } = await at.store.collect({ dryRun: false, emptyTrash: true, liveDigests: new Set() });
  expect(manifests.map(({ digest }) => digest)).toEqual([deleted.digest]);
  expect(at.has(dropped.digest)).toBe(true);
  await at.later(HOUR_MS);
  expect((await collect(at)).removed.map(({ digest }) => digest)).toEqual([deleted.layer]);
});

test("what is being pushed counts on what it was told: uploads, HEAD and mounts are leases", async () => {
  const at = await openTestStore();
  const { digest, layer } = await at.image(["main"]);
  const fresh = await at.blob();
  at.store.manifests.delete("team/app", digest);
  await at.later(7 * DAY_MS + HOUR_MS);
  // A client asks just before the image dies, and does not upload.
  expect(await at.hasBlob(layer)).toBe(true);
  await collect(at);
  expect([await at.hasBlob(layer), await at.hasBlob(fresh)]).toEqual([true, false]);
});

test("a push of a condemned blob brings it back, at any moment before and after its file went", async () => {
  const at = await openTestStore();
  const bytes = Buffer.from("the layer");
  const { digest } = await at.image(["main"], { layer: bytes });
  at.store.manifests.delete("team/app", digest);
  await at.later(8 * DAY_MS);
  await collect(at);
  expect(await at.hasBlob(digestOf(bytes))).toBe(false);
  expect(await at.store.blobs.mount("team/other", digestOf(bytes), "team/app")).toBe(false);
  await at.image(["main"], { layer: bytes });
  await collectWhole(at);
  expect([at.has("main"), await at.hasBlob(digestOf(bytes))]).toEqual([true, true]);
});

test("pushes that run into a collection are wholly before or wholly after it", async () => {
  const at = await openTestStore();
  const bytes = Buffer.from("shared");
  for (let round = 0; round < 20; round += 1) {
    const { digest } = await at.image([`b${round}`], { layer: bytes });
    at.store.manifests.delete("team/app", digest);
    await at.later(8 * DAY_MS);
    await collect(at);
    await at.later(2 * HOUR_MS);
    const [pushed] = await Promise.all([at.image([`c${round}`], { layer: bytes }), collect(at), collect(at)]);
    expect([at.has(`c${round}`), await at.hasBlob(pushed.layer), await medium().has(at.folder, pushed.layer)]).toEqual([true, true, true]);
    at.store.manifests.delete("team/app", pushed.digest);
  }
});

test("files without a record go after the grace, and a push adopts one", async ({ skip }) => {
  skip(!medium().backdates, "a real storage dates its objects itself");
  const at = await openTestStore();
  const [old, young] = [digestOf("old"), digestOf("young")];
  const before = new Date(at.clock.now() - 2 * DAY_MS);
  await medium().write(at.folder, old, "old", before);
  await medium().write(at.folder, young, "young");
  const { orphans, freedBytes } = await collect(at);
  expect([orphans, freedBytes]).toEqual([[medium().nameOf(at.folder, old)], 3]);
  expect([await medium().has(at.folder, old), await medium().has(at.folder, young)]).toEqual([false, true]);
  await at.blob(Buffer.from("young"));
  expect(await at.hasBlob(young)).toBe(true);
});

test("records that would let an image's parts be taken end the run before anything is", async () => {
  const at = await openTestStore();
  const { digest } = await at.image(["1.0.0"]);
  const gone = await at.image([]);
  const sqlite = new DatabaseSync(join(at.folder, "registry.sqlite"));
  sqlite.prepare("DELETE FROM manifest_edge WHERE parent = ?").run(digest);
  sqlite.close();
  await at.later(8 * DAY_MS);
  await expect(collect(at)).rejects.toMatchObject({ code: "STATE_NEEDS_PERSON" });
  expect([at.has("1.0.0"), at.has(gone.digest)]).toEqual([true, true]);
});

const finish = <Result>(steps: Steps<Result>): Result => {
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
  }
};

test("each digest is visited once: thirty levels of indexes that each name the next twice over", () => {
  const edges = Array.from({ length: 60 }, (_, level) =>
    ["a", "b"].flatMap((from) =>
      ["a", "b"].map((to) => ({ parent: `${from}${level}`, child: `${to}${level + 1}`, kind: "manifest" as const })),
    ),
  ).flat();
  const manifests = [...new Set(edges.flatMap(({ parent, child }) => [parent, child]))].map((digest) => ({
    digest,
    seenAt: 0,
    deletedAt: undefined,
  }));
  const { held, hold, dead } = finish(
    mark(
      { manifests, edges, tags: [{ tag: "t", digest: "a0", deletedAt: undefined }], asked: new Set() },
      { graceSince: 1, trashSince: 1, live: new Set() },
    ),
  );
  expect(held.size).toBe(manifests.length - 1);
  expect(held.get("a0")).toBe("tag t");
  expect(finish(dead())).toEqual(["b0"]);
  hold("b0", "pushed again");
  expect(finish(dead())).toEqual([]);
});

test("what is dead goes before what it names, refers to or signs", () => {
  const edges = [
    { parent: "index", child: "image", kind: "manifest" as const },
    { parent: "outer", child: "index", kind: "manifest" as const },
    { parent: "sbom", child: "image", kind: "subject" as const },
    { parent: "signed sbom", child: "sbom", kind: "subject" as const },
    // An index that names what it refers to.
    { parent: "both", child: "image", kind: "manifest" as const },
    { parent: "both", child: "image", kind: "subject" as const },
  ];
  const digests = ["both", "image", "index", "outer", "sbom", "signed sbom"];
  const manifests = digests.map((digest) => ({ digest, seenAt: 0, deletedAt: undefined }));
  const marked = finish(mark({ manifests, edges, tags: [], asked: new Set() }, { graceSince: 1, trashSince: 1, live: new Set() }));
  const order = finish(marked.dead());
  expect(order.toSorted()).toEqual(digests);
  for (const { parent, child } of edges) expect(order.indexOf(parent), `${parent} before ${child}`).toBeLessThan(order.indexOf(child));
});
