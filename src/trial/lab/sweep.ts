import { hostname } from "node:os";
import { processRuns } from "../../core/index.ts";
import type { Engine, Labels } from "../../engine/index.ts";
import { TRIAL_LABEL, TRIAL_OWNER, TRIAL_SINCE } from "./names.ts";

/** A run takes two minutes and is stopped after ten. */
const LONGEST_MS = 15 * 60_000;

export const ownLabels = (run: string): Labels => ({
  [TRIAL_LABEL]: run,
  [TRIAL_SINCE]: String(Date.now()),
  [TRIAL_OWNER]: `${process.pid}@${hostname()}`,
});

/** Whether whoever made it is gone: its process on this machine has ended, or no run takes as long. */
const isLeftOver = (labels: Labels): boolean => {
  const [pid = "", machine = ""] = (labels[TRIAL_OWNER] ?? "").split("@");
  if (machine === hostname() && !processRuns(Number(pid))) return true;
  return Date.now() - Number(labels[TRIAL_SINCE] ?? 0) > LONGEST_MS;
};

/** Removes what a run made; containers first, for they hold the rest. */
const removeAll = async (engine: Engine, labels: Labels, which: (labels: Labels) => boolean): Promise<number> => {
  let removed = 0;
  for (const container of await engine.containers.list(labels))
    if (which(container.labels)) {
      await engine.containers.remove(container.id);
      removed += 1;
    }
  for (const network of await engine.networks.list(labels))
    if (which(network.labels)) {
      await engine.networks.remove(network.id);
      removed += 1;
    }
  for (const volume of await engine.volumes.list(labels))
    if (which(volume.labels)) {
      await engine.volumes.remove(volume.name);
      removed += 1;
    }
  return removed;
};

/** What runs that were killed left behind. @returns how many things were removed */
export const sweepLeftOvers = (engine: Engine): Promise<number> => removeAll(engine, { [TRIAL_LABEL]: "" }, isLeftOver);

/** All of one run. */
export const sweepRun = (engine: Engine, run: string): Promise<number> => removeAll(engine, { [TRIAL_LABEL]: run }, () => true);
