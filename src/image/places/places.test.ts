import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parseReference } from "../../core/index.ts";
import { startRegistry } from "../../registry/index.ts";
import { createRegistryClient, type RegistryClient } from "../index.ts";
import { createLayout, openLayout } from "../layout/layout.ts";
import { archiveDestination } from "./archive-destination.ts";
import { copyImage } from "./copy-image.ts";
import { type EngineImages, engineDestination, engineSource } from "./engine.ts";
import { list, makeImage, temporaryFolder, temporaryLayout } from "./images.fixture.ts";
import { layoutDestination } from "./layout-destination.ts";
import { layoutSource } from "./layout-source.ts";
import { openArchive } from "./open-archive.ts";
import { placesContract } from "./places.contract.ts";
import { registryDestination } from "./registry-destination.ts";
import { registrySource } from "./registry-source.ts";

/** Keeps what it is given, and gives it back. */
const engineOfArchives = (): EngineImages => {
  let held: Buffer | undefined;
  return {
    load: async (stream) => {
      held = Buffer.concat(await Array.fromAsync(stream));
    },
    save: async function* () {
      if (held === undefined) throw new Error("no such image");
      for (let at = 0; at < held.length; at += 10_000) yield held.subarray(at, at + 10_000);
    },
  };
};

let client: RegistryClient;
let address = "";
let folder = "";
let close: () => Promise<void> = async () => undefined;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "seaworthy-places-"));
  const running = await startRegistry({ dataFolder: folder, listen: { host: "127.0.0.1", port: 0 }, open: true, log: () => undefined });
  client = createRegistryClient({ attempts: 1, credentials: async () => undefined });
  ({ address } = running);
  close = () => running.close();
});
afterAll(async () => {
  client.close();
  await close();
  rmSync(folder, { recursive: true, force: true });
});

let repositories = 0;

placesContract({
  name: "an OCI layout",
  keeps: true,
  make: async () => {
    const path = join(temporaryFolder(), "layout");
    return { destination: layoutDestination(await createLayout(path)), source: async () => layoutSource(await openLayout(path)) };
  },
});
placesContract({
  name: "an OCI archive",
  keeps: false,
  make: async () => {
    const path = join(temporaryFolder(), "new/image.tar");
    return { destination: archiveDestination(path, "oci"), source: () => openArchive(path) };
  },
});
placesContract({
  name: "a docker-archive",
  keeps: false,
  make: async () => {
    const path = join(temporaryFolder(), "image.tar");
    return { destination: archiveDestination(path, "docker", "shop/web:1.0.0"), source: () => openArchive(path) };
  },
});
placesContract({
  name: "a registry",
  keeps: true,
  make: async () => {
    const reference = parseReference(`${address}/places/${(repositories += 1)}:1.0.0`);
    return { destination: registryDestination(client, reference), source: () => registrySource(client, reference) };
  },
});

test("from repository to repository of one registry, blobs are taken over there", async () => {
  const layout = await temporaryLayout();
  await list(layout, (await makeImage(layout)).digest, "1.0.0");
  const [one, two] = ["one", "two"].map((name) => parseReference(`${address}/mount/${name}:1.0.0`));
  if (one === undefined || two === undefined) throw new Error("two references");
  await copyImage(await layoutSource(layout), registryDestination(client, one));
  expect((await copyImage(await registrySource(client, one), registryDestination(client, two))).blobs).toEqual({
    sent: 0,
    sentBytes: 0,
    present: 4,
  });
});

test("a layout gets a second image beside the first, and another under the same name in its place", async () => {
  const from = await temporaryLayout();
  const images = [await makeImage(from), await makeImage(from), await makeImage(from)] as const;
  const to = await temporaryLayout();
  for (const [at, tag] of (["a", "b", "a"] as const).entries()) {
    const digest = images[at]?.digest;
    if (digest === undefined) throw new Error("an image");
    const source = { ...(await layoutSource({ ...from, entries: async () => [{ mediaType: "x/y", digest, size: 1 }] })) };
    await copyImage(source, layoutDestination(to, tag));
  }
  const names = (await to.entries()).map(({ digest, annotations }) => [digest, annotations?.["org.opencontainers.image.ref.name"]]);
  expect(names).toEqual([
    [images[1].digest, "b"],
    [images[2].digest, "a"],
  ]);
  expect((await layoutSource(to, "b")).root).toBe(images[1].digest);
  await expect(layoutSource(to)).rejects.toThrow(/holds 2 images: b, a/);
});

test("on the way into an engine zstd is undone, and out of it plain layers are gzipped for a layout; the diffIDs stay", async () => {
  const layout = await temporaryLayout();
  const image = await makeImage(layout, { layers: ["zstd", "gzip", "none"] });
  await list(layout, image.digest);
  const images = engineOfArchives();
  await copyImage(await layoutSource(layout), engineDestination(images, "docker.io/shop/web:1"));
  const loaded = await engineSource(images, "shop/web:1");
  const manifest = await loaded.manifest(loaded.root);
  expect(manifest.kind === "manifest" && manifest.layers.map(({ mediaType }) => mediaType.split(".").at(-1))).toEqual([
    "tar",
    "tar+gzip",
    "tar",
  ]);
  expect(loaded.tags).toEqual(["docker.io/shop/web:1", "1"]);
  const back = await temporaryLayout();
  await copyImage({ ...loaded, isMadeUp: true }, layoutDestination(back));
  await loaded.close();
  const end = await layoutSource(back);
  const root = await end.manifest(end.root);
  expect(root.kind === "manifest" && root.layers.every(({ mediaType }) => mediaType.endsWith("+gzip"))).toBe(true);
  expect(root.kind === "manifest" && (await back.config(root.config.digest)).diffIds).toEqual(image.diffIds);
});
