import { randomBytes } from "node:crypto";
import { createReadStream, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import { afterAll, beforeAll, expect, test } from "vitest";
import { exec, type ExecResult, parseDigest } from "../core/index.ts";
import { copyToRegistry, type Layout, openLayout, unpackDockerArchive, writeDockerArchive, writeTar } from "../image/index.ts";
import { makeImage, makeIndex, startTestRegistry, temporaryFolder, temporaryLayout, type TestRegistry } from "./registry.fixture.ts";

/** Real clients against a real server: Docker Engine (127.0.0.0/8 needs no TLS there) and skopeo. */
const DOCKER = "/usr/bin/docker";
const NAME = "seaworthy-registry-test";

let registry: TestRegistry;
let layout: Layout;
const made: string[] = [];

beforeAll(async () => {
  registry = await startTestRegistry();
  layout = await temporaryLayout();
});
afterAll(async () => {
  // By id: replaced tags leave images behind that are known by digest only.
  const left = await exec(DOCKER, ["images", "-q", "--no-trunc", "--filter", `reference=${registry.running.address}/${NAME}/*`]);
  const ids = new Set([...left.stdout.split("\n"), ...made].filter((id) => id !== ""));
  if (ids.size > 0) await exec(DOCKER, ["rmi", "-f", ...ids]);
  rmSync(dirname(layout.folder), { recursive: true, force: true });
  await registry[Symbol.asyncDispose]();
});

const run = async (program: string, ...args: readonly string[]): Promise<ExecResult> => {
  const result = await exec(program, args, { timeoutMs: 120_000 });
  if (result.exitCode !== 0) throw new Error(`${program} ${args.join(" ")}: ${result.stderr}`);
  return result;
};
const at = (name: string): string => `${registry.running.address}/${name}`;
const imageId = async (name: string): Promise<string> => (await run(DOCKER, "image", "inspect", "--format", "{{.Id}}", name)).stdout.trim();

/** Makes an image in the engine by hand: no builder, no base. */
const importImage = async (name: string): Promise<void> => {
  const files = [{ path: "data", body: randomBytes(3_000_000) }];
  const imported = await exec(DOCKER, ["import", "-", name], { input: Readable.from(writeTar(files)) });
  expect(imported.exitCode, imported.stderr).toBe(0);
  made.push(imported.stdout.trim());
};

test("docker pushes, forgets, pulls by tag and by digest, and has the same image", async () => {
  const name = at(`${NAME}/docker:1.0.0`);
  await importImage(name);
  const id = await imageId(name);
  const pushed = await run(DOCKER, "push", name);
  const digest = parseDigest(/digest: (sha256:[0-9a-f]{64})/.exec(pushed.stdout)?.[1] ?? "");
  expect((await registry.client.resolve(registry.at(`${NAME}/docker:1.0.0`))).digest).toBe(digest);

  const byDigest = `${registry.running.address}/${NAME}/docker@${digest}`;
  for (const source of [name, byDigest]) {
    await run(DOCKER, "rmi", "-f", id);
    await run(DOCKER, "pull", source);
    expect(await imageId(source)).toBe(id);
  }
});

test("docker shows our words when it overwrites a version, at once and without trying again", async () => {
  const name = at(`${NAME}/docker:2.0.0`);
  await importImage(name);
  await run(DOCKER, "push", name);
  await importImage(name);
  const began = Date.now();
  const refused = await exec(DOCKER, ["push", name], { timeoutMs: 60_000 });
  expect(refused.exitCode).not.toBe(0);
  expect(refused.stderr).toContain(`the tag 2.0.0 of ${NAME}/docker is immutable`);
  expect(Date.now() - began).toBeLessThan(20_000);
});

test("an image of our layout, pushed by us, is pulled by docker; its id is the configuration's digest", async () => {
  const digest = await makeImage(layout, [{ path: "hello", body: Buffer.from("hello\n"), mtimeSeconds: 1_700_000_000 }]);
  const index = await makeIndex(layout, [{ digest, architecture: "amd64" }]);
  await copyToRegistry(layout, index, registry.client, registry.at(`${NAME}/ours:1.0.0`));
  const name = at(`${NAME}/ours:1.0.0`);
  await run(DOCKER, "pull", name);
  const manifest = await layout.manifest(digest);
  expect(manifest.kind === "manifest" && manifest.config.digest).toBe(await imageId(name));

  // docker load takes our archive of it, docker save gives it back, layer for layer.
  await run(DOCKER, "rmi", "-f", name);
  const loaded = await exec(DOCKER, ["load"], { input: Readable.from(writeDockerArchive(layout, digest, [name])) });
  expect(loaded.exitCode, loaded.stderr).toBe(0);
  const folder = temporaryFolder();
  const archive = join(folder, "saved.tar");
  await run(DOCKER, "save", "-o", archive, name);
  const [image] = await unpackDockerArchive(createReadStream(archive), join(folder, "unpacked"));
  expect(image?.tags).toEqual([name]);
  expect(image?.layers.map((layer) => layer.digest)).toEqual(
    manifest.kind === "manifest" ? manifest.layers.map((layer) => layer.digest) : [],
  );
  rmSync(folder, { recursive: true });
});

test("skopeo copies in and out, all platforms, with the digests kept", async () => {
  const images = [];
  for (const architecture of ["amd64", "arm64"])
    images.push({ architecture, digest: await makeImage(layout, [{ path: architecture, body: randomBytes(500_000) }], architecture) });
  const index = await makeIndex(layout, images);
  layout.writeIndex([
    {
      mediaType: "application/vnd.oci.image.index.v1+json",
      digest: index,
      size: (await layout.blobSize(index)) ?? 0,
      annotations: { "org.opencontainers.image.ref.name": "multi" },
    },
  ]);
  const name = `docker://${registry.running.address}/${NAME}/skopeo:1.0.0`;
  await run("skopeo", "copy", "--all", "--preserve-digests", "--dest-tls-verify=false", `oci:${layout.folder}:multi`, name);
  expect((await registry.client.resolve(registry.at(`${NAME}/skopeo:1.0.0`))).digest).toBe(index);
  await run("skopeo", "copy", "--all", "--preserve-digests", "--dest-tls-verify=false", `oci:${layout.folder}:multi`, name);

  const folder = temporaryFolder();
  await run("skopeo", "copy", "--all", "--preserve-digests", "--src-tls-verify=false", name, `oci:${folder}/out:multi`);
  const copy = await openLayout(join(folder, "out"));
  expect((await copy.entries()).map(({ digest }) => digest)).toEqual([index]);
  for (const { digest } of images) {
    const manifest = await copy.manifest(digest);
    for (const layer of manifest.kind === "manifest" ? manifest.layers : []) expect(await copy.blobSize(layer.digest)).toBe(layer.size);
  }
  rmSync(folder, { recursive: true });
});

test("skopeo shows our words when it overwrites a version, lists tags and deletes", async () => {
  const digest = await makeImage(layout);
  layout.writeIndex([
    {
      mediaType: "application/vnd.oci.image.manifest.v1+json",
      digest,
      size: (await layout.blobSize(digest)) ?? 0,
      annotations: { "org.opencontainers.image.ref.name": "other" },
    },
  ]);
  const repository = `docker://${registry.running.address}/${NAME}/skopeo`;
  const refused = await exec("skopeo", ["copy", "--dest-tls-verify=false", `oci:${layout.folder}:other`, `${repository}:1.0.0`]);
  expect(refused.exitCode).not.toBe(0);
  expect(refused.stderr).toContain("is immutable: it stands for");
  await run("skopeo", "copy", "--dest-tls-verify=false", `oci:${layout.folder}:other`, `${repository}:main`);
  expect(JSON.parse((await run("skopeo", "list-tags", "--tls-verify=false", repository)).stdout)).toMatchObject({
    Tags: ["1.0.0", "main"],
  });
  await run("skopeo", "delete", "--tls-verify=false", `${repository}:main`);
  expect(await registry.client.tags(registry.at(`${NAME}/skopeo`))).toEqual(["1.0.0"]);
});
