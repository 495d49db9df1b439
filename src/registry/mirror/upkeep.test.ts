import { randomBytes } from "node:crypto";
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { fakeClock } from "../../core/index.ts";
import { copyFromRegistry, copyToRegistry } from "../../image/index.ts";
import { readPolicy } from "../policy/policy.ts";
import { makeImage, makeIndex, startTestRegistry, temporaryFolder, temporaryLayout } from "../registry.fixture.ts";
import { blobFile } from "../store/blob-files.ts";
import { DAY_MS } from "../store/store.fixture.ts";
import { openStore } from "../store/store.ts";

test("a mirror's copies are collected and scrubbed like everything else: half an index is whole enough, and rot is fetched again", async () => {
  await using upstream = await startTestRegistry();
  const layout = await temporaryLayout();
  const [amd, arm] = [await makeImage(layout, [{ path: "a", body: randomBytes(300_000) }]), await makeImage(layout, undefined, "arm64")];
  const index = await makeIndex(layout, [
    { digest: amd, architecture: "amd64" },
    { digest: arm, architecture: "arm64" },
  ]);
  await copyToRegistry(layout, index, upstream.client, upstream.at("team/app:latest"));
  const folder = temporaryFolder();
  const mirrors = [{ upstream: upstream.running.address, name: "up" }];
  const first = await startTestRegistry({ dataFolder: folder, mirrors });
  await first.client.manifest(first.at("mirror/up/team/app:latest"));
  await copyFromRegistry(first.client, first.at(`mirror/up/team/app@${amd}`), await temporaryLayout());
  await first.running.close();

  const clock = fakeClock(Date.now() + 100 * DAY_MS);
  const store = await openStore(folder, { clock, reserveBytes: 0, policy: readPolicy(folder) });
  const collected = await store.collect({ dryRun: false, liveDigests: new Set() });
  expect([collected.manifests, collected.condemned, collected.orphans]).toEqual([[], 0, []]);
  const manifest = await layout.manifest(amd);
  const layer = manifest.kind === "manifest" ? manifest.layers[0] : undefined;
  const path = blobFile(folder, layer?.digest ?? amd);
  const rotten = readFileSync(path);
  rotten[1000] = (rotten[1000] ?? 0) ^ 1;
  chmodSync(path, 0o644);
  writeFileSync(path, rotten);
  const scrubbed = await store.scrub({ verifiedBefore: clock.now(), bytesPerSecond: 1e9 });
  expect(scrubbed.quarantined.map(({ digest }) => digest)).toEqual([layer?.digest]);
  store.close();

  await using again = await startTestRegistry({ dataFolder: folder, mirrors });
  expect((await copyFromRegistry(again.client, again.at("mirror/up/team/app:latest"), await temporaryLayout())).digest).toBe(index);
});
