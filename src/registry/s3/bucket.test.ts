import { randomBytes } from "node:crypto";
import { existsSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { digestOf, systemClock } from "../../core/index.ts";
import { collect, copyFromRegistry, copyToRegistry } from "../../image/index.ts";
import { openControl } from "../control/client.ts";
import { runModel } from "../model.fixture.ts";
import { makeImage, startTestRegistry, temporaryFolder, temporaryLayout } from "../registry.fixture.ts";
import { readPolicy } from "../policy/policy.ts";
import { pushesInto } from "../store/pushes.fixture.ts";
import { openStore, type Store } from "../store/store.ts";
import { DAY_MS, openTestStore } from "../store/store.fixture.ts";
import { bucketSettings, pendingUploads } from "./bucket-medium.fixture.ts";
import { type S3Server, startS3Server } from "./s3-server.fixture.ts";

const folderIn = (server: S3Server, more = ""): string => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "registry.yaml"), bucketSettings(server, folder, more));
  return folder;
};

/** The part of the bucket that another folder has. */
const folderLike = (server: S3Server, other: string): string => {
  const folder = folderIn(server);
  const prefix = readPolicy(other).settings.storage.s3?.prefix ?? "";
  writeFileSync(
    join(folder, "registry.yaml"),
    `storage: {s3: {bucket: ${server.bucket}, prefix: ${prefix}, endpoint: "${server.endpoint}", credentials: {file: keys}}}\n`,
  );
  return folder;
};

const opened = async (folder: string, work: (store: Store) => Promise<unknown> = async () => undefined): Promise<void> => {
  const store = await openStore(folder, { clock: systemClock, reserveBytes: 0, policy: readPolicy(folder) });
  try {
    await work(store);
  } finally {
    store.close();
  }
};

test("a part of a bucket has one registry: another is refused, so that none collects what it does not know", async () => {
  for (const conditional of [true, false]) {
    await using server = await startS3Server();
    server.conditional = conditional;
    const folder = folderIn(server);
    await opened(folder);
    await opened(folder);
    await expect(opened(folderLike(server, folder))).rejects.toMatchObject({
      code: "STATE_NEEDS_PERSON",
      message: expect.stringContaining("another registry"),
    });
    expect([...server.objects.keys()]).toEqual([expect.stringMatching(/^t\/.*\/registry\.json$/)]);
  }
});

test("blobs are where they are: files do not become objects by a line of the settings, nor the other way round, nor does another bucket do", async () => {
  await using server = await startS3Server();
  const files = temporaryFolder();
  await opened(files, (store) => pushesInto(store).image(["1.0.0"]));
  writeFileSync(join(files, "registry.yaml"), bucketSettings(server, files));
  await expect(opened(files)).rejects.toMatchObject({ code: "STATE_NEEDS_PERSON", hint: expect.stringContaining("registry import") });
  rmSync(join(files, "registry.yaml"));
  await opened(files, async (store) => expect(store.manifests.get("team/app", "1.0.0")).toBeDefined());

  const folder = folderIn(server);
  await opened(folder, (store) => pushesInto(store).image(["1.0.0"]));
  const settings = join(folder, "registry.yaml");
  writeFileSync(settings, "");
  await expect(opened(folder)).rejects.toMatchObject({ code: "STATE_NEEDS_PERSON", message: expect.stringContaining("names none") });
  writeFileSync(settings, bucketSettings({ ...server, bucket: "elsewhere" }, folder));
  await expect(opened(folder)).rejects.toMatchObject({ message: expect.stringContaining("NoSuchBucket") });
  writeFileSync(settings, bucketSettings(server, folder).replace("prefix: t/", "prefix: other/"));
  await expect(opened(folder)).rejects.toMatchObject({
    code: "STATE_NEEDS_PERSON",
    message: expect.stringContaining("not where this registry's blobs are"),
  });
  writeFileSync(settings, bucketSettings(server, folder));
  await opened(folder);
});

test("a database that is lost comes back from its copy in the bucket, and serves what it knew then", async () => {
  await using server = await startS3Server();
  const folder = folderIn(server);
  const layout = await temporaryLayout();
  const image = await makeImage(layout);
  const registry = await startTestRegistry({ dataFolder: folder });
  await copyToRegistry(layout, image, registry.client, registry.at("team/app:1.0.0"));
  registry.client.close();
  await registry.running.close();
  const names: string[] = [];
  await opened(folder, async ({ keepCopy }) => {
    for (let copy = 0; copy < 5; copy++) {
      names.push((await keepCopy?.()) ?? "");
      await new Promise((done) => setTimeout(done, 2));
    }
  });
  expect(readdirSync(join(folder, "uploads"))).toEqual([]);
  const kept = [...server.objects.keys()].filter((key) => key.includes("/index/"));
  expect(kept.toSorted()).toEqual(names.slice(-3).toSorted());

  const fresh = folderLike(server, folder);
  await expect(opened(fresh)).rejects.toMatchObject({
    hint: expect.stringMatching(/index\/\*\.sqlite, into the data folder as registry\.sqlite/),
  });
  rmSync(join(fresh, "registry.sqlite"), { force: true });
  for (const rest of ["-wal", "-shm"]) rmSync(join(fresh, `registry.sqlite${rest}`), { force: true });
  writeFileSync(join(fresh, "registry.sqlite"), server.objects.get(names.at(-1) ?? "")?.bytes ?? "");
  await using again = await startTestRegistry({ dataFolder: fresh });
  expect((await copyFromRegistry(again.client, again.at("team/app:1.0.0"), await temporaryLayout())).digest).toBe(image);
});

test("while the storage is away nothing is acknowledged and nothing is called missing; afterwards the same upload is finished", async () => {
  await using server = await startS3Server();
  const logged: string[] = [];
  await using registry = await startTestRegistry({
    dataFolder: folderIn(server),
    log: ({ level, message }) => void (level === "error" && logged.push(message)),
  });
  const bytes = randomBytes(5000);
  const digest = digestOf(bytes);
  const begun = await registry.raw("POST", "/v2/team/app/blobs/uploads/");
  const location = begun.headers.location ?? "";
  server.fault = () => ({ kind: "error", status: 403, code: "AccessDenied" });
  const refused = await registry.raw("PUT", `${location}?digest=${digest}`, { body: bytes });
  expect([refused.status, refused.code, refused.headers["retry-after"]]).toEqual([503, "UNKNOWN", "10"]);
  expect(logged).toEqual([expect.stringMatching(/^PUT images\/t\/.*: 403 AccessDenied/)]);
  expect(await (await fetch(`http://${registry.running.address}/readyz`)).text()).toBe("not ready: the bucket answers 403\n");
  server.fault = undefined;
  expect((await registry.raw("PUT", `${location}?digest=${digest}`)).status).toBe(201);
  expect(await collect(registry.client.blob(registry.at("team/app"), digest), 10_000, "blob")).toEqual(bytes);
  server.fault = () => ({ kind: "error", status: 403, code: "AccessDenied" });
  for (const method of ["GET", "HEAD"]) expect((await registry.raw(method, `/v2/team/app/blobs/${digest}`)).status).toBe(503);
});

test("a scrub and a collection of a bucket that does not let us in end with nothing taken", async () => {
  await using server = await startS3Server();
  const at = await openTestStore({ folder: folderIn(server) });
  const { digest, layer } = await at.image(["1.0.0"]);
  server.fault = () => ({ kind: "error", status: 404, code: "NoSuchBucket" });
  await expect(at.store.scrub({ verifiedBefore: at.clock.now() + 1, bytesPerSecond: 1e9 })).rejects.toThrow(/storage behind this registry/);
  await at.later(30 * DAY_MS);
  await expect(at.store.collect({ dryRun: false, liveDigests: new Set() })).rejects.toThrow(/storage behind this registry/);
  server.fault = undefined;
  expect([at.has(digest), await at.hasBlob(layer)]).toEqual([true, true]);
});

test("a reader whose connection to the bucket breaks gets the rest all the same; what is sent on is not kept by anybody", async () => {
  await using server = await startS3Server();
  const bytes = randomBytes(3_000_000);
  {
    await using registry = await startTestRegistry({ dataFolder: folderIn(server) });
    const { digest } = await registry.client.pushBlob(registry.at("team/app"), bytes);
    let cuts = 2;
    server.fault = ({ method }) => (method === "GET" && cuts-- > 0 ? { kind: "cut", bytes: 1_000_000 } : undefined);
    const answer = await registry.raw("GET", `/v2/team/app/blobs/${digest}`, { headers: { range: "bytes=100-2999999" } });
    expect([answer.status, answer.body.equals(bytes.subarray(100)), cuts < 0]).toEqual([206, true, true]);
    server.fault = undefined;
  }
  await using registry = await startTestRegistry({ dataFolder: folderIn(server, ", redirect: 5m") });
  const { digest } = await registry.client.pushBlob(registry.at("team/app"), bytes);
  const [sent, looked, missing] = [
    await registry.raw("GET", `/v2/team/app/blobs/${digest}`),
    await registry.raw("HEAD", `/v2/team/app/blobs/${digest}`),
    await registry.raw("GET", `/v2/team/app/blobs/${digestOf("none")}`),
  ];
  expect([sent.status, sent.headers["cache-control"], looked.status, looked.headers["content-length"], missing.status]).toEqual([
    307,
    "no-store",
    200,
    "3000000",
    404,
  ]);
  expect(sent.headers.location).toMatch(/X-Amz-Expires=300&/);
  expect(Buffer.from(await collect(registry.client.blob(registry.at("team/app"), digest), 4_000_000, "blob")).equals(bytes)).toBe(true);
});

test("a mirror fills a bucket: one fetch, readers along the way, and served without upstream afterwards", async () => {
  await using server = await startS3Server();
  await using upstream = await startTestRegistry();
  const layout = await temporaryLayout();
  const image = await makeImage(layout, [{ path: "a", body: randomBytes(12_000_000) }]);
  await copyToRegistry(layout, image, upstream.client, upstream.at("team/app:1.0.0"));
  const folder = folderIn(server, ", partSize: 5mb");
  await using mirror = await startTestRegistry({ dataFolder: folder, mirrors: [{ upstream: upstream.running.address, name: "up" }] });
  const pull = async (): Promise<string> =>
    (await copyFromRegistry(mirror.client, mirror.at("mirror/up/team/app:1.0.0"), await temporaryLayout())).digest;
  expect(await Promise.all([pull(), pull(), pull()])).toEqual([image, image, image]);
  await upstream.running.close();
  expect([
    await pull(),
    existsSync(join(folder, "blobs", "sha256")),
    readdirSync(join(folder, "fills")),
    await pendingUploads(folder),
  ]).toEqual([image, false, [], []]);
  expect(server.seen.filter(({ query }) => query["partNumber"] !== undefined)).toHaveLength(3);
});

test("settings of the storage are not taken in while it serves", async () => {
  await using server = await startS3Server();
  const folder = folderIn(server);
  await using registry = await startTestRegistry({ dataFolder: folder });
  writeFileSync(join(folder, "registry.yaml"), "");
  await using control = await openControl(folder);
  await expect(control.ask("reload", { dryRun: false })).rejects.toMatchObject({
    message: expect.stringContaining("when the registry starts"),
  });
  await registry.client.ping(registry.running.address);
});

test("random operations at once over a bucket that fails now and then: every tag's history has an order that explains it, no image is ever half", async () => {
  await using server = await startS3Server({ pageSize: 5 });
  const folder = temporaryFolder();
  let asked = 0;
  server.fault = () => {
    asked += 1;
    if (asked % 50 === 0) return { kind: "error", status: 503, code: "SlowDown" };
    return asked % 71 === 0 ? { kind: "reset", after: asked % 2 === 0 } : undefined;
  };
  const settings = `repositories: [{match: ["**"], retain: [{tags: ["pr-*"], keepLast: 1}]}]\ngc: {grace: 4h, delay: 10m}\ntrash: {keepFor: 30m}\n${bucketSettings(server, folder)}`;
  const { wrong, counts } = await runModel({ folder, seed: 11, forMs: 6000, clients: 4, faster: 3600, settings });
  expect(wrong).toEqual([]);
  expect([(counts["pushed"] ?? 0) > 5, (counts["pulled"] ?? 0) > 2, asked > 300]).toEqual([true, true, true]);
}, 60_000);
