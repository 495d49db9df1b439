import { SeaworthyError } from "../core/index.ts";
import type { Journal } from "./journal.ts";
import type { ReleaseManifest } from "./manifest.ts";
import { DEFAULT_KEEP, retentionOf } from "./retention.ts";

const missing = (why: string): SeaworthyError => new SeaworthyError("INPUT_NOT_FOUND", why, { hint: "See seaworthy history." });

/**
 * The release to go back to: the named one, or the newest kept one before the live one that is not the same again.
 * @throws INPUT_NOT_FOUND when there is none, or it is beyond what is kept
 */
export const rollbackTarget = (
  journal: Journal,
  project: string,
  to?: number,
  keep = DEFAULT_KEEP,
): { readonly release: number; readonly manifest: ReleaseManifest } => {
  const { kept, dropped } = retentionOf(journal, project, keep);
  const [live, ...earlier] = kept.map(({ entry }) => entry);
  const chosen = to === undefined ? earlier.find(({ digest }) => digest !== live?.digest) : earlier.find(({ release }) => release === to);
  if (chosen !== undefined) return { release: chosen.release, manifest: chosen.manifest };
  if (to === undefined) throw missing(`${project} has no earlier release to go back to`);
  if (to === live?.release) throw missing(`r${to} of ${project} is the live release`);
  const beyond = dropped.some(({ entry, finished }) => entry.release === to && finished?.outcome === "live");
  throw missing(
    beyond
      ? `r${to} of ${project} is beyond the ${keep} past releases that are kept (x-seaworthy.release.keep)`
      : `${project} has no release r${to} that was live`,
  );
};
