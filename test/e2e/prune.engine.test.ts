import { readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { dockerAt } from "../support/e2e/docker.ts";
import type { Installation } from "../support/e2e/installation.ts";
import { startOwnEngine, whyNoOwnEngine } from "../support/e2e/own-engine.ts";
import { commitVersion, createShop, get } from "../support/e2e/shop.ts";
import { expectWhole } from "../support/e2e/whole.ts";

const why = await whyNoOwnEngine();
let shop: Installation;

const run = async (args: readonly string[], exit = 0): Promise<string> => {
  const result = await shop.seaworthy(args);
  expect(result.exit, result.said).toBe(exit);
  return result.said;
};
const ship = async (version: string): Promise<void> => {
  await commitVersion(shop, { version });
  await run(["ship"]);
};
const rows = (format: string): Promise<readonly string[]> => shop.docker.lines(["image", "ls", "--all", "--digests", "--format", format]);
const ours = async (): Promise<readonly string[]> =>
  [...new Set((await rows("{{.Repository}}@{{.Digest}}")).filter((row) => row.includes("/swe2e/web@sha256:")))].toSorted();
const kept = async (): Promise<readonly string[]> =>
  (await rows("{{.Repository}}:{{.Tag}}")).filter((row) => row.includes(":seaworthy-kept-"));
const buildTags = async (): Promise<readonly string[]> =>
  (await rows("{{.Repository}}:{{.Tag}}")).filter((row) => row.startsWith("seaworthy-build/"));

/** What builds begin from: no hub has it, so it comes back from the machine's engine. */
const bringBases = (): Promise<string> =>
  dockerAt({}).program("sh", ["-c", `docker save seaworthy/nodejs:24 | docker --host ${shop.place.dockerHost ?? ""} load`]);

// `docker system prune` spares nothing of anybody's: an engine of the test's own.
describe.skipIf(why !== undefined)(`images that are pruned${why === undefined ? "" : ` (${why})`}`, () => {
  beforeAll(async () => {
    shop = await createShop({ engine: startOwnEngine });
    await run(["ship"]);
    await ship("2.0.0");
    await ship("3.0.0");
  });
  afterAll(() => shop?.[Symbol.asyncDispose]());

  test("kept releases' images have a name, and outlive the engine's prune of nameless ones", async () => {
    expect(await kept()).toHaveLength(4);
    const before = await ours();
    expect(before).toHaveLength(3);
    await shop.docker.run(["image", "prune", "--force"]);
    expect(await ours()).toEqual(before);
    await run(["rollback", "--to", "r2"]);
    expect(await get(shop)).toMatchObject({ status: 200, version: "2.0.0" });
  });

  test("after docker image prune -af and docker system prune -af every kept release comes back by digest", async () => {
    await shop.docker.run(["image", "prune", "--all", "--force"]);
    expect(await ours(), "but for what runs").toHaveLength(1);
    const said = await run(["rollback", "--dry-run", "--to", "r1"]);
    expect(said).toContain("the image of web is not in the engine any more: it is pulled by digest");
    expect(said).toMatch(/2\.0\.0 \(r4\) -> 1\.0\.0\n {2}goes back 1 commit/);
    await run(["rollback", "--to", "r1"]);
    expect(await get(shop)).toMatchObject({ status: 200, version: "1.0.0" });
    await shop.docker.run(["system", "prune", "--all", "--force"]);
    await run(["rollback", "--to", "r3"]);
    expect(await get(shop)).toMatchObject({ status: 200, version: "3.0.0" });
    await expectWhole(shop, { release: 6, version: "3.0.0" });
  });

  test("without a registry, from what the engine has kept, its signature checked with the copy that is kept", async () => {
    const registry = join(shop.scratch.state, "registry");
    renameSync(registry, `${registry}.away`);
    try {
      expect(await run(["rollback", "--to", "r1"])).toContain("back to r1");
      expect(await get(shop)).toMatchObject({ status: 200, version: "1.0.0" });
      // r2 is not in the engine since the prune, and now nowhere.
      const refused = await run(["rollback", "--to", "r2"], 7);
      expect(refused).toContain("r2 of swe2e cannot be brought back: web has its image neither in the engine nor in a registry");
      expect(await run(["rollback", "--dry-run", "--to", "r2"])).toContain(
        "warning: the image of web is neither in the engine nor in its registry",
      );
      expect(await get(shop)).toMatchObject({ status: 200, version: "1.0.0" });
      await expectWhole(shop, { release: 7, version: "1.0.0" });
      const copies = join(shop.scratch.state, "signatures");
      renameSync(copies, `${copies}.away`);
      await run(["rollback", "--to", "r3"], 1);
      renameSync(`${copies}.away`, copies);
    } finally {
      rmSync(registry, { recursive: true, force: true });
      renameSync(`${registry}.away`, registry);
    }
    await run(["rollback", "--to", "r3"]);
  });

  test("prune says of each thing why it goes or stays, and takes only what no release needs", async () => {
    await bringBases();
    await ship("4.0.0");
    const whys = async (): Promise<readonly string[]> =>
      ((await shop.json(["prune", "--dry-run"])) as { things: readonly { kind: string; goes: boolean; why: string }[] }).things
        .filter(({ kind }) => kind === "image")
        .map(({ goes, why: words }) => `${goes ? "goes" : "stays"}: ${words}`);
    expect((await whys()).filter((words) => words.startsWith("goes"))).toEqual([]);
    // From here on only the live one and the one before it.
    const text = await shop.git(["show", "HEAD:compose.yaml"]);
    await shop.commit({ "compose.yaml": `${text.replace("x-seaworthy:", "x-seaworthy:\n  release: { keep: 1 }")}\n` });
    const before = await ours();
    expect(await whys()).toEqual(
      expect.arrayContaining([
        "stays: r9 of swe2e serves it",
        "stays: r8 of swe2e can be gone back to",
        "goes: r7 of swe2e is beyond what is kept",
      ]),
    );
    expect(await ours(), "a dry run").toEqual(before);
    const said = await run(["prune"]);
    expect(said).toMatch(/removed:\n.* image +127\.0\.0\.1:\d+\/swe2e\/web@[0-9a-f]{12} .*beyond what is kept/);
    expect(said).toMatch(/freed [1-9][\d.]* [kM]?B/);
    expect(await ours()).toHaveLength(before.length - 1);
    await run(["rollback"]);
    expect(await get(shop)).toMatchObject({ status: 200, version: "3.0.0" });
  });

  test("a build that is killed leaves its copy, and the next one, or prune, takes it away", async () => {
    const killed = async (): Promise<void> => {
      await commitVersion(shop, { version: `5.0.${Math.floor(performance.now())}` });
      const build = shop.call(["build", "web"]);
      for (let tries = 0; tries < 600 && (await buildTags()).length === 0; tries += 1) await sleep(20);
      build.child.kill("SIGKILL");
      await build.ended;
    };
    await killed();
    expect(await buildTags(), "the kill came in time").toHaveLength(1);
    await run(["build", "web"]);
    expect(await buildTags()).toEqual([]);
    await killed();
    expect(await buildTags()).toHaveLength(1);
    const said = await run(["prune"]);
    expect(said).toMatch(/build +seaworthy-build\/web:\S+ .*its build was cut off/);
    expect(await buildTags()).toEqual([]);
  });

  test("a deploy whose images are pruned again and again while it runs is live all the same, and prune leaves the project out meanwhile", async () => {
    await commitVersion(shop, { version: "6.0.0", warmUpMs: 3000 });
    await run(["push"]);
    await run(["sign"]);
    const deploy = shop.call(["deploy"]);
    const isOver = (): boolean => deploy.child.exitCode !== null;
    const isAtWork = (): boolean => readdirSync(join(shop.scratch.state, "leases")).some((name) => name.endsWith(".holder"));
    let leftOut = 0;
    while (!isOver()) {
      await shop.docker.attempt(["image", "prune", "--all", "--force"]);
      if (leftOut === 0 && isAtWork()) leftOut += (await run(["prune"])).includes("swe2e was left out") ? 1 : 0;
      await sleep(20);
    }
    const { exit, said } = await deploy.ended;
    expect(exit, said).toBe(0);
    expect(leftOut).toBeGreaterThan(0);
    expect(await get(shop)).toMatchObject({ status: 200, version: "6.0.0" });
  });
});
