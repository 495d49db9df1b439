import { createHash, randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { afterAll, beforeAll, expect, test } from "vitest";
import { hasS3, startS3 } from "../../../test/support/s3-at-hand.ts";
import type { Swift } from "../../../test/support/swift.ts";
import { type Digest, digestOf, exec, hexOf, parseDigest } from "../../core/index.ts";
import { collect, copyFromRegistry, copyToRegistry, writeTar } from "../../image/index.ts";
import { makeImage, startTestRegistry, temporaryFolder, temporaryLayout } from "../registry.fixture.ts";
import { leftovers } from "../store/leftovers.fixture.ts";
import { countingPoints, live, movedClock, openLife, SETTINGS } from "../store/life.fixture.ts";
import { storedIn } from "../store/medium.fixture.ts";
import { bucketMedium, bucketSettings, makeBucket, pendingUploads } from "./bucket-medium.fixture.ts";

/** OpenStack Swift as it runs in clouds, or the storage that the environment names: no code of ours decides there what a right request is. */
const isHere = hasS3();
if (!isHere)
  process.stderr.write("Debian's python3-swift is neither here nor to be had through apt: nothing is tried against a real S3 server\n");
const DOCKER = "/usr/bin/docker";
let swift: Swift | undefined;
const address = (): Swift => {
  if (swift === undefined) throw new Error("Swift does not run");
  return swift;
};

beforeAll(async () => {
  if (!isHere) return;
  swift = await startS3();
  await makeBucket(swift, temporaryFolder());
  storedIn(bucketMedium(swift));
});

afterAll(async () => {
  storedIn();
  await swift?.[Symbol.asyncDispose]();
});

const folderInSwift = (more = ""): string => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "registry.yaml"), bucketSettings(address(), folder, `, partSize: 5mb${more}`));
  return folder;
};

test.runIf(isHere)("an image with a layer in parts is pushed and pulled, over a restart too, and nothing is left half way", async () => {
  const folder = folderInSwift();
  const layout = await temporaryLayout();
  const image = await makeImage(layout, [
    { path: "large", body: randomBytes(12_000_000) },
    { path: "small", body: randomBytes(1000) },
  ]);
  {
    await using registry = await startTestRegistry({ dataFolder: folder });
    await copyToRegistry(layout, image, registry.client, registry.at("team/app:1.0.0"));
    expect((await copyFromRegistry(registry.client, registry.at("team/app:1.0.0"), await temporaryLayout())).digest).toBe(image);
    const bytes = randomBytes(11_000_000);
    const digest = parseDigest(`sha512:${createHash("sha512").update(bytes).digest("hex")}`);
    await registry.client.pushBlob(registry.at("team/app"), bytes, digest);
    const part = await registry.raw("GET", `/v2/team/app/blobs/${digest}`, { headers: { range: "bytes=5242870-5242890" } });
    expect([part.status, part.body.equals(bytes.subarray(5_242_870, 5_242_891))]).toEqual([206, true]);
    expect(await pendingUploads(folder)).toEqual([]);
    registry.client.close();
    await registry.running.close();
    await using again = await startTestRegistry({ dataFolder: folder });
    expect((await copyFromRegistry(again.client, again.at("team/app:1.0.0"), await temporaryLayout())).digest).toBe(image);
    expect(Buffer.from(await collect(again.client.blob(again.at("team/app"), digest), 20_000_000, "blob")).equals(bytes)).toBe(true);
  }
});

test.runIf(isHere)("whoever pulls is sent to the bucket when that is asked for, with an address that opens this one object", async () => {
  await using registry = await startTestRegistry({ dataFolder: folderInSwift(", redirect: 10m") });
  const bytes = randomBytes(70_000);
  const { digest } = await registry.client.pushBlob(registry.at("team/app"), bytes);
  const answer = await registry.raw("GET", `/v2/team/app/blobs/${digest}`);
  const location = answer.headers.location ?? "";
  expect([answer.status, location.startsWith(`${address().endpoint}/images/`)]).toEqual([307, true]);
  const direct = await fetch(location, { headers: { range: "bytes=10-19" } });
  expect([direct.status, Buffer.from(await direct.arrayBuffer()).equals(bytes.subarray(10, 20))]).toEqual([206, true]);
  expect((await fetch(location.replace(hexOf(digest), "0".repeat(64)))).status).toBe(403);
  expect(await collect(registry.client.blob(registry.at("team/app"), digest), 100_000, "blob")).toEqual(bytes);
});

test.runIf(isHere)("wrong keys, no bucket and no answer end the start with what to do", async () => {
  const start = (more: Partial<Swift>): Promise<unknown> => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "registry.yaml"), bucketSettings({ ...address(), ...more }, folder));
    return startTestRegistry({ dataFolder: folder });
  };
  await expect(start({ secretAccessKey: "not-testing" })).rejects.toMatchObject({
    code: "REGISTRY_REFUSED",
    message: expect.stringMatching(/403 (SignatureDoesNotMatch|AccessDenied)/),
  });
  await expect(start({ bucket: "not-there" })).rejects.toMatchObject({
    code: "REGISTRY_REFUSED",
    message: expect.stringContaining("NoSuchBucket"),
  });
});

test.runIf(isHere)("a life of pushes, deletions, retention, collections, rot and scrubs leaves every tag and nothing else", async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "registry.yaml"), SETTINGS + bucketSettings(address(), folder));
  const clock = movedClock(0);
  const { reached, counts } = countingPoints({ point: "none", time: 0 }, () => undefined);
  const store = await openLife(folder, clock, reached);
  try {
    let tags: Readonly<Record<string, Digest | null>> = {};
    await live(folder, store, clock, (line) => ("done" in line ? (tags = { ...tags, ...line.done }) : undefined));
    expect((await store.scrub({ verifiedBefore: clock.now() + 1, bytesPerSecond: 1e9 })).quarantined).toEqual([]);
    clock.move(30 * 86_400_000);
    for (const _ of [1, 2]) {
      await store.collect({ dryRun: false, liveDigests: new Set() });
      clock.move(2 * 86_400_000);
    }
    expect(Object.fromEntries(Object.keys(tags).map((tag) => [tag, store.manifests.get("team/app", tag)?.digest ?? null]))).toEqual(tags);
    expect(await leftovers(folder)).toEqual([]);
    expect([counts.get("object.copied"), digestOf("orphan").length]).toEqual([1, 71]);
  } finally {
    store.close();
  }
});

test.runIf(isHere)("docker and skopeo push and pull, by the registry and sent on to the bucket", async () => {
  for (const more of ["", ", redirect: 10m"]) {
    await using registry = await startTestRegistry({ dataFolder: folderInSwift(more) });
    const name = `${registry.running.address}/team/clients:1.0.0`;
    const run = async (program: string, ...args: readonly string[]): Promise<string> => {
      const { exitCode, stdout, stderr } = await exec(program, args, { timeoutMs: 120_000 });
      expect(exitCode, `${program} ${args.join(" ")}: ${stderr}`).toBe(0);
      return stdout.trim();
    };
    const imported = await exec(DOCKER, ["import", "-", name], {
      input: Readable.from(writeTar([{ path: "data", body: randomBytes(11_000_000) }])),
    });
    const id = imported.stdout.trim();
    try {
      await run(DOCKER, "push", name);
      await run(DOCKER, "rmi", "-f", id);
      await run(DOCKER, "pull", name);
      expect(await run(DOCKER, "image", "inspect", "--format", "{{.Id}}", name)).toBe(id);
    } finally {
      await exec(DOCKER, ["rmi", "-f", id]);
    }
    const copy = `docker://${registry.running.address}/team/clients:copy`;
    const folder = temporaryFolder();
    await run("skopeo", "copy", "--src-tls-verify=false", `docker://${name}`, `oci:${folder}/layout:x`);
    await run("skopeo", "copy", "--dest-tls-verify=false", "--preserve-digests", `oci:${folder}/layout:x`, copy);
    await run("skopeo", "copy", "--src-tls-verify=false", copy, `dir:${folder}/dir`);
  }
});
