import { spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { expect, test } from "vitest";
import { copyFromRegistry, copyToRegistry, createRegistryClient } from "../../image/index.ts";
import { parseReference } from "../../core/index.ts";
import { makeImage, startTestRegistry, temporaryFolder, temporaryLayout } from "../registry.fixture.ts";
import { DAY_MS, openTestStore } from "../store/store.fixture.ts";

/** A mirror that kills itself (-9) when it comes to a point for the n-th time. */
const SERVE = `
import { startRegistry } from "${new URL("../index.ts", import.meta.url).href}";
const [dataFolder, upstream, point, times] = process.argv.slice(1);
let left = Number(times);
const { address } = await startRegistry({
  dataFolder, listen: { host: "127.0.0.1", port: 0 }, open: true, log: () => undefined,
  mirrors: [{ upstream, name: "up" }],
  reached: (at) => { if (at === point && --left === 0) process.kill(process.pid, "SIGKILL"); },
});
process.stdout.write(address + "\\n");
`;

const filesBelow = (folder: string): readonly string[] =>
  existsSync(folder)
    ? readdirSync(folder, { recursive: true })
        .map((name) => join(folder, name.toString()))
        .filter((path) => statSync(path).isFile())
    : [];

/** Every file of a blob has the bytes that its name says: what a scrub looks at. */
const rotten = (dataFolder: string): readonly string[] =>
  filesBelow(join(dataFolder, "blobs")).filter((path) => createHash("sha256").update(readFileSync(path)).digest("hex") !== basename(path));

const addressOf = (child: ReturnType<typeof spawn>): Promise<string> =>
  new Promise((resolve, reject) => {
    child.stdout?.once("data", (bytes: Buffer) => resolve(bytes.toString().trim()));
    child.once("exit", () => reject(new Error("the mirror ended before it listened")));
  });

test.each([
  ["fill.opened", 1],
  ["fill.growing", 1],
  ["fill.growing", 6],
  ["fill.synced", 1],
  ["fill.synced", 3],
  ["blob.placed", 2],
  ["blob.stored", 1],
  ["blob.stored", 3],
  ["manifest.writing", 1],
  ["manifest.stored", 1],
])("killed at %s, for the %i. time: nothing wrong is served afterwards, and the next pull has it all", async (point, times) => {
  await using upstream = await startTestRegistry();
  const layout = await temporaryLayout();
  const digest = await makeImage(layout, [
    { path: "a", body: randomBytes(1_500_000) },
    { path: "b", body: randomBytes(700_000) },
  ]);
  await copyToRegistry(layout, digest, upstream.client, upstream.at("team/app:1.0.0"));
  const folder = temporaryFolder();
  const child = spawn(process.execPath, ["--input-type=module", "-e", SERVE, folder, upstream.running.address, point, String(times)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = new Promise<string | null>((resolve) => child.once("exit", (_code, signal) => resolve(signal)));
  const client = createRegistryClient({ attempts: 1, credentials: async () => undefined });
  try {
    const at = parseReference(`${await addressOf(child)}/mirror/up/team/app:1.0.0`);
    await copyFromRegistry(client, at, await temporaryLayout()).catch(() => undefined);
    expect(await ended).toBe("SIGKILL");
  } finally {
    client.close();
    child.kill("SIGKILL");
  }
  expect(rotten(folder)).toEqual([]);
  await using again = await startTestRegistry({ dataFolder: folder, mirrors: [{ upstream: upstream.running.address, name: "up" }] });
  expect(readdirSync(join(folder, "fills"))).toEqual([]);
  const pulled = await copyFromRegistry(again.client, again.at("mirror/up/team/app:1.0.0"), await temporaryLayout());
  expect(pulled.digest).toBe(digest);
  expect(rotten(folder)).toEqual([]);
  // Whatever is here is whole without upstream too.
  await upstream.running.close();
  expect((await copyFromRegistry(again.client, again.at("mirror/up/team/app:1.0.0"), await temporaryLayout())).digest).toBe(digest);
  await again.running.close();
  const { store } = await openTestStore({ folder });
  const scrubbed = await store.scrub({ verifiedBefore: Date.now() + DAY_MS, bytesPerSecond: 1e9 });
  expect([scrubbed.quarantined, scrubbed.damagedManifests]).toEqual([[], []]);
});
