import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { type Digest, hexOf, parseDigest } from "../../core/index.ts";
import { MEDIA, parseManifest } from "../../image/index.ts";
import { readPolicy } from "../policy/policy.ts";
import { Refusal } from "../refusal.ts";
import { createFileStorage } from "./blob-files.ts";
import { numberOf, openDatabase } from "./database.ts";
import { createExclusive } from "./exclusive.ts";
import type { Inside } from "./inside.ts";
import { createManifests } from "./manifests.ts";
import { createNeeded } from "./needed.ts";
import { createPulls } from "./pulls.ts";
import { DAY_MS, openTestStore, type TestStore } from "./store.fixture.ts";
import { sweepRepository } from "./sweep.ts";
import { createTags } from "./tags.ts";

const insideOf = (at: TestStore): Inside => {
  const database = openDatabase(join(at.folder, "registry.sqlite"));
  onTestFinished(() => database.close());
  return {
    database,
    storage: createFileStorage(at.folder),
    clock: at.clock,
    exclusive: createExclusive(),
    rules: readPolicy(at.folder),
    reached: () => undefined,
    needed: createNeeded(),
  };
};

/** What happens while a collection is under way, and what must be there afterwards if it was not refused. */
type Deed = (inside: Inside, repository: string, digests: { readonly index: Digest; readonly image: Digest }) => readonly Digest[];

const putAgain =
  (which: "index" | "image", tag: string): Deed =>
  (inside, repository, digests) => {
    const manifests = createManifests(inside);
    const found = manifests.get(repository, digests[which]);
    if (found === undefined) throw new Refusal(404, "MANIFEST_UNKNOWN", "gone");
    manifests.put(repository, parseManifest(found.bytes, { mediaType: found.mediaType, digest: found.digest }), [tag]);
    return [digests[which]];
  };

const DEEDS: Readonly<Record<string, Deed>> = {
  "the index is pushed again under a tag": putAgain("index", "again"),
  "one of its images is": putAgain("image", "again"),
  "a new index names one of its images": (inside, repository, { image }) => {
    const manifests = [{ mediaType: MEDIA.ociManifest, digest: image, size: 1 }];
    const parsed = parseManifest(Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: MEDIA.ociIndex, manifests })));
    createManifests(inside).put(repository, parsed, ["new"]);
    return [parsed.digest];
  },
  "the index is pulled by digest": (inside, repository, { index }) => {
    if (createManifests(inside).get(repository, index) === undefined) throw new Refusal(404, "MANIFEST_UNKNOWN", "gone");
    createPulls(inside.database, inside.clock, inside.needed).record(repository, index, index, "GET");
    return [index];
  },
  "the tag that holds another index is deleted": (inside, repository) => {
    createTags(inside.database, inside.clock, () => undefined).delete(repository, "kept");
    return [];
  },
};

test.each(Object.entries(DEEDS))("whichever step of a collection it meets, nothing is broken: %s", async (_name, deed) => {
  const at = await openTestStore();
  const inside = insideOf(at);
  const manifests = createManifests(inside);
  for (let step = 0, isOver = false; !isOver; step += 1) {
    const repository = `team/r${step}`;
    const [amd, arm, other] = [await at.image([], { repository }), await at.image([], { repository }), await at.image([], { repository })];
    const index = at.index([], [amd.digest, arm.digest], repository);
    const kept = at.index(["kept"], [other.digest], repository);
    await at.image([], { repository, subject: amd.digest });
    await at.image([`sha256-${hexOf(arm.digest)}.sig`], { repository });
    await at.later(8 * DAY_MS);
    const id = numberOf(inside.database.one("SELECT id FROM repository WHERE name = ?", repository) ?? {}, "id");
    const now = at.clock.now();
    const watch = inside.needed.watch();
    const limits = { graceSince: now - DAY_MS, trashSince: now - 7 * DAY_MS, live: new Set<string>() };
    const steps = sweepRepository(inside, id, repository, { limits, historySince: 0, dryRun: false, batchMs: 0, watch });
    let wanted: readonly Digest[] = [];
    for (let taken = 0; ; taken += 1) {
      if (taken === step)
        try {
          wanted = deed(inside, repository, { index, image: amd.digest });
        } catch (error) {
          if (!(error instanceof Refusal)) throw error;
        }
      if (steps.next().done === true) {
        isOver = taken < step;
        break;
      }
    }
    watch.end();
    const needed = [...wanted, kept];
    for (const digest of needed) {
      const found = manifests.get(repository, digest);
      expect(found, `${repository} ${digest}`).toBeDefined();
      const parsed = parseManifest(found?.bytes ?? Buffer.alloc(0), { mediaType: found?.mediaType ?? "", digest });
      for (const child of parsed.kind === "index" ? parsed.manifests : [])
        expect(manifests.get(repository, child.digest), `${repository}: a part of ${digest}`).toBeDefined();
    }
    // Every image that is left has its blobs, every index its platforms.
    expect(
      inside.database.all(
        "SELECT e.parent, e.child FROM manifest_edge e WHERE e.repository_id = ?1 AND ((e.kind = 'manifest' AND NOT EXISTS (SELECT 1 FROM manifest m WHERE m.repository_id = ?1 AND m.digest = e.child)) OR (e.kind IN ('config', 'layer') AND NOT EXISTS (SELECT 1 FROM repository_blob l WHERE l.repository_id = ?1 AND l.digest = e.child)))",
        id,
      ),
    ).toEqual([]);
    if (isOver) expect(manifests.get(repository, parseDigest(index))).toBeUndefined();
  }
});
