import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { DAY_MS, openTestStore } from "./store.fixture.ts";

test("a file among the blobs that does not look like one of ours stays", async () => {
  const at = await openTestStore();
  const strange = join(at.folder, "blobs", "sha256", "README");
  mkdirSync(strange, { recursive: true });
  writeFileSync(join(strange, "text"), "kept");
  await at.later(8 * DAY_MS);
  expect((await at.store.collect({ dryRun: false, liveDigests: new Set() })).orphans).toEqual([]);
  expect(readdirSync(strange)).toEqual(["text"]);
});
