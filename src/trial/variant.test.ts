import { expect, test } from "vitest";
import type { Lab, Variant } from "./lab/lab.ts";
import type { Running } from "./lab/running.ts";
import type { Smoke } from "./smoke/smoke.ts";
import { variantComesUp } from "./variant.ts";

const SMOKE: Smoke = { requests: [], ports: [], healthcheck: ["check"] };

type Kind = number | { readonly exit: number };

/** A lab whose containers are well so many milliseconds after their start, or end with a status, by the order in which they are started. */
const labOf = (...kinds: readonly Kind[]) => {
  const started: string[] = [];
  const start = async ({ name }: Variant): Promise<Running> => {
    const kind = kinds[started.length] ?? Infinity;
    started.push(name);
    const startedAt = performance.now();
    return {
      startedAt,
      state: async () => (typeof kind === "number" ? { state: "running" } : { state: "exited", exitCode: kind.exit }),
      exec: async () => ({ exitCode: typeof kind === "number" && performance.now() - startedAt > kind ? 0 : 1, output: "" }),
      logs: async () => [],
      remove: async () => undefined,
    } as unknown as Running;
  };
  return { lab: { start } as unknown as Lab, started };
};

const tried = async (...kinds: readonly Kind[]) => {
  const { lab, started } = labOf(...kinds);
  const { up } = await variantComesUp(lab, { name: "v" }, { smoke: SMOKE, limitMs: 200 });
  return { up, started };
};

test("what is late on a machine that has become busy is tried again with more patience; what hangs or ends is not", async () => {
  expect(await tried(0)).toEqual({ up: true, started: ["v"] });
  expect(await tried({ exit: 1 })).toEqual({ up: false, started: ["v"] });
  // As production would run it, it is as late: once more, and then it is there.
  expect(await tried(600, 500, 600)).toEqual({ up: true, started: ["v", "v-control", "v-again"] });
  // As production would run it, it is there at once: the variant hangs.
  expect(await tried(Infinity, 0)).toEqual({ up: false, started: ["v", "v-control"] });
});

test("a machine on which nothing comes up any more is no verdict", { timeout: 20_000 }, async () => {
  await expect(tried(Infinity, Infinity)).rejects.toThrow("the machine is too busy");
});
