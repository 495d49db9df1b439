import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { byDigest, parseReference } from "../../core/index.ts";
import { copyToRegistry, MEDIA } from "../../image/index.ts";
import { makeImage, makeIndex, seed, smallManifest, startTestRegistry, temporaryLayout } from "../registry.fixture.ts";
import { fromRegistry } from "./from-registry.ts";
import { importImages } from "./run.ts";

const anonymous = { credentials: async () => undefined };

test("a registry is taken over with its digests, its platforms, signatures and referrers; again, nothing is sent", async () => {
  await using from = await startTestRegistry();
  await using to = await startTestRegistry();
  const layout = await temporaryLayout();
  const [amd, arm] = [await makeImage(layout), await makeImage(layout, undefined, "arm64")];
  const index = await makeIndex(layout, [
    { digest: amd, architecture: "amd64" },
    { digest: arm, architecture: "arm64" },
  ]);
  await copyToRegistry(layout, index, from.client, from.at("team/app:1.0.0"), { tags: ["latest"] });
  await seed(from, "team/app");
  const referrer = smallManifest("sbom", index);
  await from.client.pushManifest(byDigest(from.at("team/app"), referrer.digest), referrer.bytes, MEDIA.ociManifest);
  const signature = smallManifest("signature");
  await from.client.pushManifest(from.at(`team/app:${index.replace(":", "-")}.sig`), signature.bytes, MEDIA.ociManifest);

  const dry = await importImages(fromRegistry(from.running.address, undefined, anonymous), to.client, {
    registry: to.running.address,
    dryRun: true,
  });
  expect(dry.imported).toHaveLength(3);
  expect(await to.client.tags(to.at("team/app"))).toEqual([]);

  const source = fromRegistry(from.running.address, undefined, anonymous);
  const first = await importImages(source, to.client, { registry: to.running.address, prefix: "old" });
  expect(first.leftOut).toEqual([]);
  expect(await to.client.tags(to.at("old/team/app"))).toEqual(await from.client.tags(from.at("team/app")));
  expect((await to.client.resolve(to.at("old/team/app:1.0.0"))).digest).toBe(index);
  expect((await to.client.manifest(byDigest(to.at("old/team/app"), arm))).digest).toBe(arm);
  expect((await to.client.referrers(to.at("old/team/app"), index)).map(({ digest }) => digest)).toEqual([referrer.digest]);

  const again = await importImages(source, to.client, { registry: to.running.address, prefix: "old" });
  expect(again.imported.map(({ blobs }) => blobs.sent)).toEqual([0, 0, 0]);
  source.close();
});

test("only what the patterns say is taken, and what cannot be had is left out with its reason while the rest goes on", async () => {
  await using from = await startTestRegistry();
  await using to = await startTestRegistry();
  for (const [repository, tag] of [
    ["team/app", "1.0.0"],
    ["team/app", "1.1.0"],
    ["team/app", "2.0.0"],
    ["other/app", "1.0.0"],
  ] as const) {
    await seed(from, repository);
    await from.client.pushManifest(from.at(`${repository}:${tag}`), smallManifest(`${repository}${tag}`).bytes, MEDIA.ociManifest);
  }
  // There already, for another image, and never moving.
  await seed(to, "team/app");
  await to.client.pushManifest(to.at("team/app:1.0.0"), smallManifest("mine").bytes, MEDIA.ociManifest);
  const source = fromRegistry(from.running.address, undefined, anonymous);
  const report = await importImages(source, to.client, { registry: to.running.address, repositories: ["team/*"], tags: ["1.*"] });
  source.close();
  expect(report.imported.map(({ repository, tag }) => `${repository}:${tag}`)).toEqual(["team/app:1.1.0"]);
  expect(report.leftOut).toEqual([
    { repository: "team/app", tag: "1.0.0", code: "TAG_IMMUTABLE", why: expect.stringMatching(/never moves/) },
  ]);
  expect((await to.client.resolve(to.at("team/app:1.0.0"))).digest).toBe(smallManifest("mine").digest);
});

test("one repository of a registry that has no list is named; one that does not answer ends the import", async () => {
  await using from = await startTestRegistry();
  await using to = await startTestRegistry();
  const layout = await temporaryLayout();
  await copyToRegistry(layout, await makeImage(layout, [{ path: "x", body: randomBytes(100) }]), from.client, from.at("team/app:latest"));
  const source = fromRegistry(from.running.address, "team/app", anonymous);
  expect((await importImages(source, to.client, { registry: to.running.address })).imported).toHaveLength(1);
  source.close();
  const nobody = fromRegistry(parseReference("127.0.0.1:1/x").registry, undefined, { ...anonymous, attempts: 1 });
  await expect(importImages(nobody, to.client, { registry: to.running.address })).rejects.toMatchObject({ code: "REGISTRY_UNREACHABLE" });
  nobody.close();
});
