import { spawn } from "node:child_process";
import { existsSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { copyToRegistry } from "../../image/index.ts";
import { makeImage, startTestRegistry, temporaryFolder, temporaryLayout, type TestRegistry } from "../registry.fixture.ts";
import { openControl } from "./client.ts";

const push = async (registry: TestRegistry, name: string): Promise<string> => {
  const layout = await temporaryLayout();
  const digest = await makeImage(layout);
  await copyToRegistry(layout, digest, registry.client, registry.at(name));
  return digest;
};

test("the same requests while a registry serves, over its socket, and afterwards by opening the folder", async () => {
  const registry = await startTestRegistry();
  const digest = await push(registry, "team/app:1.0.0");
  expect(statSync(join(registry.folder, "control.sock")).mode & 0o777).toBe(0o600);
  for (const served of [true, false]) {
    await using control = await openControl(registry.folder);
    expect(control.served).toBe(served);
    expect(await control.ask("repositories", {})).toMatchObject([{ repository: "team/app", kind: "local", tags: 1, manifests: 1 }]);
    expect(await control.ask("tags", { repository: "team/app" })).toMatchObject([{ tag: "1.0.0", digest, immutable: true }]);
    expect(await control.ask("remove", { repository: "team/app", tag: "1.0.0", dryRun: true })).toMatchObject({ digest, dryRun: true });
    await expect(control.ask("remove", { repository: "team/app", digest, live: [digest] })).rejects.toMatchObject({
      code: "REGISTRY_REFUSED",
    });
    expect(await control.ask("remove", { repository: "team/app", digest })).toMatchObject({ tags: ["1.0.0"] });
    expect(await control.ask("trash", {})).toMatchObject([{ kind: "delete", tags: ["team/app:1.0.0"] }]);
    expect(await control.ask("undo", {})).toMatchObject({ restored: [{ name: `team/app@${digest}` }, { name: "team/app:1.0.0" }] });
    await expect(control.ask("undo", {})).rejects.toMatchObject({ code: "IMAGE_NOT_FOUND", message: "there is nothing to undo" });
    await expect(control.ask("tags", { repository: "none" })).rejects.toMatchObject({ code: "IMAGE_NOT_FOUND" });
    await expect(control.ask("remove", { repository: "team/app", tag: "a:b" })).rejects.toMatchObject({ code: "INPUT_INVALID" });
    expect(await control.ask("collect", { dryRun: false })).toMatchObject({ manifests: [], heldManifests: 1 });
    const heard: string[] = [];
    expect(await control.ask("scrub", {}, { progress: (words) => heard.push(words) })).toMatchObject({ blobs: 2, quarantined: [] });
    expect(heard).toHaveLength(2);
    if (served) {
      registry.client.close();
      await registry.running.close();
      expect(existsSync(join(registry.folder, "control.sock"))).toBe(false);
    }
  }
});

test("a socket that a killed registry left is not believed, and the next one takes its place", async () => {
  const folder = temporaryFolder();
  const script = `
    const { startRegistry } = await import(${JSON.stringify(new URL("../index.ts", import.meta.url).href)});
    await startRegistry({ dataFolder: process.argv[1], listen: { host: "127.0.0.1", port: 0 }, open: true, log: () => undefined });
    process.kill(process.pid, "SIGKILL");`;
  await new Promise((done) => spawn(process.execPath, ["--input-type=module", "-e", script, folder]).once("exit", done));
  expect(existsSync(join(folder, "control.sock"))).toBe(true);
  {
    await using control = await openControl(folder);
    expect(control.served).toBe(false);
  }
  await using registry = await startTestRegistry({ dataFolder: folder });
  await using control = await openControl(registry.folder);
  expect(control.served).toBe(true);
});

test("a folder whose name is longer than a socket's may be", async () => {
  const folder = join(temporaryFolder(), "a".repeat(100), "b".repeat(50));
  mkdirSync(folder, { recursive: true });
  await using registry = await startTestRegistry({ dataFolder: folder });
  await push(registry, "team/app:1.0.0");
  await using control = await openControl(folder);
  expect([control.served, (await control.ask("repositories", {})).length]).toEqual([true, 1]);
});

test("a folder without a registry, and one whose settings are refused", async () => {
  const folder = temporaryFolder();
  await expect(openControl(folder)).rejects.toMatchObject({ code: "INPUT_NOT_FOUND" });
  await using registry = await startTestRegistry();
  writeFileSync(join(registry.folder, "registry.yaml"), "gc: {grace: 1s}\n");
  await expect(startTestRegistry({ dataFolder: registry.folder })).rejects.toMatchObject({
    message: expect.stringContaining("at least 10m"),
  });
});
