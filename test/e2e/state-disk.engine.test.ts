import { chownSync, closeSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, statfsSync, writeSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Installation, Result } from "../support/e2e/installation.ts";
import { newestRelease } from "../support/e2e/journal.ts";
import { commitVersion, createShop } from "../support/e2e/shop.ts";
import { underLoad } from "../support/e2e/under-load.ts";
import { expectWhole } from "../support/e2e/whole.ts";
import { spread } from "../support/extent.ts";

let shop: Installation;
let state = "";

/** Everything of the state but the images is on a disk of 4 MB. */
beforeAll(async () => {
  shop = await createShop();
  state = shop.scratch.state;
  const registry = join(shop.scratch.folder, "registry");
  mkdirSync(registry);
  await shop.docker.program("mount", ["-t", "tmpfs", "-o", "size=4m,mode=0700", "swe2e", state]);
  mkdirSync(join(state, "registry"), { mode: 0o700 });
  await shop.docker.program("mount", ["--bind", registry, join(state, "registry")]);
  const shipped = await shop.seaworthy(["ship"]);
  expect(shipped.exit, shipped.said).toBe(0);
  await commitVersion(shop, { version: "2.0.0" });
  for (const command of ["push", "sign"]) expect((await shop.seaworthy([command])).exit).toBe(0);
});
afterAll(() => shop?.[Symbol.asyncDispose]());

const FILLER = "filler";
const free = (): number => {
  const { bavail, bsize } = statfsSync(state);
  return bavail * bsize;
};

/** Takes all of the disk but so many bytes. */
const fill = (leave: number): void => {
  const handle = openSync(join(state, FILLER), "w", 0o600);
  try {
    for (let left = free() - leave; left > 0;) left -= writeSync(handle, Buffer.alloc(Math.min(left, 65_536)));
  } finally {
    closeSync(handle);
  }
};

/** Files of the state that no reader could make sense of, and those that were being written. */
const halfWritten = (): readonly string[] =>
  readdirSync(state, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !path.startsWith(join(state, "registry/")))
    .filter((path) => {
      if (path.endsWith(".tmp")) return true;
      if (!path.endsWith(".json")) return false;
      try {
        JSON.parse(readFileSync(path, "utf8"));
        return false;
      } catch {
        return true;
      }
    });

const live = async (): Promise<{ readonly release: number; readonly version: string }> =>
  ((await shop.json(["status"])) as { live: { release: number; version: string } }).live;

const checkout = async (version: string): Promise<string> => {
  const target = version === "1.0.0" ? "2.0.0" : "1.0.0";
  await shop.git(["checkout", "-q", `v${target}`]);
  return target;
};

/** It said what was refused, where, and what to do, and it is no bug of ours. */
const expectClear = ({ exit, said }: Result, code: string, words: RegExp): void => {
  expect(exit, said).toBe(8);
  expect(said).toMatch(words);
  expect(said).toContain(state);
  expect(said).not.toMatch(/ {4}at \S+ \(|bug in seaworthy/i);
  expect(said, code).toMatch(/->/);
};

test(
  "the disk of the state fills up anywhere in a release: the old or the new one serves, and with space it converges",
  { timeout: 900_000 },
  async () => {
    let full = false;
    await underLoad(
      shop,
      async () => {
        for (const kilobytes of spread([0, 4, 12, 20, 28, 40, 56, 80, 120, 200], 4)) {
          const before = await live();
          const target = await checkout(before.version);
          fill(kilobytes * 1024);
          const refused = await shop.seaworthy(["deploy"]);
          const status = await shop.seaworthy(["status"]);
          const left = halfWritten();
          rmSync(join(state, FILLER));
          const words = refused.said.split("\n").find((line) => /no space|full/i.test(line)) ?? "";
          console.log(`${kilobytes} KB: exit ${refused.exit}, status ${status.exit}, ${words}`);
          full ||= refused.exit === 8;
          expect(left, `${kilobytes} KB`).toEqual([]);
          if (refused.exit !== 0) expectClear(refused, "DISK_FULL", /no space left|disk is full/);
          // Whoever asks is answered, or told that it is full.
          expect([0, 1, 8], status.said).toContain(status.exit);
          const resumed = await shop.seaworthy(["deploy", "--resume"]);
          expect([0, 3, 8], resumed.said).toContain(resumed.exit);
          const between = await live();
          expect([before.version, target], `${kilobytes} KB`).toContain(between.version);
          await expectWhole(shop, between);
          const again = await shop.seaworthy(["deploy"]);
          expect(again.exit, again.said).toBe(0);
          await expectWhole(shop, { release: newestRelease(state), version: target });
        }
      },
      { connections: 16, ratePerSecond: 100 },
    );
    expect(full, "it was full").toBe(true);
  },
);

test("the state cannot be written to: refused before anything is done, and what serves goes on", async () => {
  const before = await live();
  const target = await checkout(before.version);
  await shop.docker.program("mount", ["-o", "remount,ro", state]);
  const refused = await shop.seaworthy(["deploy"]);
  const status = await shop.seaworthy(["status"]);
  await shop.docker.program("mount", ["-o", "remount,rw", state]);
  expectClear(refused, "PERMISSION_DENIED", /not permitted|may not|cannot/);
  expect([0, 8], status.said).toContain(status.exit);
  await expectWhole(shop, before);
  const deployed = await shop.seaworthy(["deploy"]);
  expect(deployed.exit, deployed.said).toBe(0);
  await expectWhole(shop, { release: newestRelease(state), version: target });
});

test("another user's state: refused with the folder and what to do", async () => {
  const before = await live();
  // Root is not stopped by permissions as long as it has the capabilities that go past them.
  const powerless = { through: ["setpriv", "--bounding-set=-all", "--inh-caps=-all", "--"] };
  chownSync(state, 12_345, 12_345);
  try {
    for (const command of ["deploy", "status"])
      expectClear(await shop.seaworthy([command], powerless), "PERMISSION_DENIED", /not permitted|may not|cannot/);
  } finally {
    chownSync(state, 0, 0);
  }
  await expectWhole(shop, before);
});
