import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Installation } from "../support/e2e/installation.ts";
import { newestRelease, readJournal, waitForLine } from "../support/e2e/journal.ts";
import { commitVersion, createShop, get } from "../support/e2e/shop.ts";
import { underLoad } from "../support/e2e/under-load.ts";
import { expectWhole } from "../support/e2e/whole.ts";
import { spread } from "../support/extent.ts";

let shop: Installation;
/** A second working copy of the shop, at v3: another person's. */
let elsewhere: string;

beforeAll(async () => {
  shop = await createShop();
  const shipped = await shop.seaworthy(["ship"]);
  expect(shipped.exit, shipped.said).toBe(0);
  elsewhere = join(shop.scratch.folder, "elsewhere");
  for (const version of ["3.0.0", "2.0.0"]) {
    await commitVersion(shop, { version, warmUpMs: version === "2.0.0" ? 6000 : 0 });
    for (const command of ["push", "sign"]) {
      const prepared = await shop.seaworthy([command]);
      expect(prepared.exit, prepared.said).toBe(0);
    }
  }
  await shop.git(["worktree", "add", "-q", "--detach", elsewhere, "v3.0.0"]);
});
afterAll(() => shop?.[Symbol.asyncDispose]());

/** Each test begins with v1 live, and v2 checked out, which takes its time to become ready. */
beforeEach(async () => {
  await shop.git(["checkout", "-q", "v1.0.0"]);
  const deployed = await shop.seaworthy(["deploy"]);
  expect(deployed.exit, deployed.said).toBe(0);
  await shop.git(["checkout", "-q", "v2.0.0"]);
});

const begin = async () => {
  const release = newestRelease(shop.scratch.state) + 1;
  const call = shop.call(["deploy", "--why", "the first one"]);
  await waitForLine(shop.scratch.state, call, release, "intent", "web/ready/1");
  return { call, release };
};

test("6, a second actor: refused with who holds it since when, and the first one is not disturbed", async () => {
  const { call, release } = await begin();
  for (const args of [["deploy"], ["rollback"], ["deploy", "--resume"]]) {
    const refused = await shop.seaworthy(args, { cwd: elsewhere });
    expect(refused.exit, refused.said).toBe(6);
    expect(refused.said).toContain(`process ${call.child.pid}`);
    expect(refused.said).toContain("deploy swe2e 2.0.0");
    expect(refused.said).toMatch(/for \d+ s/);
  }
  const status = await shop.seaworthy(["status"]);
  expect(status.said).toContain(`process ${call.child.pid}) is at work`);
  const ended = await call.ended;
  expect(ended.exit, ended.said).toBe(0);
  await expectWhole(shop, { release, version: "2.0.0" });
});

test("--wait: the second actor comes after the first, with another version, and both are in the history", async () => {
  const { call, release } = await begin();
  const second = await shop.seaworthy(["deploy", "--wait", "60s", "--why", "the second one"], { cwd: elsewhere });
  const first = await call.ended;
  expect(first.exit, first.said).toBe(0);
  expect(second.exit, second.said).toBe(0);
  await expectWhole(shop, { release: release + 1, version: "3.0.0" });
  const history = await shop.json(["history"]);
  expect((history as { releases: readonly unknown[] }).releases.slice(0, 2)).toMatchObject([
    { release: release + 1, version: "3.0.0", outcome: "live", serving: true, why: "the second one" },
    { release, version: "2.0.0", outcome: "live", serving: false, why: "the first one" },
  ]);
});

// SIGINT comes after the shift as well.
test.each(spread(["SIGTERM", "SIGINT"] as const, 1))(
  "130, interrupted by %s before the shift: nothing is lost, the old release serves, resume goes on",
  async (signal) => {
    const work = async (): Promise<void> => {
      const { call, release } = await begin();
      call.child.kill(signal);
      const ended = await call.ended;
      expect([130, 143], ended.said).toContain(ended.exit);
      expect(ended.said).toContain("seaworthy deploy --resume");
      expect(await get(shop)).toMatchObject({ status: 200, version: "1.0.0" });
      const status = await shop.seaworthy(["status"]);
      expect(status.exit, status.said).toBe(1);
      expect(status.said).toContain(`release r${release} (2.0.0) is unfinished`);
      const resumed = await shop.seaworthy(["deploy", "--resume"]);
      expect(resumed.exit, resumed.said).toBe(0);
      await expectWhole(shop, { release, version: "2.0.0" });
    };
    await underLoad(shop, work, { ratePerSecond: 200 });
  },
);

test("130, interrupted after the shift: resume ends it", async () => {
  const { call, release } = await begin();
  // From being ready to the switch it takes milliseconds.
  await waitForLine(shop.scratch.state, call, release, "intent", "web/ready/1");
  const slow = get(shop, "/slow?ms=2500");
  await waitForLine(shop.scratch.state, call, release, "intent", /^web\/drain\//);
  call.child.kill("SIGINT");
  const ended = await call.ended;
  expect(ended.exit, ended.said).toBe(130);
  expect(await get(shop)).toMatchObject({ version: "2.0.0" });
  const resumed = await shop.seaworthy(["deploy", "--resume"]);
  expect(resumed.exit, resumed.said).toBe(0);
  expect(await slow).toMatchObject({ status: 200, version: "1.0.0" });
  await expectWhole(shop, { release, version: "2.0.0" });
  expect(readJournal(shop.scratch.state, release).at(-1)).toMatchObject({ kind: "finished", outcome: "live" });
});
