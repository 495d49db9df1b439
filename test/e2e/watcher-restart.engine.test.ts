import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Call, Installation } from "../support/e2e/installation.ts";
import { type OwnEngine, startOwnEngine, whyNoOwnEngine } from "../support/e2e/own-engine.ts";
import { answersAgain, createShop } from "../support/e2e/shop.ts";
import { websOf } from "../support/e2e/two-replicas.ts";

const why = await whyNoOwnEngine();

describe.skipIf(why !== undefined)(`the watcher over a restart of dockerd${why === undefined ? "" : ` (skipped: ${why})`}`, () => {
  let shop: Installation;
  let engine: OwnEngine;
  let agent: Call;
  let said = "";

  beforeAll(async () => {
    shop = await createShop({ engine: async (scratch) => (engine = await startOwnEngine(scratch)) });
    const shipped = await shop.seaworthy(["ship"]);
    expect(shipped.exit, shipped.said).toBe(0);
    agent = shop.call(["agent"]);
    agent.child.stderr?.on("data", (text: string) => (said += text));
  });
  afterAll(async () => {
    agent?.child.kill("SIGTERM");
    await agent?.ended;
    await shop?.[Symbol.asyncDispose]();
  });

  const hears = async (words: RegExp, from = 0): Promise<void> => {
    for (const end = performance.now() + 30_000; performance.now() < end; await new Promise((resolve) => setTimeout(resolve, 50)))
      if (words.test(said.slice(from))) return;
    throw new Error(`it never said ${String(words)}, but:\n${said}`);
  };

  test("goes on watching, and catches up with what happened meanwhile", async () => {
    await hears(/watching/);
    const from = said.length;
    await engine.stop("SIGTERM");
    await hears(/cannot be followed/, from);
    await engine.start();
    await hears(/ watching\n/, from);
    await answersAgain(shop, 30_000);
    expect(agent.child.exitCode).toBeNull();
    const again = said.length;
    const [web = ""] = await websOf(shop);
    const network = `${shop.project}_default`;
    await shop.docker.run(["network", "disconnect", network, web]);
    await hears(/connected again/, again);
    await answersAgain(shop, 10_000);
  });
});
