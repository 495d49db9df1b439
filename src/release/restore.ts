import { hasCode, type StateFolder } from "../core/index.ts";
import { slotsOf } from "./file-slots.ts";
import { type FileSlot, missingFiles, placeFile } from "./files.ts";
import type { Journal } from "./journal.ts";
import { liveRelease, unfinishedRollout } from "./rollout-state.ts";

/** What became of the secrets and configs that were not in memory. */
export interface Restored {
  readonly restored: readonly FileSlot[];
  /** Neither in memory nor sealed: the next deploy brings them, where their sources are. */
  readonly lacking: readonly FileSlot[];
}

/**
 * Puts back into memory what the releases that run mount, as a reboot takes it away, and seals what an earlier version of Seaworthy has not.
 * Needs no engine. @throws PERMISSION_DENIED, DISK_FULL
 */
export const restoreFiles = async (state: StateFolder, journal: Journal): Promise<Restored> => {
  const slots = journal
    .projects()
    .flatMap((project) => [liveRelease(journal, project), unfinishedRollout(journal, project)])
    .flatMap((one) => (one === undefined ? [] : slotsOf(one.entry.manifest)));
  const restored: FileSlot[] = [];
  const lacking: FileSlot[] = [];
  const missing = missingFiles(state, slots);
  for (const slot of slots)
    try {
      await placeFile(state, slot, () => undefined);
      if (missing.includes(slot)) restored.push(slot);
    } catch (error) {
      if (!hasCode(error, "STATE_NEEDS_PERSON")) throw error;
      lacking.push(slot);
    }
  return { restored, lacking };
};
