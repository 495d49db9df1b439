import { describe, expect, test } from "vitest";
import { silentProgress, systemClock } from "../core/index.ts";
import { createFakeEngine, fakeImage, type FakeEngine } from "../engine/index.ts";
import { createFakeProxy } from "../proxy/index.ts";
import type { World } from "./actions/index.ts";
import { LABELS } from "./live.ts";
import type { Step } from "./plan.ts";
import type { RolloutState } from "./rollout-state.ts";
import { standAgain } from "./stand-again.ts";
import { manifestOf } from "./test-data/manifests.ts";

const IMAGE = "registry.example/shop:1";
const step = (id: string, action: Step["action"]): Step => ({ id, why: "test", action });
const STEPS: readonly Step[] = [
  step("proxy", { do: "start-proxy" }),
  step("web/start/1", { do: "start-container", name: "new" }),
  step("job/start/1", { do: "start-container", name: "job" }),
  step("web/retire/1-1", { do: "stop-container", name: "old", graceSeconds: 1 }),
];

const stateAfter = (...done: readonly string[]): RolloutState => ({
  entry: {
    kind: "release",
    manifest: manifestOf("2.0.0", []),
    digest: `sha256:${"0".repeat(64)}` as RolloutState["entry"]["digest"],
    who: "test",
    why: "",
    evidence: [],
    plan: {
      schema: "seaworthy/plan@1",
      project: "shop",
      release: 2,
      manifest: `sha256:${"0".repeat(64)}` as RolloutState["entry"]["digest"],
      summary: [],
      steps: STEPS,
    },
    position: 1,
    project: "shop",
    release: 2,
    at: 0,
  },
  begun: done,
  done: new Set(done),
  results: new Map(),
  promotions: [],
  failed: new Map(),
  undone: new Map(),
});

/** Containers of r1 (old and other) and of r2 (new and job) that were started and have stopped. */
const site = async (): Promise<{ readonly world: World; readonly engine: FakeEngine; readonly started: string[] }> => {
  const engine = createFakeEngine({ remote: { [IMAGE]: fakeImage() } });
  const started: string[] = [];
  await engine.images.pull(IMAGE);
  for (const [name, release, policy] of [
    ["old", "1", "unless-stopped"],
    ["other", "1", "unless-stopped"],
    ["new", "2", "always"],
    ["job", "2", "no"],
  ] as const) {
    const Labels = { [LABELS.project]: "shop", [LABELS.release]: release };
    await engine.containers.create(name, { Image: IMAGE, Labels, HostConfig: { RestartPolicy: { Name: policy } } });
    await engine.containers.start(name);
    await engine.containers.stop(name, 1);
  }
  const proxy = createFakeProxy();
  const world: World = {
    project: "shop",
    engine,
    proxy: {
      ...proxy,
      ensureRunning: async () => {
        started.push("proxy");
        await proxy.ensureRunning();
      },
    },
    clock: systemClock,
    progress: silentProgress,
    state: { folder: "/nowhere", runFolder: "/nowhere", uuid: "00000000-0000-0000-0000-000000000000" },
    probe: async () => ({ ready: true, status: 200, tookMs: 1 }),
    content: () => undefined,
    credentials: async () => undefined,
  };
  return { world, engine, started };
};

const running = async (engine: FakeEngine): Promise<readonly string[]> =>
  (await engine.containers.list({}))
    .filter(({ state }) => state === "running")
    .map(({ name }) => name)
    .toSorted();

describe("what has fallen since a rollout was left", () => {
  test("towards the new: the proxy and all that stood, but no job that has ended", async () => {
    const { world, engine, started } = await site();
    await standAgain(stateAfter("proxy", "web/start/1", "job/start/1"), "new", world);
    expect(await running(engine)).toEqual(["new", "old", "other"]);
    expect(started).toEqual(["proxy"]);
  });

  test("what the plan has begun to stop stays stopped", async () => {
    const { world, engine } = await site();
    await standAgain(stateAfter("proxy", "web/start/1", "job/start/1", "web/retire/1-1"), "new", world);
    expect(await running(engine)).toEqual(["new", "other"]);
  });

  test("towards the old: what served, and nothing of the new", async () => {
    const { world, engine } = await site();
    await standAgain(stateAfter("proxy", "web/start/1"), "old", world);
    expect(await running(engine)).toEqual(["old", "other"]);
  });

  test("a proxy that was not standing yet is left to its step", async () => {
    const { world, started } = await site();
    await standAgain(stateAfter(), "new", world);
    expect(started).toEqual([]);
  });
});
