import { spawn } from "node:child_process";
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ALL, spread } from "../../../test/support/extent.ts";
import { digestOf, systemClock } from "../../core/index.ts";
import { readPolicy } from "../policy/policy.ts";
import { temporaryFolder } from "../registry.fixture.ts";
import { expectNothingLost, linesOf } from "../store/aftermath.fixture.ts";
import { SETTINGS } from "../store/life.fixture.ts";
import { storedIn } from "../store/medium.fixture.ts";
import { pushesInto } from "../store/pushes.fixture.ts";
import { openStore } from "../store/store.ts";
import { bucketMedium, bucketSettings, pendingUploads } from "./bucket-medium.fixture.ts";
import { type S3Server, startS3Server } from "./s3-server.fixture.ts";

let server: S3Server | undefined;
beforeAll(async () => {
  server = await startS3Server();
  storedIn(bucketMedium(server));
});
afterAll(async () => {
  storedIn();
  await server?.[Symbol.asyncDispose]();
});

const folderIn = (before: string, more: string): string => {
  if (server === undefined) throw new Error("the bucket is not there");
  const folder = temporaryFolder();
  writeFileSync(join(folder, "registry.yaml"), before + bucketSettings(server, folder, more));
  return folder;
};

const PUSH = new URL("./crash-worker.fixture.ts", import.meta.url);
const LIVE = new URL("../store/crash-worker.fixture.ts", import.meta.url);

/** The bucket is served by this process meanwhile. */
const run = (worker: URL, words: readonly string[]): Promise<{ readonly signal: string | null; readonly said: string }> =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, [worker.pathname, ...words], { stdio: ["ignore", "pipe", "inherit"] });
    let said = "";
    child.stdout.on("data", (bytes: Buffer) => (said += bytes.toString()));
    child.once("close", (_code, signal) => resolve({ signal, said }));
  });

const BYTES = Buffer.alloc(11_000_000, "layer");
const POINTS = [
  ["upload.opened", 1],
  ["upload.synced", 1],
  ["object.begun", 1],
  ["object.part", 1],
  ["object.part", 2],
  ["object.part", 3],
  ["object.completed", 1],
  ["blob.placed", 1],
  ["blob.stored", 1],
] as const;

test("a push in parts passes every point", async () => {
  const { signal, said } = await run(PUSH, [folderIn("", ", partSize: 5mb"), "none", "0"]);
  const { counts } = JSON.parse(said) as { counts: Record<string, number> };
  expect([signal, Object.entries(counts).flatMap(([point, times]) => Array.from({ length: times }, (_, at) => [point, at + 1]))]).toEqual([
    null,
    POINTS,
  ]);
});

test.each(spread(POINTS, 4))(
  "a push in parts, killed at %s for the %i. time: the blob is whole or not there, no parts are left, the next push has it",
  async (point, time) => {
    const folder = folderIn("gc: {grace: 10m}\n", ", partSize: 5mb");
    const { signal, said } = await run(PUSH, [folder, point, String(time)]);
    expect([signal, said]).toEqual(["SIGKILL", ""]);
    const store = await openStore(folder, { clock: systemClock, reserveBytes: 0, policy: readPolicy(folder) });
    try {
      expect([await pendingUploads(folder), readdirSync(join(folder, "uploads"))]).toEqual([[], []]);
      const found = await store.blobs.open("team/app", digestOf(BYTES));
      expect(found?.size).toBe(point === "blob.stored" ? BYTES.length : undefined);
      expect((await store.scrub({ verifiedBefore: Date.now() + 1000, bytesPerSecond: 1e9 })).quarantined).toEqual([]);
      await pushesInto(store).blob(BYTES);
      expect((await store.blobs.open("team/app", digestOf(BYTES)))?.size).toBe(BYTES.length);
      expect((await store.scrub({ verifiedBefore: Date.now() + 1000, bytesPerSecond: 1e9 })).quarantined).toEqual([]);
    } finally {
      store.close();
    }
  },
);

const LIFE = [
  "blob.placed",
  "blob.stored",
  "manifest.stored",
  "tag.deleted",
  "collect.links",
  "collect.condemned",
  "collect.unlinking",
  "collect.unlinked",
  "collect.forgotten",
  "collect.orphan",
  "scrub.moving",
  "object.copied",
  "scrub.moved",
  "scrub.recorded",
];

test.each(ALL ? LIFE : ["blob.stored", "collect.unlinked", "object.copied"])(
  "a life over a bucket, killed at %s: nothing acknowledged is lost, nothing is left over after the grace",
  async (point) => {
    const folder = folderIn(SETTINGS, "");
    const log = join(temporaryFolder(), "log");
    expect((await run(LIVE, [folder, point, "1", log])).signal).toBe("SIGKILL");
    await expectNothingLost(folder, linesOf(log), point);
  },
);
