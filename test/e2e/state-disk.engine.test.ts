import { chownSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Installation, Result } from "../support/e2e/installation.ts";
import { newestRelease } from "../support/e2e/journal.ts";
import { commitVersion, createShop } from "../support/e2e/shop.ts";
import { expectWhole } from "../support/e2e/whole.ts";

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
