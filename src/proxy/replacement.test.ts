import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { SeaworthyError } from "../core/index.ts";
import { type ContainerConfig, createFakeEngine, type Engine, fakeImage } from "../engine/index.ts";
import { EARLIER_PROXY, NEXT_PROXY, PROXY_CONTAINER, PROXY_ROLE } from "./container.ts";
import { createReplacement, type Replacement } from "./replacement.ts";

const root = mkdtempSync(join(tmpdir(), "sw-replace-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const UUID = "00000000-0000-4000-8000-000000000003";
const CONFIG: ContainerConfig = { Image: "haproxy", Labels: { ...PROXY_ROLE, "dev.seaworthy.state": UUID }, HostConfig: {} };

class Killed extends Error {}

interface Site {
  /** An actor; with `dieAt` it is killed before that call to the engine, or right after it. */
  actor(dieAt?: number, after?: boolean): { readonly replacement: Replacement; calls(): number };
  /** Name and state of each container, by name. */
  containers(): Promise<readonly string[]>;
  /** Fewest that ran at any moment. */
  fewest(): number;
  /** The next one that starts never answers. */
  breakNext(): void;
  /** The last connection of the old one ends. */
  endEarlier(): Promise<void>;
}

/** One HAProxy that runs, its sockets as files, and an engine in memory. `drains`: the old one keeps a connection. */
const site = async (drains = false): Promise<Site> => {
  const folder = mkdtempSync(join(root, "s-"));
  const fake = createFakeEngine({ images: { haproxy: fakeImage() } });
  let dumb = false;
  let fewest = 1;
  const running = async (): Promise<number> => (await fake.containers.list({})).filter(({ state }) => state === "running").length;
  const listens = (): void => {
    rmSync(join(folder, "master.sock"), { force: true });
    writeFileSync(join(folder, "master.sock"), "");
  };
  await fake.containers.create(PROXY_CONTAINER, CONFIG);
  await fake.containers.start(PROXY_CONTAINER);
  listens();

  const actor: Site["actor"] = (dieAt = Number.POSITIVE_INFINITY, after = false) => {
    let calls = 0;
    const mortal =
      <Args extends unknown[], T>(call: (...args: Args) => Promise<T>) =>
      async (...args: Args): Promise<T> => {
        calls += 1;
        if (calls > dieAt || (calls === dieAt && !after)) throw new Killed();
        const answer = await call(...args);
        fewest = Math.min(fewest, await running());
        if (calls === dieAt) throw new Killed();
        return answer;
      };
    const { containers } = fake;
    const engine: Engine = {
      ...fake,
      containers: {
        ...containers,
        list: mortal((labels) => containers.list(labels)),
        create: mortal((name, config) => containers.create(name, config)),
        start: mortal(async (name) => {
          await containers.start(name);
          if (!dumb) listens();
        }),
        // SIGUSR1 ends it as soon as it has no connection.
        kill: mortal(async (name) => (drains ? undefined : void (await containers.stop(name, 0)))),
        stop: mortal((name, seconds) => containers.stop(name, seconds)),
        rename: mortal((name, to) => containers.rename(name, to)),
        remove: mortal((name) => containers.remove(name)),
      },
    };
    const master = async (command: string): Promise<string> =>
      command === "show proc" ? "# workers\n7 worker\n\n" : "description: seaworthy-ab12\n\n";
    const until = async (what: string, holds: () => Promise<boolean>): Promise<void> => {
      if (!(await holds())) throw new SeaworthyError("PROXY_UNREACHABLE", what);
    };
    return { replacement: createReplacement({ engine, stateUuid: UUID, socketFolder: folder, master, until }), calls: () => calls };
  };
  return {
    actor,
    containers: async () => (await fake.containers.list({})).map(({ name, state }) => `${name} ${state}`).toSorted(),
    fewest: () => fewest,
    breakNext: () => (dumb = true),
    endEarlier: async () => void (await fake.containers.stop(EARLIER_PROXY, 0)),
  };
};

/** Until nothing is left of it, as the loop that waits for the last clients does. */
const finish = async ({ replacement }: ReturnType<Site["actor"]>): Promise<void> => {
  await replacement.settle();
  await replacement.settle();
};

test("the new one takes the place of the old one, and one of them runs at any moment", async () => {
  const place = await site();
  const actor = place.actor();
  await actor.replacement.replace(CONFIG);
  await finish(actor);
  expect(await place.containers()).toEqual([`${PROXY_CONTAINER} running`]);
  expect(place.fewest()).toBe(1);
});

test("an old one with a connection stays until that ends", async () => {
  const place = await site(true);
  const { replacement } = place.actor();
  await replacement.replace(CONFIG);
  await replacement.settle();
  expect(await replacement.drains()).toBe(true);
  expect(await place.containers()).toEqual([`${PROXY_CONTAINER} running`, `${EARLIER_PROXY} running`].toSorted());
  await place.endEarlier();
  await replacement.settle();
  expect(await replacement.drains()).toBe(false);
  expect(await place.containers()).toEqual([`${PROXY_CONTAINER} running`]);
});

test("one that does not answer is taken away, and the old one serves on", async () => {
  const place = await site();
  place.breakNext();
  await expect(place.actor().replacement.replace(CONFIG)).rejects.toMatchObject({ code: "PROXY_UNREACHABLE" });
  await finish(place.actor());
  expect(await place.containers()).toEqual([`${PROXY_CONTAINER} running`]);
});

describe("an actor that is killed", () => {
  const CALLS = 8;

  test("makes so many calls to the engine at most", async () => {
    const actor = (await site()).actor();
    await actor.replacement.replace(CONFIG);
    await actor.replacement.settle();
    expect(actor.calls()).toBeLessThanOrEqual(CALLS + 1);
  });

  for (const drains of [false, true])
    for (const after of [false, true])
      for (let at = 1; at <= CALLS; at += 1)
        test(`${after ? "after" : "before"} call ${at}${drains ? ", while the old one has a connection" : ""}: the next one leaves one that runs`, async () => {
          const place = await site(drains);
          const { replacement } = place.actor(at, after);
          await replacement
            .replace(CONFIG)
            .then(() => replacement.settle())
            .catch((error: unknown) => {
              if (!(error instanceof Killed)) throw error;
            });
          await finish(place.actor());
          const left = await place.containers();
          expect(left).toContain(`${PROXY_CONTAINER} running`);
          expect(left.some((one) => one.startsWith(NEXT_PROXY))).toBe(false);
          if (drains && left.length > 1) {
            expect(left).toContain(`${EARLIER_PROXY} running`);
            await place.endEarlier();
            await finish(place.actor());
          }
          expect(await place.containers()).toEqual([`${PROXY_CONTAINER} running`]);
          expect(place.fewest(), "one of them runs at any moment").toBe(1);
        });
});
