import { join } from "node:path";
import { existsSync, readdirSync, rmSync } from "node:fs";
import { buildLeftovers, dropLayout, idleLayouts, isBuilding, layoutsIn } from "../build/index.ts";
import { type Clock, formatByteSize, hasCode, parseReference, type Progress, silentProgress, type StateFolder } from "../core/index.ts";
import type { Engine, StorageUse } from "../engine/index.ts";
import { signaturesFolder } from "./verify.ts";
import type { Keep, PruneSettings } from "../project/index.ts";
import { type Pruned, type Releases, removeLeftover } from "../release/index.ts";

/** One thing that takes room on this host, why it goes or stays, and what became of it. */
export type PrunedThing = Omit<Pruned, "kind"> & {
  readonly kind: Pruned["kind"] | "build" | "signature" | "dangling" | "build-cache" | "layout";
};

export interface PruneReport {
  readonly things: readonly PrunedThing[];
  /** Projects of which nothing was touched: somebody was at work on them, or what they keep is not known. */
  readonly busy: readonly { readonly project: string; readonly because: string }[];
  /** A dry run's is what surely becomes free: layers that only several of those that go share are not in it. */
  readonly freedBytes: number;
  readonly dryRun: boolean;
}

export interface PruneWishes {
  readonly engine: Engine;
  readonly releases: Releases;
  readonly state: StateFolder;
  /** Where builds keep layouts. */
  readonly cacheFolder: string;
  readonly clock: Clock;
  readonly keeps: ReadonlyMap<string, Keep>;
  /** Absent: images without a name that Seaworthy did not make stay. */
  readonly dangling?: Pick<PruneSettings, "danglingMs">;
  /** Absent: the builder's cache stays. */
  readonly buildCache?: PruneSettings["buildCache"];
  readonly dryRun: boolean;
  readonly progress?: Progress;
  readonly signal?: AbortSignal;
  readonly waitMs?: number;
}

type Judged = Omit<PrunedThing, "outcome" | "because">;

const days = (ms: number): string => (ms < 172_800_000 ? `${Math.floor(ms / 3_600_000)} hours` : `${Math.floor(ms / 86_400_000)} days`);

const builds = async ({ engine, cacheFolder, clock }: PruneWishes, { ownBytes }: StorageUse): Promise<readonly Judged[]> => {
  const found = await buildLeftovers(engine, { layouts: layoutsIn(join(cacheFolder, "layouts")), busy: isBuilding, now: clock.now() });
  return found.map(({ tag, image, goes, why }) => ({ kind: "build", name: tag, goes, why, sizeBytes: ownBytes.get(image.id) ?? 0 }));
};

const inFull = (reference: string): string => {
  const { registry, repository, digest } = parseReference(reference);
  return `${registry}/${repository}@${digest ?? ""}`;
};

/** Images without a name, whoever made them: but for those that a release needs, which have none because they are pulled by digest. */
const dangling = async (
  { engine, clock, dangling: wish }: PruneWishes,
  { ownBytes }: StorageUse,
  needed: ReadonlyMap<string, string>,
): Promise<readonly Judged[]> => {
  if (wish === undefined) return [];
  const keeps = new Map([...needed].map(([reference, why]) => [inFull(reference), why]));
  const nameless = (await engine.images.list()).filter(({ tags }) => tags.length === 0);
  return nameless.map(({ id, digests, createdAt }) => {
    const ageMs = clock.now() - createdAt;
    const why = digests.map((digest) => keeps.get(inFull(digest))).find((one) => one !== undefined);
    const sizeBytes = ownBytes.get(id) ?? 0;
    if (why !== undefined) return { kind: "dangling", name: id, goes: false, why, sizeBytes };
    const goes = ageMs >= wish.danglingMs;
    return { kind: "dangling", name: id, goes, why: `no name, made ${days(ageMs)} ago`, sizeBytes };
  });
};

const buildCache = ({ buildCache: wish, clock }: PruneWishes, { buildCache: records }: StorageUse): readonly Judged[] => {
  if (wish === undefined) return [];
  const idle = records.filter(({ inUse }) => !inUse).toSorted((a, b) => a.usedAt - b.usedAt);
  const total = records.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const old = idle.filter(({ usedAt }) => clock.now() - usedAt > wish.unusedMs);
  let left = total - old.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const surplus = idle.filter((record) => {
    if (old.includes(record) || wish.maxBytes === undefined || left <= wish.maxBytes) return false;
    left -= record.sizeBytes;
    return true;
  });
  const going = [...old, ...surplus];
  const bound = [
    `${old.length} unused for ${days(wish.unusedMs)}`,
    ...(wish.maxBytes === undefined ? [] : [`${surplus.length} beyond ${formatByteSize(wish.maxBytes)}`]),
  ];
  return [
    {
      kind: "build-cache",
      name: "the builder's cache",
      goes: going.length > 0,
      why: `of ${records.length} records with ${formatByteSize(total)}: ${bound.join(", ")}`,
      sizeBytes: going.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    },
  ];
};

const layouts = ({ buildCache: wish, cacheFolder, clock }: PruneWishes): readonly Judged[] =>
  wish === undefined
    ? []
    : idleLayouts(join(cacheFolder, "layouts")).map(({ folder, builtAt, sizeBytes }) => ({
        kind: "layout",
        name: folder,
        goes: clock.now() - builtAt > wish.unusedMs,
        why: `built ${days(clock.now() - builtAt)} ago`,
        sizeBytes,
      }));

/** Copies of signatures of images that no release needs any more. */
const signatures = ({ state }: PruneWishes, needed: ReadonlyMap<string, string>): readonly Judged[] => {
  const folder = signaturesFolder(state);
  if (!existsSync(folder)) return [];
  const kept = new Map([...needed].map(([reference, why]) => [reference.slice(reference.lastIndexOf(":") + 1), why]));
  return readdirSync(folder).map((name) => {
    const why = kept.get(name);
    return {
      kind: "signature",
      name: join(folder, name),
      goes: why === undefined,
      why: why ?? "of an image that no release needs any more",
    };
  });
};

const pruneCache = async ({ engine, buildCache: wish }: PruneWishes): Promise<void> => {
  if (wish === undefined) return;
  await engine.storage.pruneBuildCache({ unusedForMs: wish.unusedMs });
  if (wish.maxBytes !== undefined) await engine.storage.pruneBuildCache({ keepBytes: wish.maxBytes });
};

const remove = async (wishes: PruneWishes, { kind, name }: Judged): Promise<void> => {
  switch (kind) {
    case "build":
    case "dangling":
      return wishes.engine.images.remove(name);
    case "build-cache":
      return pruneCache(wishes);
    case "signature":
      return rmSync(name, { recursive: true, force: true });
    default:
      return dropLayout(name);
  }
};

const cacheBytes = ({ buildCache: records }: StorageUse): number => records.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);

const bytesOf = (things: readonly PrunedThing[], kinds: readonly PrunedThing["kind"][]): number =>
  things
    .filter(({ kind, goes, outcome }) => goes && outcome !== "refused" && kinds.includes(kind))
    .reduce((sum, { sizeBytes = 0 }) => sum + sizeBytes, 0);

/**
 * Removes what Seaworthy left on this host and nothing needs, and, where that is asked for, images without a name and the builder's cache, whoever made them.
 * @throws ENGINE_UNREACHABLE, STATE_NEEDS_PERSON when another state folder governs the engine
 */
export const prune = async (wishes: PruneWishes): Promise<PruneReport> => {
  const { engine, releases, keeps, dryRun, progress = silentProgress, signal, waitMs } = wishes;
  const before = await engine.storage.use();
  const released = await releases.prune(keeps, {
    dryRun,
    sizes: before.ownBytes,
    progress,
    ...(signal === undefined ? {} : { signal }),
    ...(waitMs === undefined ? {} : { waitMs }),
  });
  const nameless = await dangling(wishes, before, released.needed);
  const listed = new Set(released.leftovers.map(({ name }) => name));
  const others = [
    ...(await builds(wishes, before)),
    ...nameless.filter(({ name }) => !listed.has(name)),
    ...buildCache(wishes, before),
    ...layouts(wishes),
    ...signatures(wishes, released.needed),
  ];
  const things: PrunedThing[] = [...released.leftovers];
  for (const one of others) {
    signal?.throwIfAborted();
    things.push(dryRun ? one : await removeLeftover(one, () => remove(wishes, one), progress));
  }
  const files = bytesOf(things, ["file", "layout"]);
  const inEngine = dryRun ? bytesOf(things, ["image", "build", "dangling", "build-cache"]) : await freedIn(engine, before);
  return { things, busy: released.busy, freedBytes: files + inEngine, dryRun };
};

/** As the engine counts it; what others put there meanwhile makes it less. */
const freedIn = async (engine: Engine, before: StorageUse): Promise<number> => {
  try {
    const after = await engine.storage.use();
    return Math.max(0, before.layersBytes - after.layersBytes) + Math.max(0, cacheBytes(before) - cacheBytes(after));
  } catch (error) {
    if (!hasCode(error, "DEADLINE", "ENGINE_REFUSED")) throw error;
    return 0;
  }
};
