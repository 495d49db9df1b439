import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { type Clock, type Digest, fakeClock } from "../../core/index.ts";
import { readPolicy } from "../policy/policy.ts";
import { temporaryFolder } from "../registry.fixture.ts";
import { medium } from "./medium.fixture.ts";
import type { Reached } from "./points.ts";
import { type Pushes, pushesInto } from "./pushes.fixture.ts";
import { openStore, type Store } from "./store.ts";

export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;

/** A store alone, with a clock that a test turns, and pushes in one call. */
export interface TestStore extends Pushes {
  readonly folder: string;
  readonly store: Store;
  readonly clock: Clock;
  has(reference: string, repository?: string): boolean;
  hasBlob(digest: Digest, repository?: string): Promise<boolean>;
  later(ms: number): Promise<void>;
}

export const openTestStore = async ({
  settings,
  folder = temporaryFolder(),
  clock = fakeClock(Date.now()),
  reached,
}: {
  readonly settings?: string;
  readonly folder?: string;
  readonly clock?: Clock;
  readonly reached?: Reached;
} = {}): Promise<TestStore> => {
  const path = join(folder, "registry.yaml");
  if (settings !== undefined || !existsSync(path)) writeFileSync(path, `${settings ?? ""}${medium().settings(folder)}`);
  const store = await openStore(folder, {
    clock,
    reserveBytes: 0,
    policy: readPolicy(folder),
    ...(reached === undefined ? {} : { reached }),
  });
  onTestFinished(() => store.close());
  return {
    folder,
    store,
    clock,
    ...pushesInto(store),
    has: (reference, repository = "team/app") => store.manifests.get(repository, reference) !== undefined,
    hasBlob: async (digest, repository = "team/app") => {
      const found = await store.blobs.open(repository, digest);
      await found?.close();
      return found !== undefined;
    },
    later: (ms) => clock.sleep(ms),
  };
};
