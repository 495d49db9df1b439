import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { createRegistryClient } from "../image/index.ts";
import { startRegistry } from "../registry/index.ts";
import { baseImages } from "./base-images.ts";

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

const newFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), "swt-base-images-"));
  folders.push(folder);
  return folder;
};

const TYPE = "application/vnd.oci.image.manifest.v1+json";

test("a registry is asked only when it is allowed, once for an image, and what it does not have is not known", async () => {
  const registry = await startRegistry({ dataFolder: newFolder(), listen: { host: "127.0.0.1", port: 0 }, open: true, log: () => {} });
  const repository = { registry: registry.address, repository: "acme/base" };
  const client = createRegistryClient();
  const config = {
    os: "linux",
    architecture: "amd64",
    config: { User: "10001", StopSignal: "SIGINT" },
    rootfs: { type: "layers", diff_ids: [] },
  };
  const blob = await client.pushBlob(repository, Buffer.from(JSON.stringify(config)));
  const manifest = {
    schemaVersion: 2,
    mediaType: TYPE,
    config: { mediaType: "application/vnd.oci.image.config.v1+json", ...blob },
    layers: [],
  };
  await client.pushManifest({ ...repository, tag: "1.0.0" }, Buffer.from(JSON.stringify(manifest)), TYPE);
  client.close();
  const env = { DOCKER_HOST: `unix://${newFolder()}/none.sock`, DOCKER_CONFIG: newFolder() };
  const context = { process: { stdout: { write: () => {} }, stderr: { write: () => {} }, env } };
  const { signal } = new AbortController();
  const reference = `${registry.address}/acme/base:1.0.0`;
  const asking = baseImages(context, true);
  expect(await baseImages(context, false)(reference, undefined, signal)).toBeUndefined();
  expect(await asking(reference, undefined, signal)).toMatchObject({ user: "10001", stopSignal: "SIGINT" });
  expect(await asking(`${registry.address}/acme/base:2.0.0`, undefined, signal)).toBeUndefined();
  await registry.close();
  // Known by now: the registry is gone.
  expect(await asking(reference, undefined, signal)).toMatchObject({ user: "10001" });
  expect(await baseImages(context, true)(reference, undefined, signal)).toBeUndefined();
});

test("a layout that is not there is not known", async () => {
  const context = { process: { stdout: { write: () => {} }, stderr: { write: () => {} }, env: {} } };
  expect(await baseImages(context, false)(`oci-layout://${newFolder()}/none`, undefined, new AbortController().signal)).toBeUndefined();
});
