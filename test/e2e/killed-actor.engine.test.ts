import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { CallOptions, Installation } from "../support/e2e/installation.ts";
import { dyingOn } from "../support/e2e/dying.ts";
import { newestRelease, readJournal, waitForLine } from "../support/e2e/journal.ts";
import { commitVersion, createShop, get } from "../support/e2e/shop.ts";
import { underLoad } from "../support/e2e/under-load.ts";
import { expectWhole, pictureOf } from "../support/e2e/whole.ts";

let shop: Installation;

beforeAll(async () => {
  shop = await createShop();
  const shipped = await shop.seaworthy(["ship"]);
  expect(shipped.exit, shipped.said).toBe(0);
  await commitVersion(shop, { version: "2.0.0", warmUpMs: 1000 });
  for (const command of ["push", "sign"]) {
    const prepared = await shop.seaworthy([command]);
    expect(prepared.exit, prepared.said).toBe(0);
  }
});
afterAll(() => shop?.[Symbol.asyncDispose]());

/** Each test begins with v1 live, and v2 checked out, which is in the registry and signed. What an earlier one left unfinished is brought to its end first. */
beforeEach(async () => {
  await shop.git(["checkout", "-q", "v1.0.0"]);
  const deployed = await shop.seaworthy(["deploy"]);
  expect(deployed.exit, deployed.said).toBe(0);
  await shop.git(["checkout", "-q", "v2.0.0"]);
});

const linesOf = (release: number): readonly string[] =>
  readJournal(shop.scratch.state, release).map(({ kind, step, outcome }) => `${kind} ${step ?? outcome ?? ""}`);

/** Starts the command, kills it for good (SIGKILL) once its journal begins the step, and looks at what it left. */
const killAt = async (args: readonly string[], step: string | RegExp, env: CallOptions["env"] = {}): Promise<number> => {
  const release = newestRelease(shop.scratch.state) + 1;
  const call = shop.call(args, { env });
  const { step: begun } = await waitForLine(shop.scratch.state, call, release, "intent", step);
  call.child.kill("SIGKILL");
  expect((await call.ended).exit).toBeUndefined();
  expect(linesOf(release).at(-1), "it must have died within the step").toBe(`intent ${begun}`);
  const status = await shop.seaworthy(["status"]);
  expect(status.exit, status.said).toBe(1);
  expect(status.said).toContain(`release r${release}`);
  expect(status.said).toContain(`unfinished`);
  expect(status.said).toContain(begun);
  expect(status.said).toContain("seaworthy deploy --resume");
  expect(status.said, "the dead hold nothing").not.toContain("is at work");
  return release;
};

const resume = async (): Promise<void> => {
  const resumed = await shop.seaworthy(["deploy", "--resume"]);
  expect(resumed.exit, resumed.said).toBe(0);
};

/** Runs the work under the load, of which no request may fail and no order get lost. */
const whileAsked = async (work: () => Promise<void>): Promise<void> => {
  const { requests } = await underLoad(shop, work, { ratePerSecond: 400 });
  expect(requests).toBeGreaterThan(500);
};

test("killed after the new container was started: resume goes on to the new release; a second resume has nothing to do", () =>
  whileAsked(async () => {
    const release = await killAt(["deploy"], "web/ready/1");
    expect(await get(shop)).toMatchObject({ status: 200, version: "1.0.0" });
    await resume();
    await expectWhole(shop, { release, version: "2.0.0" });
    const before = await pictureOf(shop);
    const again = await shop.seaworthy(["deploy", "--resume"]);
    expect(again).toMatchObject({ exit: 0, stdout: expect.stringContaining("no rollout is unfinished") });
    expect(await pictureOf(shop)).toEqual(before);
  }));

test("killed between the gate and the shift: resume shifts", () =>
  whileAsked(async () => {
    const release = newestRelease(shop.scratch.state) + 1;
    const { exit } = await shop.seaworthy(["deploy"], { env: dyingOn("intent", "web/shift") });
    expect(exit).toBeUndefined();
    expect(linesOf(release).slice(-2)).toEqual(["done web/gate/1", "intent web/shift"]);
    expect(await get(shop)).toMatchObject({ version: "1.0.0" });
    expect((await shop.seaworthy(["status"])).exit).toBe(1);
    await resume();
    await expectWhole(shop, { release, version: "2.0.0" });
  }));

test("killed in the middle of the drain: requests in flight finish, resume takes the old one away", () =>
  whileAsked(async () => {
    const release = newestRelease(shop.scratch.state) + 1;
    const call = shop.call(["deploy"]);
    await waitForLine(shop.scratch.state, call, release, "done", "web/ready/1");
    const slow = Array.from({ length: 3 }, () => get(shop, "/slow?ms=4000"));
    await waitForLine(shop.scratch.state, call, release, "intent", /^web\/drain\//);
    call.child.kill("SIGKILL");
    await call.ended;
    expect(linesOf(release).at(-1)).toMatch(/^intent web\/drain\//);
    expect(await get(shop)).toMatchObject({ version: "2.0.0" });
    expect((await shop.seaworthy(["status"])).exit).toBe(1);
    await resume();
    // They were under way on the old release when the actor died, and it answered them.
    expect(await Promise.all(slow)).toEqual(Array.from({ length: 3 }, () => expect.objectContaining({ status: 200, version: "1.0.0" })));
    await expectWhole(shop, { release, version: "2.0.0" });
  }));

test("killed while the old one stops: a new deploy converges as well, without --resume", () =>
  whileAsked(async () => {
    const release = await killAt(["deploy"], /^web\/retire\//);
    await shop.git(["checkout", "-q", "v1.0.0"]);
    const deployed = await shop.seaworthy(["deploy"]);
    expect(deployed.exit, deployed.said).toBe(0);
    expect(linesOf(release).at(-1)).toBe("finished live");
    await expectWhole(shop, { release: release + 1, version: "1.0.0" });
  }));

test("killed while it waits for a release that never comes: ship after a correction converges, and nothing of the bad one is left", () =>
  whileAsked(async () => {
    await commitVersion(shop, { version: "3.0.0", ready: false });
    const release = await killAt(["ship"], "web/ready/1", { E2E_READY: "2s" });
    await commitVersion(shop, { version: "3.0.1" });
    const shipped = await shop.seaworthy(["ship"]);
    expect(shipped.exit, shipped.said).toBe(0);
    expect(linesOf(release).at(-1)).toBe("finished reverted");
    await expectWhole(shop, { release: release + 1, version: "3.0.1" });
  }));

test("killed while it turns back: resume finishes turning back, says why, and the old release serves", () =>
  whileAsked(async () => {
    const { live } = (await shop.json(["status"])) as { live: { release: number } };
    await commitVersion(shop, { version: "4.0.0", ready: false });
    const release = newestRelease(shop.scratch.state) + 1;
    const call = shop.call(["ship"], { env: { E2E_READY: "1s" } });
    await waitForLine(shop.scratch.state, call, release, "reverting", "");
    call.child.kill("SIGKILL");
    await call.ended;
    expect(linesOf(release)).not.toContain("finished reverted");
    const resumed = await shop.seaworthy(["deploy", "--resume"]);
    expect(resumed.exit, resumed.said).toBe(3);
    expect(resumed.said).toContain("the price list is missing");
    await expectWhole(shop, { release: live.release, version: "1.0.0" });
  }));
