import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { byTag, digestOf, type Digest, fakeClock, parseReference } from "../core/index.ts";
import { createRegistryClient, MEDIA, type RegistryClient } from "../image/index.ts";
import { openAdministration, type RunningRegistry, startRegistry } from "../registry/index.ts";
import { generateKeyPair, readPrivateKey, registryStore, signDigest } from "../trust/index.ts";
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

test.each(["v*(a+)+", "", "a b", "x".repeat(200)])("the pattern of tags %j is refused", (pattern) => {
  expect(() => admissionBy({ keyPaths: [], tags: [pattern] })).toThrow(/not a pattern of tags/);
});
