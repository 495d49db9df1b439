import { randomBytes } from "node:crypto";
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { exec, parseReference } from "../core/index.ts";
import { collect, copyFromRegistry, copyToRegistry, createRegistryClient } from "../image/index.ts";
import { makeImage, startTestRegistry, temporaryFolder, temporaryLayout } from "./registry.fixture.ts";

/** Faults that need a machine of our own: a file system that is really full, a process that is really killed. Root only. */
const isRoot = process.getuid?.() === 0;

test.skipIf(!isRoot)(
  "a full disk: pushes are refused with words, nothing half is acknowledged, pulls go on, and space heals it",
  async () => {
    const mount = temporaryFolder();
    expect((await exec("mount", ["-t", "tmpfs", "-o", "size=24m", "tmpfs", mount])).exitCode).toBe(0);
    try {
      await using registry = await startTestRegistry({ dataFolder: join(mount, "data"), reserveBytes: 2 * 1024 * 1024 });
      const repository = registry.at("team/app");
      const small = await registry.client.pushBlob(repository, randomBytes(5_000_000));

      // Declared: refused before a byte is sent. Streamed: refused when the disk says so.
      await expect(registry.client.pushBlob(repository, { stream: stream(40) })).rejects.toThrow(/no space left on device/);
      const big = randomBytes(30_000_000);
      await expect(registry.client.pushBlob(repository, big)).rejects.toThrow(/no space left on device/);
      expect(readdirSync(join(mount, "data", "uploads"))).toEqual([]);
      expect((await collect(registry.client.blob(repository, small.digest), 1e7, "blob")).length).toBe(5_000_000);

      // Filled from outside to the last block, so that SQLite and fsync meet it too.
      await exec("/bin/sh", ["-c", `cat /dev/zero > "$1" 2>/dev/null`, "sh", join(mount, "ballast")]);
      await expect(registry.client.pushBlob(repository, randomBytes(100))).rejects.toThrow(/no space left on device/);
      const layout = await temporaryLayout();
      const digest = await makeImage(layout, [{ path: "x", body: randomBytes(200_000) }]);
      await expect(copyToRegistry(layout, digest, registry.client, registry.at("team/app:1.0.0"))).rejects.toMatchObject({
        code: "DISK_FULL",
      });
      expect(await registry.client.tags(repository)).toEqual([]);
      expect((await collect(registry.client.blob(repository, small.digest), 1e7, "blob")).length).toBe(5_000_000);

      rmSync(join(mount, "ballast"));
      await copyToRegistry(layout, digest, registry.client, registry.at("team/app:1.0.0"));
      expect((await copyFromRegistry(registry.client, registry.at("team/app:1.0.0"), await temporaryLayout())).digest).toBe(digest);
      await registry.running.close();
    } finally {
      await exec("umount", ["-l", mount]);
      rmSync(mount, { recursive: true, force: true });
    }
  },
);

async function* stream(mebibytes: number): AsyncGenerator<Uint8Array> {
  for (let sent = 0; sent < mebibytes; sent += 1) yield randomBytes(1024 * 1024);
}

const SERVE = `
import { startRegistry } from "${new URL("./index.ts", import.meta.url).href}";
const { address } = await startRegistry({ dataFolder: process.argv[1], listen: { host: "127.0.0.1", port: 0 }, open: true, log: () => undefined });
process.stdout.write(address + "\\n");
`;

const serve = async (folder: string): Promise<{ readonly address: string; readonly child: ChildProcess }> => {
  const child = spawn(process.execPath, ["--input-type=module", "-e", SERVE, folder], { stdio: ["ignore", "pipe", "inherit"] });
  const address = await new Promise<string>((resolve, reject) => {
    child.stdout?.once("data", (chunk: Buffer) => resolve(chunk.toString().trim()));
    child.once("exit", (code) => reject(new Error(`the registry ended with ${code}`)));
  });
  return { address, child };
};

const kill = async (child: ChildProcess): Promise<void> => {
  const gone = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  await gone;
};

test("killed again and again in the middle of pushes: what was acknowledged is there, what was not is not half there, the folder opens", async () => {
  const folder = temporaryFolder();
  mkdirSync(folder, { recursive: true });
  const layout = await temporaryLayout();
  const acknowledged: { readonly name: string; readonly digest: string }[] = [];
  for (let round = 0; round < 6; round += 1) {
    const { address, child } = await serve(folder);
    const client = createRegistryClient({ attempts: 1, credentials: async () => undefined });
    // By the clock in the first rounds, wherever that hits; after the first acknowledgement in the others, however slow the machine is.
    let timer = round < 3 ? setTimeout(() => child.kill("SIGKILL"), 60 + round * 70) : undefined;
    const gone = new Promise((resolve) => child.once("exit", resolve));
    const pusher = async (lane: number): Promise<void> => {
      for (let at = 0; ; at += 1) {
        const name = `team/app:${round}.${lane}.${at}`;
        const digest = await makeImage(layout, [{ path: "x", body: randomBytes(400_000) }]);
        await copyToRegistry(layout, digest, client, parseReference(`${address}/${name}`));
        acknowledged.push({ name, digest });
        timer ??= setTimeout(() => child.kill("SIGKILL"), round * 20);
      }
    };
    await Promise.allSettled([pusher(0), pusher(1), pusher(2)]);
    await gone;
    clearTimeout(timer);
    client.close();
  }
  const { address, child } = await serve(folder);
  const client = createRegistryClient({ attempts: 1, credentials: async () => undefined });
  try {
    expect(acknowledged.length).toBeGreaterThan(0);
    for (const { name, digest } of acknowledged) expect((await client.resolve(parseReference(`${address}/${name}`))).digest).toBe(digest);
    // Every tag that is there, acknowledged or not, is a whole image.
    const tags = await client.tags(parseReference(`${address}/team/app`));
    const copy = await temporaryLayout();
    for (const tag of tags) await copyFromRegistry(client, parseReference(`${address}/team/app:${tag}`), copy);
    expect(tags.length).toBeGreaterThanOrEqual(acknowledged.length);
    expect(readdirSync(join(folder, "uploads"))).toEqual([]);
  } finally {
    client.close();
    await kill(child);
    rmSync(folder, { recursive: true, force: true });
  }
});
