import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { type Clock, fakeClock, type Progress, SeaworthyError, type StateFolder } from "../core/index.ts";
import { createFakeEngine, type FakeEngine, fakeImage } from "../engine/index.ts";
import type { Keep } from "../project/index.ts";
import { filePath, type FileSlot, placeFile, versionOf } from "./files.ts";
import { type Journal, openJournal } from "./journal.ts";
import { manifestDigest, type ReleaseManifest, type ReleaseService } from "./manifest.ts";
import { letGo } from "./let-go.ts";
import { keptTag } from "./kept-images.ts";
import { retentionOf } from "./retention.ts";
import { rollbackTarget } from "./rollback-target.ts";
import { imageDigest, manifestOf, plainSpec, webService } from "./test-data/manifests.ts";

const root = mkdtempSync(join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "sw-retention-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

let clock: Clock;
let journal: Journal;
let engine: FakeEngine;
let state: StateFolder;
let notes: string[];
const progress: Progress = { begin: () => undefined, end: () => undefined, note: (words) => notes.push(words) };

const referenceOf = ({ image }: Pick<ReleaseService, "image">): string => `${image.repository}@${image.digest}`;
const ours = (version: string): string => referenceOf(webService(version));

beforeEach(() => {
  const folder = mkdtempSync(join(root, "s-"));
  state = { folder, runFolder: join(folder, "run"), uuid: "" };
  clock = fakeClock();
  journal = openJournal(folder, clock);
  engine = createFakeEngine({ clock });
  notes = [];
});

/** A release as the journal would have it, with its images in the engine. */
const release = (
  manifest: ReleaseManifest,
  outcome: "live" | "reverted" | "unfinished" = "live",
  { pulled = true, present = true, keep }: { readonly pulled?: boolean; readonly present?: boolean; readonly keep?: Keep } = {},
): number => {
  const { project } = manifest;
  const number = journal.nextRelease(project);
  const steps = manifest.services.map(({ name, image }) => ({
    id: `pull/${name}`,
    why: "",
    action: {
      do: "pull-image" as const,
      reference: `${image.repository}@${image.digest}`,
      platform: { os: "linux", architecture: "amd64" },
    },
  }));
  const digest = manifestDigest(manifest);
  const plan = { schema: "seaworthy/plan@1" as const, project, release: number, manifest: digest, summary: [], steps };
  const kept = keep === undefined ? {} : { keep };
  journal.append(project, number, { kind: "release", manifest, digest, who: "ann@here", why: "", evidence: [], plan, ...kept });
  for (const { id } of steps) {
    journal.append(project, number, { kind: "intent", step: id });
    journal.append(project, number, { kind: "done", step: id, result: { pulled } });
  }
  if (outcome !== "unfinished") journal.append(project, number, { kind: "finished", outcome, seconds: 1 });
  if (present)
    for (const service of manifest.services)
      engine.addImage(referenceOf(service), fakeImage({ id: imageDigest(`config of ${referenceOf(service)}`) }));
  return number;
};
const shop = (version: string, changes: Partial<ReleaseService> = {}): ReleaseManifest =>
  manifestOf(version, [webService(version, changes)]);
const of = (releases: number, forMs = 0) => ({ releases, forMs });
const tidy = (keep: number): Promise<void> =>
  letGo({ engine, state, journal, project: "shop", keep: of(keep), progress, now: clock.now() });
const present = async (...references: readonly string[]): Promise<readonly boolean[]> =>
  Promise.all(references.map(async (reference) => (await engine.images.inspect(reference)) !== undefined));

describe("which releases are kept", () => {
  const numbers = (list: readonly { entry: { release: number } }[]): readonly number[] => list.map(({ entry }) => entry.release);
  test("the live one, and as many that were live before it", () => {
    for (const version of ["1", "2", "3", "4"]) release(shop(version));
    const { kept, dropped, unfinished } = retentionOf(journal, "shop", of(2), clock.now());
    expect([numbers(kept), numbers([...dropped()]), numbers(unfinished)]).toEqual([[4, 3, 2], [1], []]);
  });
  test("those that never became live count for nothing, and one under way is in use", () => {
    release(shop("1"));
    release(shop("2"), "reverted");
    release(shop("3"));
    release(shop("4"), "reverted");
    release(shop("5"), "unfinished");
    const { kept, dropped, unfinished } = retentionOf(journal, "shop", of(1), clock.now());
    expect([numbers(kept), numbers([...dropped()]), numbers(unfinished)]).toEqual([[3, 1], [4, 2], [5]]);
  });
  test("what served within the time that is asked for is kept as well, however many releases ago", async () => {
    for (const version of ["1", "2", "3"]) {
      release(shop(version));
      await clock.sleep(60_000);
    }
    // r1 served until r2 was live, two minutes ago.
    const { kept, dropped } = retentionOf(journal, "shop", of(0, 120_001), clock.now());
    expect([numbers(kept), numbers([...dropped()])]).toEqual([[3, 2, 1], []]);
    expect(numbers(retentionOf(journal, "shop", of(0, 119_999), clock.now()).kept)).toEqual([3, 2]);
    expect(numbers(retentionOf(journal, "shop", of(0), clock.now()).kept)).toEqual([3]);
  });
  test("without a long history being read: only what is kept, and what it comes across on the way", () => {
    for (let count = 1; count <= 30; count += 1) release(shop(String(count)), count % 10 === 9 ? "reverted" : "live");
    const read: number[] = [];
    const entries: Journal["entries"] = (project, number) => {
      if (number !== undefined) read.push(number);
      return journal.entries(project, number);
    };
    const { kept, dropped } = retentionOf({ ...journal, entries }, "shop", of(2), clock.now());
    expect([numbers(kept), read]).toEqual([
      [30, 28, 27],
      [30, 29, 28, 27, 26],
    ]);
    expect(numbers([...dropped()])).toEqual([29, ...Array.from({ length: 26 }, (_, index) => 26 - index)]);
  });
  test("of a project without releases none", () => {
    const { kept, dropped, unfinished } = retentionOf(journal, "shop", of(5), clock.now());
    expect([kept, [...dropped()], unfinished]).toEqual([[], [], []]);
  });
});

describe("images", () => {
  test("that only dropped releases use go; those of kept ones stay", async () => {
    for (const version of ["1", "2", "3", "4"]) release(shop(version));
    await tidy(1);
    expect(await present(ours("1"), ours("2"), ours("3"), ours("4"))).toEqual([false, false, true, true]);
    expect(notes).toEqual(["removed 2 images that no kept release uses"]);
    notes = [];
    await tidy(1);
    expect(notes).toEqual([]);
  });

  test("that a kept release brought back stay, though the release that had them first is dropped", async () => {
    for (const version of ["1", "2", "1"]) release(shop(version));
    await tidy(1);
    expect(await present(ours("1"), ours("2"))).toEqual([true, true]);
  });

  test("of a release that was taken back go, once another one is live", async () => {
    release(shop("1"));
    release(shop("2"), "reverted");
    release(shop("3"));
    await tidy(5);
    expect(await present(ours("1"), ours("2"), ours("3"))).toEqual([true, false, true]);
  });

  test("of a release under way stay", async () => {
    for (const version of ["1", "2", "3"]) release(shop(version));
    release(shop("1"), "unfinished");
    await tidy(1);
    expect(await present(ours("1"))).toEqual([true]);
  });

  test.each(["live", "unfinished"] as const)("that another project has %s stay, however many releases ago", async (outcome) => {
    const manifest = { ...shop("1"), project: "shop-staging" };
    release(manifest, outcome);
    if (outcome === "live") for (const version of ["7", "8", "9"]) release({ ...shop(version), project: "shop-staging" });
    for (const version of ["1", "2", "3"]) release(shop(version));
    await tidy(1);
    expect(await present(ours("1"))).toEqual([true]);
  });

  test("that somebody's container is made from stay, stopped or not", async () => {
    for (const version of ["1", "2", "3"]) release(shop(version));
    await engine.containers.create("theirs", { Image: ours("1"), Labels: {}, HostConfig: {} });
    await tidy(1);
    expect(await present(ours("1"))).toEqual([true]);
  });

  test("that the engine refuses to let go of stay, with its words, and the rest goes all the same", async () => {
    for (const version of ["1", "2", "3", "4"]) release(shop(version));
    engine.fail("images.remove", new SeaworthyError("ENGINE_REFUSED", "conflict: image is being used"), { on: ours("2") });
    await tidy(1);
    expect(await present(ours("1"), ours("2"))).toEqual([false, true]);
    expect(notes.join()).toContain("conflict: image is being used");
  });

  test("that others built go only when we pulled them: what was there before us is the user's", async () => {
    const foreign = (version: string) => shop(version, { unverified: "others built it" });
    release(foreign("1"), "live", { pulled: false });
    release(foreign("2"), "live", { pulled: true });
    for (const version of ["3", "4"]) release(foreign(version));
    await tidy(1);
    expect(await present(ours("1"), ours("2"))).toEqual([true, false]);
  });

  test("that are gone already are not asked for twice", async () => {
    for (const version of ["1", "2", "3"]) release(shop(version), "live", { present: false });
    await tidy(1);
    expect(engine.calls.filter(({ method }) => method === "images.remove")).toEqual([]);
  });

  test("an engine that fails fails no release: it is told, and the next one tries again", async () => {
    for (const version of ["1", "2", "3"]) release(shop(version));
    const again = engine.fail("images.remove", new SeaworthyError("ENGINE_UNREACHABLE", "the engine is away"));
    await tidy(1);
    expect(notes).toEqual([expect.stringContaining("the engine is away")]);
    again();
    await tidy(1);
    expect(await present(ours("1"))).toEqual([false]);
  });

  test("of kept releases get a name, so that the engine's own prune of unnamed ones leaves them; it goes with them", async () => {
    for (const version of ["1", "2", "3"]) release(shop(version));
    await tidy(1);
    expect(await present(keptTag(ours("2")), keptTag(ours("3")))).toEqual([true, true]);
    release(shop("4"));
    await tidy(1);
    expect(await present(keptTag(ours("2")), ours("2"), keptTag(ours("3")), keptTag(ours("4")))).toEqual([false, false, true, true]);
  });

  test("that others kept under such a name are let go of when the last project needs them no more", async () => {
    engine.addImage(keptTag(ours("9")), fakeImage({ id: imageDigest("an earlier state folder's") }));
    release(shop("1"));
    await tidy(1);
    expect(await present(keptTag(ours("9")))).toEqual([false]);
  });

  test("that another project keeps no longer, as its last release said, go with this one's", async () => {
    const staging = (version: string) => ({ ...shop(version), project: "shop-staging" });
    release(staging("1"));
    release(staging("2"), "live", { keep: of(1) });
    for (const version of ["1", "2", "3"]) release(shop(version));
    await tidy(1);
    expect(await present(ours("1")), "it is the one before the live one there").toEqual([true]);
    release(staging("3"), "live", { keep: of(1) });
    await tidy(1);
    expect(await present(ours("1"))).toEqual([false]);
  });

  test("never a volume", async () => {
    await engine.volumes.create("shop_data", {});
    for (const version of ["1", "2", "3"]) release(shop(version));
    await tidy(1);
    expect(engine.calls.filter(({ method }) => method.startsWith("volumes.")).map(({ method }) => method)).toEqual(["volumes.create"]);
  });
});

test.runIf(existsSync("/dev/shm"))("secrets and configs that no kept release uses go, the others stay", async () => {
  const slots: FileSlot[] = [];
  for (const version of ["1", "2", "3", "4"]) {
    const content = `password of ${version === "3" ? "2" : version}`;
    const mount = {
      source: "db_password",
      target: "/run/secrets/db_password",
      uid: process.getuid?.() ?? 0,
      gid: process.getgid?.() ?? 0,
      mode: 0o400,
    };
    release(shop(version, { spec: { ...plainSpec, secrets: [mount] }, secretVersions: { db_password: versionOf(state, content) } }));
    const { uid, gid, mode } = mount;
    const slot: FileSlot = { project: "shop", kind: "secret", key: "db_password", version: versionOf(state, content), uid, gid, mode };
    await placeFile(state, slot, () => content);
    slots.push(slot);
  }
  await tidy(1);
  expect(slots.map((slot) => existsSync(filePath(state, slot)))).toEqual([false, true, true, true]);
});

describe("going back", () => {
  const target = (to?: number, keep?: number) =>
    rollbackTarget(journal, "shop", clock.now(), to, keep === undefined ? undefined : of(keep)).release;
  const refused = (words: string) => expect.objectContaining({ code: "INPUT_NOT_FOUND", exit: 2, message: expect.stringContaining(words) });
  test("to the release before the live one, or to the one that is named", () => {
    for (const version of ["1", "2", "3"]) release(shop(version));
    expect([target(), target(1), target(2)]).toEqual([2, 1, 2]);
  });
  test("past releases that were taken back, and past the same content again", () => {
    release(shop("1"));
    release(shop("2"));
    release(shop("9"), "reverted");
    release(shop("2"));
    expect(target()).toBe(1);
  });
  test("after a rollback leads to what it took away", () => {
    for (const version of ["1", "2", "1"]) release(shop(version));
    expect(target()).toBe(2);
  });
  test("beyond what is kept is refused, with the setting's name", () => {
    for (const version of ["1", "2", "3", "4"]) release(shop(version));
    expect(target(2, 2)).toBe(2);
    expect(() => target(1, 2)).toThrow(refused("x-seaworthy.release.keep"));
  });
  test("by default reaches five releases", () => {
    for (const version of ["1", "2", "3", "4", "5", "6", "7"]) release(shop(version));
    expect(target(2)).toBe(2);
    expect(() => target(1)).toThrow(refused("5 past releases"));
  });
  test("to what never was, to what serves, or to nothing", () => {
    expect(() => target()).toThrow(refused("no earlier release"));
    release(shop("1"));
    expect(() => target()).toThrow(refused("no earlier release"));
    expect(() => target(1)).toThrow(refused("is the live release"));
    release(shop("2"), "reverted");
    expect(() => target(2)).toThrow(refused("no release r2 that was live"));
    expect(() => target(77)).toThrow(refused("no release r77"));
  });
});
