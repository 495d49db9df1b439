import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { digestOf, parseReference } from "../../core/index.ts";
import { createRegistryClient, MEDIA } from "../../image/index.ts";
import { type RunningRegistry, startRegistry } from "../../registry/index.ts";
import { seaworthy } from "../test-data/run.ts";

const folder = mkdtempSync(join(tmpdir(), "sw-registry-upkeep-"));
const data = join(folder, "data");
let registry: RunningRegistry;

beforeAll(async () => {
  registry = await startRegistry({ dataFolder: data, listen: { host: "127.0.0.1", port: 0 }, open: true, log: () => undefined });
  writeFileSync(join(data, "registry.yaml"), 'repositories: [{match: ["team/**"], retain: [{tags: ["pr-*"], keepLast: 1}]}]\n');
  const client = createRegistryClient({ attempts: 1, credentials: async () => undefined });
  for (const tag of ["1.0.0", "latest", "pr-1", "pr-2", "pr-3"]) {
    const at = parseReference(`${registry.address}/team/app:${tag}`);
    await client.pushBlob(at, Buffer.from(tag));
    const config = { mediaType: MEDIA.ociConfig, digest: digestOf(tag), size: tag.length };
    const manifest = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: MEDIA.ociManifest, config, layers: [] }));
    await client.pushManifest(at, manifest, MEDIA.ociManifest);
  }
  client.close();
});
afterAll(async () => {
  await registry.close();
  rmSync(folder, { recursive: true, force: true });
});

const run = async (...words: readonly string[]) => {
  const { out, exit, err } = await seaworthy(["registry", ...words, "--data", data]);
  return { out, exit, err };
};
const json = async (...words: readonly string[]): Promise<Record<string, unknown>> => JSON.parse((await run(...words, "--json")).out);

test("while it serves: what is there, and what goes away and comes back", async () => {
  expect((await run("ls")).out).toMatch(/REPOSITORY +KIND +TAGS.*\nteam\/app +local +5 +5/);
  expect((await run("tags", "team/app")).out).toMatch(/1\.0\.0 +sha256:[0-9a-f]{12} +never moves .*\nlatest +sha256:[0-9a-f]{12} +moves/);
  expect(await run("rm", "team/app:1.0.0", "--dry-run")).toMatchObject({
    exit: 0,
    out: expect.stringContaining("would take the tag 1.0.0"),
  });
  expect((await run("rm", "team/app:1.0.0")).out).toContain("registry undo brings it back");
  expect((await run("undo", "--dry-run")).out).toMatch(/1 +delete .* 1 tags, 0 images +team\/app:1\.0\.0/);
  expect((await run("undo")).out).toMatch(/team\/app:1\.0\.0 stands for sha256:/);
  expect(await run("undo")).toMatchObject({ exit: 7, err: expect.stringContaining("there is nothing to undo") });
  expect(await run("rm", "team/app")).toMatchObject({ exit: 2, err: expect.stringContaining("is not REPOSITORY:TAG") });
  expect(await json("gc", "--dry-run")).toMatchObject({
    schema: "seaworthy/registry-collected@1",
    dryRun: true,
    manifests: [],
    heldManifests: 5,
  });
  expect((await run("scrub")).out).toMatch(/5 blobs .* and 5 manifests read; 0 were damaged/);
});

test("retention by the settings it was started with: none; after a reload by the new ones, with reasons and an undo", async () => {
  expect((await run("retain", "--dry-run")).out).toContain("no rule of registry.yaml");
  expect((await run("reload", "--dry-run")).out).toContain("would change: repositories");
  expect((await run("retain", "--dry-run")).out).toContain("no rule of registry.yaml");
  expect(await json("reload")).toEqual({ schema: "seaworthy/registry-reloaded@1", changed: ["repositories"], dryRun: false });
  expect((await run("reload")).out).toContain("says what is in effect already");
  const told = (await run("retain", "--dry-run")).out;
  expect(told).toMatch(/pr-1 +goes +not among the last 1 \(rule for pr-\*\)/);
  expect(told).toMatch(/1\.0\.0 +stays +no rule speaks of it/);
  const { out } = await run("retain");
  expect(out).toMatch(/pr-2 +went .*\nseaworthy registry undo \d+ brings these back/);
  expect(await json("undo")).toMatchObject({ restored: [{ name: "team/app:pr-1" }, { name: "team/app:pr-2" }], left: [] });
});

test("a registry that does not serve has nothing to reload", async () => {
  await registry.close();
  expect(await run("reload")).toMatchObject({ exit: 7, err: expect.stringContaining("no registry serves this folder") });
});

test("a folder that is none", async () => {
  expect(await seaworthy(["registry", "ls", "--data", folder])).toMatchObject({
    exit: 2,
    err: expect.stringContaining("there is no registry in"),
  });
});
