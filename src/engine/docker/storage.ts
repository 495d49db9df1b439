import * as v from "valibot";
import { SeaworthyError } from "../../core/index.ts";
import type { Storage, StorageUse } from "../ports.ts";
import type { Connection } from "./connection.ts";

const SIZE = v.nullish(v.number(), 0);

const USE = v.object({
  LayersSize: SIZE,
  Images: v.nullish(v.array(v.object({ Id: v.string(), Size: SIZE, SharedSize: v.nullish(v.number(), -1) })), []),
  BuildCache: v.nullish(
    v.array(
      v.object({
        ID: v.string(),
        InUse: v.nullish(v.boolean(), false),
        Size: SIZE,
        CreatedAt: v.nullish(v.string(), ""),
        LastUsedAt: v.nullish(v.string(), ""),
      }),
    ),
    [],
  ),
});

const PRUNED = v.object({ SpaceReclaimed: SIZE });

const timeOf = (...texts: readonly string[]): number => texts.map((text) => Date.parse(text)).find((at) => !Number.isNaN(at)) ?? 0;

/** The engine walks every container and layer for it. */
const WALK_MS = 300_000;

/** What the engine's API says of its store (GET /system/df, POST /build/prune). */
export const dockerStorage = (connection: Connection): Storage => ({
  use: async (): Promise<StorageUse> => {
    const answer = await connection.call({ tried: "ask what takes room", method: "GET", path: "/system/df", timeoutMs: WALK_MS });
    const read = v.safeParse(USE, answer);
    if (!read.success)
      throw new SeaworthyError("ENGINE_REFUSED", `the engine at ${connection.address} does not say what takes room in its store`);
    const { LayersSize, Images, BuildCache } = read.output;
    return {
      layersBytes: LayersSize,
      ownBytes: new Map(Images.map(({ Id, Size, SharedSize }) => [Id, SharedSize < 0 ? Size : Math.max(0, Size - SharedSize)])),
      buildCache: BuildCache.map(({ ID, InUse, Size, CreatedAt, LastUsedAt }) => ({
        id: ID,
        inUse: InUse,
        sizeBytes: Size,
        usedAt: timeOf(LastUsedAt, CreatedAt),
      })),
    };
  },
  pruneBuildCache: async ({ unusedForMs, keepBytes }) => {
    const answer = await connection.call({
      tried: "prune the build cache",
      method: "POST",
      path: "/build/prune",
      query: {
        all: "1",
        ...(keepBytes === undefined ? {} : { "keep-storage": String(Math.max(1, Math.floor(keepBytes))) }),
        ...(unusedForMs === undefined ? {} : { filters: JSON.stringify({ until: [`${Math.ceil(unusedForMs / 1000)}s`] }) }),
      },
      timeoutMs: WALK_MS,
    });
    return v.parse(PRUNED, answer).SpaceReclaimed;
  },
});
