import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { byTag, digestOf, type Digest, fakeClock, parseReference } from "../core/index.ts";
import { createRegistryClient, MEDIA, type RegistryClient } from "../image/index.ts";
import { openAdministration, type RunningRegistry, startRegistry } from "../registry/index.ts";
import { attest, generateKeyPair, readPrivateKey, registryStore, signDigest } from "../trust/index.ts";
import { admissionBy } from "./registry-admission.ts";

let folder = "";
let registry: RunningRegistry;
let clients: RegistryClient[] = [];
let clock: ReturnType<typeof fakeClock>;
let secrets: Record<string, string> = {};

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "seaworthy-admission-"));
  clients = [];
  clock = fakeClock();
  const pair = generateKeyPair("");
  writeFileSync(join(folder, "cosign.pub"), pair.publicPem);
  writeFileSync(join(folder, "cosign.key"), pair.privatePem);
  const data = join(folder, "data");
  using users = openAdministration(data, { clock: fakeClock(), who: "test", dryRun: false, warn: () => undefined }, true);
  secrets = {
    pusher: users.addRobot("pusher", [{ pattern: "shop/**", actions: ["pull", "push"] }], undefined).secret,
    puller: users.addRobot("puller", [{ pattern: "shop/**", actions: ["pull"] }], undefined).secret,
  };
  const admit = admissionBy({ keyPaths: [join(folder, "cosign.pub")], tags: ["v*", "main"], clock });
  registry = await startRegistry({ dataFolder: data, listen: { host: "127.0.0.1", port: 0 }, open: false, log: () => undefined, admit });
});
afterEach(async () => {
  for (const client of clients) client.close();
  await registry.close();
  rmSync(folder, { recursive: true });
});

const as = (name: string): RegistryClient => {
  const client = createRegistryClient({ attempts: 1, credentials: async () => ({ username: name, password: secrets[name] ?? "" }) });
  clients.push(client);
  return client;
};

const pushed = async (client: RegistryClient, tag: string, layers = true): Promise<Digest> => {
  const repository = parseReference(`${registry.address}/shop/web`);
  const config = Buffer.from(`{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[]},"x":"${tag}"}`);
  await client.pushBlob(repository, config);
  const layer = Buffer.from("layer");
  await client.pushBlob(repository, layer);
  const of = layers ? [{ mediaType: MEDIA.ociLayer, digest: digestOf(layer), size: layer.length }] : [];
  const document = {
    schemaVersion: 2,
    mediaType: MEDIA.ociManifest,
    config: { mediaType: MEDIA.ociConfig, digest: digestOf(config), size: config.length },
    layers: of,
  };
  return (await client.pushManifest(byTag(repository, tag), Buffer.from(JSON.stringify(document)), MEDIA.ociManifest)).digest;
};

test("who only pulls gets an image when it is signed; who pushes may sign what is not", async () => {
  const pusher = as("pusher");
  const puller = as("puller");
  const digest = await pushed(pusher, "v1");
  const image = parseReference(`${registry.address}/shop/web:v1`);
  await expect(puller.manifest(image)).rejects.toThrow(/is not signed by a key that this registry trusts/);
  expect((await pusher.manifest(image)).digest).toBe(digest);
  const key = await readPrivateKey(join(folder, "cosign.key"), async () => "");
  await signDigest(registryStore(pusher), image, digest, key);
  // Bad news is looked at again after some seconds.
  await clock.sleep(6000);
  expect((await puller.manifest(image)).digest).toBe(digest);
  const other = await pushed(pusher, "v2");
  await expect(puller.manifest({ ...image, tag: "v2" })).rejects.toThrow(String(other));
});

test("a platform of a signed index is pulled, what has no file system is, and a tag outside the rules is not taken", async () => {
  const pusher = as("pusher");
  const puller = as("puller");
  const child = await pushed(pusher, "v1");
  const repository = parseReference(`${registry.address}/shop/web`);
  const size = (await pusher.manifest({ ...repository, digest: child })).bytes.length;
  const index = Buffer.from(
    JSON.stringify({ schemaVersion: 2, mediaType: MEDIA.ociIndex, manifests: [{ mediaType: MEDIA.ociManifest, digest: child, size }] }),
  );
  const { digest } = await pusher.pushManifest(byTag(repository, "main"), index, MEDIA.ociIndex);
  await expect(puller.manifest({ ...repository, digest: child })).rejects.toThrow(/is not signed/);
  await signDigest(
    registryStore(pusher),
    byTag(repository, "main"),
    digest,
    await readPrivateKey(join(folder, "cosign.key"), async () => ""),
  );
  await clock.sleep(6000);
  expect((await puller.manifest(byTag(repository, "main"))).digest).toBe(digest);
  expect((await puller.manifest({ ...repository, digest: child })).digest).toBe(child);
  await pushed(pusher, "vchart", false);
  await expect(puller.manifest(byTag(repository, "vchart"))).resolves.toBeDefined();
  await expect(pushed(pusher, "latest")).rejects.toThrow(/the tag latest may not be pushed here: this registry takes v\*, main/);
});

test("what comes through a mirror: the signature that upstream has beside it counts, also in an outage; a mirror may be exempt", async () => {
  const pair = generateKeyPair("");
  writeFileSync(join(folder, "upstream.key"), pair.privatePem);
  writeFileSync(join(folder, "upstream.pub"), pair.publicPem);
  const upstream = await startRegistry({
    dataFolder: join(folder, "upstream"),
    listen: { host: "127.0.0.1", port: 0 },
    open: true,
    log: () => undefined,
  });
  const mirrorData = join(folder, "mirror");
  {
    using users = openAdministration(mirrorData, { clock: fakeClock(), who: "test", dryRun: false, warn: () => undefined }, true);
    secrets["mirrored"] = users.addRobot("mirrored", [{ pattern: "mirror/**", actions: ["pull"] }], undefined).secret;
  }
  const mirror = await startRegistry({
    dataFolder: mirrorData,
    listen: { host: "127.0.0.1", port: 0 },
    open: false,
    log: () => undefined,
    admit: admissionBy({ keyPaths: [join(folder, "upstream.pub")], tags: [], clock }),
    mirrors: [
      { upstream: upstream.address, name: "up", freshForMs: 0 },
      { upstream: upstream.address.replace("127.0.0.1", "localhost"), name: "free", freshForMs: 0, internal: true, signed: false },
    ],
  });
  const outside = createRegistryClient({ attempts: 1, credentials: async () => undefined });
  clients.push(outside);
  try {
    const at = parseReference(`${upstream.address}/shop/web`);
    const config = Buffer.from('{"os":"linux"}');
    const layer = Buffer.from("layer");
    for (const blob of [config, layer]) await outside.pushBlob(at, blob);
    const document = {
      schemaVersion: 2,
      mediaType: MEDIA.ociManifest,
      config: { mediaType: MEDIA.ociConfig, digest: digestOf(config), size: config.length },
      layers: [{ mediaType: MEDIA.ociLayer, digest: digestOf(layer), size: layer.length }],
    };
    const { digest } = await outside.pushManifest(byTag(at, "latest"), Buffer.from(JSON.stringify(document)), MEDIA.ociManifest);
    const puller = as("mirrored");
    const mirrored = (name: string) => parseReference(`${mirror.address}/mirror/${name}/shop/web:latest`);
    await expect(puller.manifest(mirrored("up"))).rejects.toThrow(/is not signed by a key that this registry trusts/);
    expect((await puller.manifest(mirrored("free"))).digest).toBe(digest);
    // A key that nobody here trusts.
    await signDigest(registryStore(outside), byTag(at, "latest"), digest, await readPrivateKey(join(folder, "cosign.key"), async () => ""));
    await clock.sleep(6000);
    await expect(puller.manifest(mirrored("up"))).rejects.toThrow(/is not signed/);
    await signDigest(
      registryStore(outside),
      byTag(at, "latest"),
      digest,
      await readPrivateKey(join(folder, "upstream.key"), async () => ""),
    );
    await clock.sleep(6000);
    expect((await puller.manifest(mirrored("up"))).digest).toBe(digest);
    await upstream.close();
    // The verdict is over; what it was made of is here.
    await clock.sleep(11 * 60_000);
    expect((await puller.manifest(mirrored("up"))).digest).toBe(digest);
  } finally {
    await mirror.close();
    await upstream.close();
  }
});

describe("only what was scanned", () => {
  const DAY_MS = 86_400_000;
  const scanOf = (at: number) => ({
    predicateType: "https://cosign.sigstore.dev/attestation/vuln/v1",
    predicate: { scanner: { uri: "test", version: "1" }, metadata: { scanFinishedOn: new Date(at).toISOString() } },
  });
  const keyOf = (name = "cosign.key") => readPrivateKey(join(folder, name), async () => "");
  const restart = async (): Promise<void> => {
    await registry.close();
    const admit = admissionBy({
      keyPaths: [],
      scanned: { keyPaths: [join(folder, "cosign.pub")], within: "2d", withinMs: 2 * DAY_MS },
      tags: [],
      clock,
    });
    registry = await startRegistry({
      dataFolder: join(folder, "data"),
      listen: { host: "127.0.0.1", port: 0 },
      open: false,
      log: () => undefined,
      admit,
    });
  };

  test("is given, by a trusted key, while the scan is fresh; who pushes may attest what is not", async () => {
    await restart();
    const [pusher, puller] = [as("pusher"), as("puller")];
    const digest = await pushed(pusher, "v1");
    const image = parseReference(`${registry.address}/shop/web:v1`);
    await expect(puller.manifest(image)).rejects.toThrow(
      /shop\/web@sha256:[0-9a-f]+ has no scan of the last 2d that is attested by a key that this registry trusts/,
    );
    const stranger = generateKeyPair("");
    writeFileSync(join(folder, "stranger.key"), stranger.privatePem);
    const store = registryStore(pusher);
    await attest(store, image, digest, scanOf(clock.now()), await keyOf("stranger.key"));
    await attest(store, image, digest, scanOf(clock.now() - 3 * DAY_MS), await keyOf());
    await attest(store, image, digest, scanOf(clock.now() + DAY_MS), await keyOf());
    await attest(store, image, digest, { predicateType: "https://cyclonedx.org/bom", predicate: {} }, await keyOf());
    await clock.sleep(6000);
    await expect(puller.manifest(image)).rejects.toThrow(/has no scan/);
    await attest(store, image, digest, scanOf(clock.now() - DAY_MS), await keyOf());
    await clock.sleep(6000);
    expect((await puller.manifest(image)).digest).toBe(digest);
    // Its attestations are for everybody to read.
    expect((await puller.referrers(image, digest)).length).toBeGreaterThan(0);
    await clock.sleep(3 * DAY_MS);
    await expect(puller.manifest(image)).rejects.toThrow(/has no scan/);
  });

  test("an index when each of its platforms was, a platform by itself; provenance in it is not asked about", async () => {
    await restart();
    const [pusher, puller] = [as("pusher"), as("puller")];
    const repository = parseReference(`${registry.address}/shop/web`);
    const [first, second, other] = [await pushed(pusher, "a"), await pushed(pusher, "b"), await pushed(pusher, "c")];
    const entry = async (digest: Digest, os: string) => ({
      mediaType: MEDIA.ociManifest,
      digest,
      size: (await pusher.manifest({ ...repository, digest })).bytes.length,
      platform: { os, architecture: os === "unknown" ? "unknown" : "amd64" },
    });
    const manifests = [await entry(first, "linux"), await entry(second, "linux"), await entry(other, "unknown")];
    const index = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: MEDIA.ociIndex, manifests }));
    const { digest } = await pusher.pushManifest(byTag(repository, "main"), index, MEDIA.ociIndex);
    const store = registryStore(pusher);
    await attest(store, repository, first, scanOf(clock.now()), await keyOf());
    await expect(puller.manifest(byTag(repository, "main"))).rejects.toThrow(/has no scan/);
    expect((await puller.manifest({ ...repository, digest: first })).digest).toBe(first);
    await attest(store, repository, second, scanOf(clock.now()), await keyOf());
    await clock.sleep(6000);
    expect((await puller.manifest(byTag(repository, "main"))).digest).toBe(digest);
    await expect(puller.manifest({ ...repository, digest: other })).rejects.toThrow(/has no scan/);
    await attest(store, repository, digest, scanOf(clock.now()), await keyOf());
    await clock.sleep(6000);
    expect((await puller.manifest({ ...repository, digest: other })).digest).toBe(other);
  });
});

test.each(["v*(a+)+", "", "a b", "x".repeat(200)])("the pattern of tags %j is refused", (pattern) => {
  expect(() => admissionBy({ keyPaths: [], tags: [pattern] })).toThrow(/not a pattern of tags/);
});
