import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { expect, test } from "vitest";
import { digestOf, fakeClock } from "../core/index.ts";
import { MEDIA } from "../image/index.ts";
import { openControl } from "./control/client.ts";
import type { LogEntry } from "./http/service.ts";
import { scriptedUpstream } from "./mirror/scripted-upstream.fixture.ts";
import { currentPolicy } from "./policy/current.ts";
import { readPolicy } from "./policy/policy.ts";
import { seed, smallManifest, startTestRegistry, temporaryFolder, type TestRegistry } from "./registry.fixture.ts";

const say = (registry: { readonly folder: string }, text: string): void => writeFileSync(join(registry.folder, "registry.yaml"), text);

const push = async (registry: TestRegistry, tag: string): Promise<number> => {
  await seed(registry, "team/app");
  const headers = { "content-type": MEDIA.ociManifest };
  return (await registry.raw("PUT", `/v2/team/app/manifests/${tag}`, { headers, body: smallManifest(`${Math.random()}`).bytes })).status;
};

test("new rules hold for the next push; a broken file changes nothing and is told at its lines", async () => {
  const told: LogEntry[] = [];
  await using registry = await startTestRegistry({ log: (entry) => void told.push(entry) });
  await using control = await openControl(registry.folder);
  expect([await push(registry, "release-1"), await push(registry, "release-1")]).toEqual([201, 201]);
  say(registry, 'repositories: [{match: ["**"], immutable: ["release-*"]}]\ngc: {every: 2d}\n');
  expect(await push(registry, "release-1")).toBe(201);
  expect(await control.ask("reload", { dryRun: true })).toEqual({ changed: ["repositories", "gc"], dryRun: true });
  expect(await push(registry, "release-1")).toBe(201);
  expect(await control.ask("reload", {})).toEqual({ changed: ["repositories", "gc"], dryRun: false });
  expect(await push(registry, "release-1")).toBe(409);

  say(registry, "repositories: []\ngc: {grace: 1s}\nlisten: 0.0.0.0:1\n");
  await expect(control.ask("reload", {})).rejects.toMatchObject({
    code: "INPUT_INVALID",
    problems: [expect.stringMatching(/registry\.yaml:2:\d+.*at least 10m/), expect.stringMatching(/registry\.yaml:3:1.*listen/)],
  });
  await expect(registry.running.reload()).rejects.toThrow("2 problems");
  expect(await push(registry, "release-1")).toBe(409);
  expect(told.filter(({ level }) => level === "error").at(-1)?.message).toMatch(/refused, and the settings stay .*:2:.*:3:1/);

  say(registry, "");
  expect(await registry.running.reload()).toEqual({ changed: ["repositories", "gc"], dryRun: false });
  expect(await push(registry, "release-1")).toBe(201);
  expect(await registry.running.reload()).toEqual({ changed: [], dryRun: false });
});

test("an upload and a pull through a mirror that are under way are finished as they began; the mirror is gone afterwards", async () => {
  const bytes = randomBytes(3_000_000);
  const digest = digestOf(bytes);
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  let begun = (): void => undefined;
  const asked = new Promise<void>((resolve) => (begun = resolve));
  await using upstream = await scriptedUpstream(async (_request, response) => {
    response.writeHead(200, { "content-length": bytes.length });
    response.write(bytes.subarray(0, 1_000_000));
    begun();
    await held;
    response.end(bytes.subarray(1_000_000));
  });
  const folder = temporaryFolder();
  say({ folder }, `mirrors: [{upstream: "${upstream.host}", name: up, listen: "127.0.0.1:0"}]\n`);
  await using registry = await startTestRegistry({ dataFolder: folder });
  expect([...registry.running.mirrorAddresses.keys()]).toEqual([upstream.host]);
  const listener = registry.running.mirrorAddresses.get(upstream.host) ?? "";
  const location = (await registry.raw("POST", "/v2/team/app/blobs/uploads/")).headers.location ?? "";
  await registry.raw("PATCH", location, { body: bytes.subarray(0, 1000) });
  const pulls = [registry.running.address, listener].map((address) =>
    fetch(`http://${address}/v2/${address === listener ? "" : "mirror/up/"}team/app/blobs/${digest}`).then(async (answer) =>
      digestOf(Buffer.from(await answer.arrayBuffer())),
    ),
  );
  await asked;
  say({ folder }, "");
  expect(await registry.running.reload()).toMatchObject({ changed: ["mirrors"] });
  expect([...registry.running.mirrorAddresses.keys()]).toEqual([]);
  release();
  expect(await Promise.all(pulls)).toEqual([digest, digest]);
  expect((await registry.raw("PUT", `${location}?digest=${digest}`, { body: bytes.subarray(1000) })).status).toBe(201);
  // What was fetched is here; what was not is no longer asked for.
  expect((await registry.raw("GET", `/v2/mirror/up/team/app/blobs/${digest}`)).status).toBe(200);
  expect((await registry.raw("GET", "/v2/mirror/up/team/app/manifests/1")).status).toBe(404);
  await expect(fetch(`http://${listener}/v2/`)).rejects.toThrow("fetch failed");
});

test("a mirror whose port is taken: nothing of the file is in effect; a listener may change its upstream", async () => {
  const [one, two] = await Promise.all(
    ["one", "two"].map((name) => scriptedUpstream((_request, response) => void response.writeHead(404, { "x-name": name }).end())),
  );
  if (one === undefined || two === undefined) throw new Error("no upstreams");
  await using _one = one;
  await using _two = two;
  const taken = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => taken.once("listening", resolve));
  const { port } = taken.address() as AddressInfo;
  await using registry = await startTestRegistry();
  const { running } = registry;
  say(registry, `mirrors: [{upstream: "${one.host}", listen: "127.0.0.1:0"}]\n`);
  await running.reload();
  const listener = running.mirrorAddresses.get(one.host) ?? "";
  say(
    registry,
    `mirrors: [{upstream: "${two.host}", listen: "127.0.0.1:${port}"}]\nrepositories: [{match: ["**"], immutable: ["release-*"]}]\n`,
  );
  await expect(running.reload()).rejects.toMatchObject({ code: "PORT_TAKEN" });
  expect([await push(registry, "release-1"), await push(registry, "release-1")]).toEqual([201, 201]);
  expect([...running.mirrorAddresses]).toEqual([[one.host, listener]]);
  await fetch(`http://${listener}/v2/a/manifests/1`);
  expect([one.heard.length, two.heard.length]).toEqual([1, 0]);
  taken.close();

  say(registry, `mirrors: [{upstream: "${two.host}", listen: "127.0.0.1:0"}]\n`);
  await running.reload();
  expect([...running.mirrorAddresses]).toEqual([[two.host, listener]]);
  await fetch(`http://${listener}/v2/a/manifests/1`);
  expect([one.heard.length, two.heard.length]).toEqual([1, 1]);
});

test("a shorter grace waits until what was promised under the longer one has been renewed", async () => {
  const folder = temporaryFolder();
  const clock = fakeClock();
  const policy = currentPolicy(readPolicy(folder), clock);
  say({ folder }, "gc: {grace: 10m}\n");
  const shorter = readPolicy(folder);
  policy.replace(shorter);
  policy.replace(shorter);
  expect(policy.settings.gc.grace).toBe(86_400_000);
  await clock.sleep(10 * 60_000);
  expect(policy.settings.gc.grace).toBe(600_000);
});
