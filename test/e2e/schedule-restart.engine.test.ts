import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Installation } from "../support/e2e/installation.ts";
import { type OwnEngine, startOwnEngine, whyNoOwnEngine } from "../support/e2e/own-engine.ts";
import { runContainers, startAgent, withTask } from "../support/e2e/scheduled.ts";
import { createShop } from "../support/e2e/shop.ts";

const why = await whyNoOwnEngine();

describe.skipIf(why !== undefined)(
  `the engine goes away while a scheduled service runs${why === undefined ? "" : ` (skipped: ${why})`}`,
  () => {
    let shop: Installation;
    let engine: OwnEngine;

    beforeAll(async () => {
      shop = await createShop({ prepare: withTask, engine: async (scratch) => (engine = await startOwnEngine(scratch)) });
      const shipped = await shop.seaworthy(["ship"], { env: { E2E_TASK_MS: "60000" } });
      expect(shipped.exit, shipped.said).toBe(0);
    });
    afterAll(() => shop?.[Symbol.asyncDispose]());

    const underWay = async (): Promise<void> => {
      for (let tries = 0; tries < 400; tries += 1, await new Promise((resolve) => setTimeout(resolve, 100)))
        if ((await runContainers(shop)).some((one) => one.endsWith(" running"))) return;
      throw new Error("no run began");
    };

    test.each(["SIGTERM", "SIGKILL"] as const)("%s: the agent tells what became of the run, and the next one comes", async (signal) => {
      const agent = startAgent(shop);
      try {
        await underWay();
        const [before] = await runContainers(shop);
        await engine.stop(signal);
        await engine.start();
        await agent.hears(/task run of \S+: r1 failed with status \d+/, 90_000);
        await underWay();
        const after = await runContainers(shop);
        expect(after).toHaveLength(1);
        expect(after[0], "another one").not.toBe(before);
      } finally {
        await agent.end();
      }
      const [left] = await runContainers(shop);
      await shop.docker.run(["rm", "-f", left?.split(" ")[0] ?? ""]);
    });

    test("a run that was at work when host and agent went down at once is told of by the next agent", async () => {
      const agent = startAgent(shop);
      await agent.hears(/taken over: r1 lost/);
      await underWay();
      await agent.end("SIGKILL");
      await engine.stop("SIGTERM");
      await engine.start();
      const next = startAgent(shop);
      try {
        await next.hears(/taken over: r1 failed with status \d+/, 60_000);
      } finally {
        await next.end();
      }
    });
  },
);
