import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, expect, test } from "vitest";
import { fakeClock, SeaworthyError, silentProgress, type StateFolder } from "../../core/index.ts";
import { createFakeEngine, type FakeEngine, fakeImage } from "../../engine/index.ts";
import { type Journal, openJournal } from "../journal.ts";
import { keptTag } from "../kept-images.ts";
import { LABELS } from "../live.ts";
import { containerSha, manifestDigest, type ReleaseManifest } from "../manifest.ts";
import { imageDigest, manifestOf, webService } from "../test-data/manifests.ts";
import { pruneReleases } from "./prune.ts";
import { withThoseFree } from "./turns.ts";

const root = mkdtempSync(join(tmpdir(), "sw-prune-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const UUID = "11111111-2222-3333-4444-555555555555";
const clock = fakeClock();

let journal: Journal;
let engine: FakeEngine;
let state: StateFolder;

beforeEach(() => {
  const folder = mkdtempSync(join(root, "s-"));
  state = { folder, runFolder: join(folder, "run"), uuid: UUID };
  journal = openJournal(folder, clock);
  engine = createFakeEngine({ clock });
});

const shop = (version: string, project = "shop"): ReleaseManifest => ({ ...manifestOf(version, [webService(version)]), project });
const imageOf = (version: string): string => {
  const { image } = webService(version);
  return `${image.repository}@${image.digest}`;
};

const release = (manifest: ReleaseManifest, ended = true): void => {
  const { project } = manifest;
  const number = journal.nextRelease(project);
  const digest = manifestDigest(manifest);
  const plan = { schema: "seaworthy/plan@1" as const, project, release: number, manifest: digest, summary: [], steps: [] };
  journal.append(project, number, { kind: "release", manifest, digest, who: "ann@here", why: "", evidence: [], plan });
  if (ended) journal.append(project, number, { kind: "finished", outcome: "live", seconds: 1 });
  for (const { image } of manifest.services) {
    const reference = `${image.repository}@${image.digest}`;
    engine.addImage(reference, fakeImage({ id: imageDigest(`config of ${reference}`) }));
    engine.addImage(keptTag(reference), fakeImage({ id: imageDigest(`config of ${reference}`) }));
  }
};

const container = async (name: string, labels: Readonly<Record<string, string>>, run: "ended" | "running" | "created" = "ended") => {
  engine.addImage("base", fakeImage());
  await engine.containers.create(name, { Image: "base", Labels: { [LABELS.state]: UUID, ...labels }, HostConfig: {} });
  if (run !== "created") await engine.containers.start(name);
  if (run === "ended") await engine.containers.stop(name, 1);
};

const pruned = (dryRun: boolean, keep = 1) =>
  pruneReleases({ engine, state, journal, keeps: new Map([["shop", { releases: keep, forMs: 0 }]]), now: clock.now() }, new Map(), {
    dryRun,
    progress: silentProgress,
  });
const names = async (): Promise<readonly string[]> => (await engine.containers.list({})).map(({ name }) => name).toSorted();
const isThere = async (reference: string): Promise<boolean> => (await engine.images.inspect(reference)) !== undefined;

test("a dry run says of each thing why it goes or stays, and touches nothing", async () => {
  for (const version of ["1", "2", "3"]) release(shop(version));
  await container("shop-web-r1-1", { [LABELS.project]: "shop", [LABELS.service]: "web", [LABELS.release]: "1", [LABELS.sha]: "old" });
  const before = engine.calls.filter(({ method }) => /remove|tag|stop/.test(method)).length;
  const said = (await pruned(true)).map(({ kind, name, goes, why }) => [kind, name, goes, why]);
  expect(said).toEqual([
    ["container", "shop-web-r1-1", true, "r1 of shop is not what serves"],
    ["image", imageOf("3"), false, "r3 of shop serves it"],
    ["image", imageOf("2"), false, "r2 of shop can be gone back to"],
    ["image", imageOf("1"), true, "r1 of shop is beyond what is kept"],
  ]);
  expect(engine.calls.filter(({ method }) => /remove|tag|stop/.test(method))).toHaveLength(before);
});

test("an image goes with the name that kept it, once the container of its release has gone", async () => {
  for (const version of ["1", "2", "3"]) release(shop(version));
  await engine.containers.create("shop-web-r1-1", {
    Image: imageOf("1"),
    Labels: { [LABELS.state]: UUID, [LABELS.project]: "shop", [LABELS.service]: "web", [LABELS.release]: "1" },
    HostConfig: {},
  });
  await engine.containers.start("shop-web-r1-1");
  await engine.containers.stop("shop-web-r1-1", 1);
  const outcomes = (await pruned(false)).filter(({ goes }) => goes).map(({ kind, outcome }) => [kind, outcome]);
  expect(outcomes).toEqual([
    ["container", "removed"],
    ["image", "removed"],
  ]);
  expect(await Promise.all([imageOf("1"), keptTag(imageOf("1")), imageOf("2"), keptTag(imageOf("2"))].map(isThere))).toEqual([
    false,
    false,
    true,
    true,
  ]);
});

test("containers: what has ended and nobody needs goes; what runs, may start, is live, or is another's stays", async () => {
  release(shop("1"));
  const web = { [LABELS.project]: "shop", [LABELS.service]: "web", [LABELS.release]: "1" };
  await container("live-but-ended", { ...web, [LABELS.sha]: containerSha(webService("1")) });
  await container("old-and-running", { ...web, [LABELS.sha]: "old" }, "running");
  await container("old-and-ended", { ...web, [LABELS.sha]: "old" });
  await container("old-and-created", { ...web, [LABELS.sha]: "old" }, "created");
  await container("job", { "com.docker.compose.project": "shop", [LABELS.role]: "job" });
  await container("one-off", { "com.docker.compose.project": "shop", [LABELS.role]: "one-off" });
  await container("seaworthy-proxy", { [LABELS.role]: "proxy" });
  await container("another-project", { [LABELS.project]: "blog", [LABELS.service]: "web" });
  await container("another-state", { ...web, [LABELS.state]: "another" });
  await pruned(false);
  expect(await names()).toEqual(
    ["live-but-ended", "old-and-running", "old-and-created", "seaworthy-proxy", "another-project", "another-state"].toSorted(),
  );
});

test("while a release is under way its project's containers stay, all of them", async () => {
  release(shop("1"));
  release(shop("2"), false);
  await container("shop-web-r1-1", { [LABELS.project]: "shop", [LABELS.service]: "web", [LABELS.release]: "1", [LABELS.sha]: "old" });
  const said = await pruned(false);
  expect(said.find(({ kind }) => kind === "container")).toMatchObject({ goes: false, why: "r2 of shop is under way" });
  expect(await names()).toEqual(["shop-web-r1-1"]);
});

test("what another project begins to need while this one is pruned stays", async () => {
  for (const version of ["1", "2", "3", "4"]) release(shop(version));
  const { images } = engine;
  let begun = false;
  engine = {
    ...engine,
    images: {
      ...images,
      remove: async (reference) => {
        await images.remove(reference);
        if (!begun) release(shop("1", "blog"), false);
        begun = true;
      },
    },
  };
  const said = await pruned(false);
  expect(said.find(({ name }) => name === imageOf("1"))).toMatchObject({ goes: false, why: "r1 of blog is under way" });
  expect(await isThere(imageOf("1"))).toBe(true);
});

test("what the engine does not let go of is told, and the rest goes", async () => {
  for (const version of ["1", "2", "3", "4"]) release(shop(version));
  engine.fail("images.remove", new SeaworthyError("ENGINE_REFUSED", "conflict: it is being used"), { on: imageOf("1") });
  const said = (await pruned(false)).filter(({ goes }) => goes);
  expect(said.map(({ name, outcome, because }) => [name, outcome, because])).toEqual([
    [imageOf("2"), "removed", undefined],
    [imageOf("1"), "refused", "conflict: it is being used"],
  ]);
});

test("secrets and configs that no kept release mounts go, in memory and sealed", async () => {
  release(shop("1"));
  const [memory, sealed, others] = [
    join(state.runFolder, "files/shop/secret-a-0-0-0-400"),
    join(state.folder, "vault/shop/secret-a-0"),
    join(state.folder, "vault/blog/secret-a-0"),
  ];
  for (const path of [memory, sealed, others]) {
    mkdirSync(join(path, ".."), { recursive: true });
    writeFileSync(path, "12345");
  }
  const said = await pruned(false);
  expect(said.filter(({ kind }) => kind === "file")).toMatchObject([
    { name: memory, goes: true, sizeBytes: 5, outcome: "removed" },
    { name: sealed, goes: true, sizeBytes: 5, outcome: "removed" },
  ]);
  expect([memory, sealed, others].map((path) => existsSync(path))).toEqual([false, false, true]);
});

test("of several projects those that somebody is at work on are left out, and told", async () => {
  const order: string[] = [];
  const hold = async <T>(project: string, inner: () => Promise<T>): Promise<T> => {
    if (project === "b") throw new SeaworthyError("LOCKED", "bob deploys b");
    order.push(`hold ${project}`);
    const result = await inner();
    order.push(`free ${project}`);
    return result;
  };
  const result = await withThoseFree(["c", "b", "a"], hold, async (free, busy) => ({ free, busy }));
  expect(result).toEqual({ free: ["a", "c"], busy: [{ project: "b", because: "bob deploys b" }] });
  expect(order).toEqual(["hold a", "hold c", "free c", "free a"]);
  const failing = withThoseFree(["a"], hold, async () => {
    throw new SeaworthyError("LOCKED", "the journal");
  });
  await expect(failing, "what is locked within the work is no project").rejects.toMatchObject({ message: "the journal" });
});

test("the name that kept an image stays with it while a container is made from it", async () => {
  for (const version of ["1", "2", "3"]) release(shop(version));
  await engine.containers.create("theirs", { Image: imageOf("1"), Labels: {}, HostConfig: {} });
  const said = (await pruned(false)).filter(({ name }) => name.includes(imageOf("1").slice(-8)) || name === keptTag(imageOf("1")));
  expect(said).toEqual([{ kind: "image", name: imageOf("1"), goes: false, why: "the container theirs is made from it" }]);
  expect(await isThere(keptTag(imageOf("1")))).toBe(true);
});
