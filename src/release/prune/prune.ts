import { rmSync } from "node:fs";
import { fileError, hasCode, isSeaworthyError, type Progress, wordsOf } from "../../core/index.ts";
import { keptTag } from "../kept-images.ts";
import { neededImages } from "../retention.ts";
import { judgeContainers } from "./containers.ts";
import { judgeFiles } from "./files.ts";
import { judgeImages, removeImage, type Sources } from "./images.ts";
import type { Leftover } from "./leftover.ts";

/** A leftover, and what became of it. */
export type Pruned = Leftover & {
  /** Absent: it stays, or nothing was to be done. */
  readonly outcome?: "removed" | "refused";
  /** Why it could not be removed. */
  readonly because?: string;
};

const remove = async ({ kind, name }: Leftover, { engine }: Sources, stillKept: ReadonlySet<string>): Promise<void> => {
  switch (kind) {
    case "image":
      return removeImage(engine, name, stillKept);
    case "container":
      return engine.containers.remove(name);
    case "file":
      try {
        return rmSync(name, { force: true });
      } catch (error) {
        throw fileError(error, `remove ${name}`);
      }
  }
};

/** Removes it where it goes. What the engine refuses to let go of is told and stays; what keeps everything from going is thrown. */
export const removeLeftover = async <L extends { readonly goes: boolean; readonly name: string }>(
  leftover: L,
  doing: () => Promise<void>,
  progress: Progress,
): Promise<L & Pick<Pruned, "outcome" | "because">> => {
  if (!leftover.goes) return leftover;
  try {
    progress.begin("remove", leftover.name);
    await doing();
    progress.end("remove", leftover.name);
    return { ...leftover, outcome: "removed" };
  } catch (error) {
    if (!isSeaworthyError(error) || hasCode(error, "ENGINE_UNREACHABLE", "INTERRUPTED")) throw error;
    return { ...leftover, outcome: "refused", because: wordsOf(error) };
  }
};

/**
 * Judges what the releases of these projects have left, and removes it unless it is a dry run: containers that have ended first, then images, then files.
 * The caller holds the leases of the projects; of others only the journal is looked at.
 */
export const pruneReleases = async (
  sources: Sources,
  sizes: ReadonlyMap<string, number>,
  { dryRun, progress }: { readonly dryRun: boolean; readonly progress: Progress },
): Promise<readonly Pruned[]> => {
  const containers = await judgeContainers(sources);
  const leaving = new Set(containers.filter(({ goes }) => goes).map(({ name }) => name));
  const images = await judgeImages(sources, sizes, leaving);
  const all = [...containers, ...images, ...judgeFiles(sources)];
  if (dryRun) return all;
  const pruned: Pruned[] = [];
  for (const one of all) {
    // Read anew for each: a deploy of another project may have begun to need it meanwhile.
    const needed = one.kind === "image" && one.goes ? neededImages(sources.journal, sources.keeps, sources.now) : new Map<string, string>();
    const why = needed.get(one.name);
    const stillKept = new Set([...needed.keys()].map(keptTag));
    const now = why === undefined ? one : { ...one, goes: false, why };
    pruned.push(await removeLeftover(now, () => remove(now, sources, stillKept), progress));
  }
  return pruned;
};
