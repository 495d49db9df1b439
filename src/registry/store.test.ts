import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { type Digest, digestOf, hexOf } from "../core/index.ts";
import { collect, copyFromRegistry, copyToRegistry } from "../image/index.ts";
import { makeImage, startTestRegistry, temporaryFolder, temporaryLayout } from "./registry.fixture.ts";
import { startRegistry } from "./serve.ts";

const fileOf = (folder: string, digest: Digest): string => join(folder, "blobs", "sha256", hexOf(digest).slice(0, 2), hexOf(digest));

test("a second registry on the same folder is refused and the first goes on", async () => {
  await using registry = await startTestRegistry();
  await expect(startRegistry({ dataFolder: registry.folder, listen: { host: "127.0.0.1", port: 0 }, open: true })).rejects.toMatchObject({
    code: "LOCKED",
  });
  await registry.client.ping(registry.running.address);
});

test("a taken port is named and the folder is free again", async () => {
  await using registry = await startTestRegistry();
  const port = Number(registry.running.address.split(":")[1]);
  const dataFolder = temporaryFolder();
  for (const _ of [1, 2])
    await expect(startRegistry({ dataFolder, listen: { host: "127.0.0.1", port }, open: true })).rejects.toMatchObject({
      code: "PORT_TAKEN",
      message: expect.stringContaining(String(port)),
    });
  rmSync(dataFolder, { recursive: true });
});

test("without accounts it does not pretend to be closed", async () => {
  await expect(startRegistry({ dataFolder: temporaryFolder(), listen: { host: "127.0.0.1", port: 0 }, open: false })).rejects.toMatchObject(
    { code: "USAGE" },
  );
});

test("over a restart everything acknowledged is there, and what a crash left in uploads is gone", async () => {
  const first = await startTestRegistry();
  const layout = await temporaryLayout();
  const digest = await makeImage(layout);
  await copyToRegistry(layout, digest, first.client, first.at("team/app:1.0.0"));
  await first.raw("POST", "/v2/team/app/blobs/uploads/");
  first.client.close();
  await first.running.close();
  const uploads = join(first.folder, "uploads");
  mkdirSync(uploads, { recursive: true });
  writeFileSync(join(uploads, "0b7e3c52-half-an-upload"), randomBytes(1000));

  await using second = await startTestRegistry({ dataFolder: first.folder });
  expect(readdirSync(uploads)).toEqual([]);
  expect((await copyFromRegistry(second.client, second.at("team/app:1.0.0"), await temporaryLayout())).digest).toBe(digest);
});

test("a blob that was placed but never committed (crash in between) does not exist, and a push makes it whole", async () => {
  await using registry = await startTestRegistry();
  const bytes = randomBytes(5000);
  const repository = registry.at("team/app");
  const digest = digestOf(bytes);
  const path = fileOf(registry.folder, digest);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, bytes.subarray(0, 4000), { mode: 0o444 });
  expect(await registry.client.hasBlob(repository, digest)).toBe(false);
  await registry.client.pushBlob(repository, bytes, digest);
  expect(await collect(registry.client.blob(repository, digest), 10_000, "blob")).toEqual(bytes);
});

test("a damaged blob is never served short; pushing it again heals it", async () => {
  await using registry = await startTestRegistry();
  const bytes = randomBytes(5000);
  const repository = registry.at("team/app");
  const { digest } = await registry.client.pushBlob(repository, bytes);
  const path = fileOf(registry.folder, digest);
  chmodSync(path, 0o644);
  truncateSync(path, 0);
  expect(await registry.client.hasBlob(repository, digest)).toBe(false);
  await expect(collect(registry.client.blob(repository, digest), 10_000, "blob")).rejects.toMatchObject({ code: "IMAGE_NOT_FOUND" });
  await registry.client.pushBlob(repository, bytes, digest);
  expect(await collect(registry.client.blob(repository, digest), 10_000, "blob")).toEqual(bytes);

  // Same length, other bytes: the puller notices, a push puts the right ones over them.
  chmodSync(path, 0o644);
  writeFileSync(path, randomBytes(5000));
  await expect(collect(registry.client.blob(repository, digest), 10_000, "blob")).rejects.toThrow(/do not have the digest/);
  await registry.client.pushBlob(repository, bytes, digest);
  expect(await collect(registry.client.blob(repository, digest), 10_000, "blob")).toEqual(bytes);
});

test("closing waits for what is under way and frees the folder", async () => {
  const registry = await startTestRegistry();
  const pushed = registry.client.pushBlob(registry.at("team/app"), randomBytes(60_000_000));
  const uploads = join(registry.folder, "uploads");
  // Its bytes come: between two requests a client may have no connection at all, and the next would be refused.
  while (!readdirSync(uploads).some((name) => (statSync(join(uploads, name), { throwIfNoEntry: false })?.size ?? 0) > 0))
    await new Promise((done) => setTimeout(done, 1));
  const [blob] = await Promise.all([pushed, registry.running.close()]);
  registry.client.close();
  expect(existsSync(fileOf(registry.folder, blob.digest))).toBe(true);
  await using again = await startTestRegistry({ dataFolder: registry.folder });
  expect(await again.client.hasBlob(again.at("team/app"), blob.digest)).toBe(true);
});
