import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { dockerAt } from "../support/e2e/docker.ts";

import { createInstallation, type Installation } from "../support/e2e/installation.ts";
import { startPassingSocket } from "../support/e2e/passing-socket.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const TRIAL_LABEL = "dev.seaworthy.trial";
let shop: Installation;

beforeAll(async () => {
  shop = await createInstallation({
    from: join(ROOT, "examples/adrift"),
    project: "adrift",
    host: "adrift.localhost",
    prepare: async (folder) => void (await dockerAt({}).program(join(ROOT, "script/bases/repin"), [folder])),
  });
});
afterAll(() => shop?.[Symbol.asyncDispose]());

/** Everything in the engine that a trial made. */
const traces = async (): Promise<readonly string[]> => {
  const labelled = ["--filter", `label=${TRIAL_LABEL}`, "--quiet"];
  const found = await Promise.all([
    shop.docker.lines(["ps", "--all", ...labelled]),
    shop.docker.lines(["network", "ls", ...labelled]),
    shop.docker.lines(["volume", "ls", ...labelled]),
    shop.docker.lines(["images", "--quiet", "seaworthy-trial/image"]),
  ]);
  return found.flat();
};

/** Until a trial's containers run. */
const underWay = async (): Promise<void> => {
  for (let tries = 0; tries < 600; tries += 1) {
    if ((await shop.docker.lines(["ps", "--filter", `label=${TRIAL_LABEL}`, "--quiet"])).length > 1) return;
    await new Promise((next) => setTimeout(next, 100));
  }
  throw new Error("no trial ever began");
};

interface Tried {
  readonly id: string;
  readonly verdict: string;
  readonly because: string;
}

test("examples/adrift: disproved is what its README confesses, and nothing else", async () => {
  const [web] = (await shop.json(["trial", "web"], 1))["services"] as readonly { readonly trials: readonly Tried[] }[];
  const of = (verdict: string): readonly string[] => (web?.trials ?? []).filter((one) => one.verdict === verdict).map(({ id }) => id);
  expect(of("disproved").toSorted()).toEqual([
    "dropped-capabilities",
    "effective-privileges",
    "fake-healthcheck",
    "file-writes",
    "frozen-healthcheck",
    "graceful-stop",
    "log-limits",
    "logs",
    "memory-peak",
    "no-new-privileges",
    "non-root",
    "read-only-root",
    "stop-signal",
  ]);
  expect(of("proven")).toEqual(expect.arrayContaining(["listening-ports", "reaping", "start-up"]));
  for (const { verdict, because } of web?.trials ?? []) if (verdict === "not-tried") expect(because).not.toBe("");
  expect(await traces()).toEqual([]);
});

test("what a trial disproved stands in the way of a release", async () => {
  const refused = await shop.seaworthy(["ship", "--dry-run"]);
  expect(refused.exit, refused.said).toBe(1);
});

test("killed (-9) in the middle: the next trial sweeps what was left", async () => {
  const killed = shop.call(["trial", "web", "--again"]);
  await underWay();
  killed.child.kill("SIGKILL");
  await killed.ended;
  expect((await traces()).length).toBeGreaterThan(2);
  const next = await shop.seaworthy(["trial", "web", "--again", "--level", "quick"]);
  expect(next.exit, next.said).toBe(1);
  expect(await traces()).toEqual([]);
});

test("the engine gone in the middle: said, with what to do, and swept by the next", async () => {
  const engine = await startPassingSocket("/var/run/docker.sock", join(shop.scratch.folder, "engine.sock"));
  const begun = shop.call(["trial", "web", "--again"], { env: { DOCKER_HOST: `unix://${join(shop.scratch.folder, "engine.sock")}` } });
  await underWay();
  await engine[Symbol.asyncDispose]();
  const { exit, said } = await begun.ended;
  expect(exit, said).toBe(7);
  expect(said).not.toContain("bug of ours");
  expect(said).toMatch(/^ {2}-> ./m);
  const next = await shop.seaworthy(["trial", "web", "--again", "--level", "quick"]);
  expect(next.exit, next.said).toBe(1);
  expect(await traces()).toEqual([]);
});
