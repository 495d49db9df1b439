import { type Clock, fileError, systemClock, wordsOf } from "../../core/index.ts";
import { familyOf } from "../advisories/ecosystem.ts";
import { readOsv } from "../advisories/read-osv.ts";
import { beginEdition } from "./edition.ts";
import type { Exploited } from "./exploited.ts";
import { changeFolder } from "./folder.ts";
import type { Manifest } from "./manifest.ts";

/** One record as somebody published it, and where, for messages. */
export interface Source {
  readonly text: string;
  readonly where: string;
}

export interface Built {
  readonly manifest: Manifest;
  readonly records: number;
  /** Withdrawn, or about nothing that can be matched. */
  readonly leftOut: number;
  /** What was no OSV record, and why: the first hundred. */
  readonly unreadable: readonly string[];
}

const MAX_TOLD = 100;
const FROM_FILES = "files";

/** Milliseconds since the epoch; never in the future, and `otherwise` where it is not known. */
export const timeOf = (written: string | undefined, now: number, otherwise: number): number => {
  const time = written === undefined ? Number.NaN : Date.parse(written);
  return Number.isNaN(time) || time < 0 ? otherwise : Math.min(time, now);
};

/**
 * Makes the database of a folder from OSV records, a file for each ecosystem and each release of a distribution. What the folder had before stays in place until
 * all of the new one is there; then it goes.
 * @throws DISK_FULL, PERMISSION_DENIED, LOCKED
 */
export const buildDatabase = async (
  sources: AsyncIterable<Source> | Iterable<Source>,
  folder: string,
  { exploited, clock = systemClock }: { readonly exploited?: Exploited | undefined; readonly clock?: Clock } = {},
): Promise<Built> => {
  try {
    using changed = await changeFolder(folder, clock);
    using edition = beginEdition(changed);
    const writing = edition.anew();
    const unreadable: string[] = [];
    const newest = new Map<string, string>();
    let [records, leftOut] = [0, 0];
    for await (const { text, where } of sources) {
      records += 1;
      let read: ReturnType<typeof readOsv>;
      try {
        read = readOsv(JSON.parse(text));
      } catch (error) {
        if (unreadable.length < MAX_TOLD) unreadable.push(`${where}: ${wordsOf(error)}`);
        continue;
      }
      if (!writing.take(read)) leftOut += 1;
      else if ("advisory" in read)
        for (const { ecosystem } of read.affected) {
          const { modified = "" } = read.advisory;
          const family = familyOf(ecosystem);
          if ((newest.get(family) ?? "") <= modified) newest.set(family, modified);
        }
    }
    const now = clock.now();
    for (const [family, modified] of newest)
      edition.source(family, { from: FROM_FILES, fetchedAt: now, asOf: timeOf(modified === "" ? undefined : modified, now, now) });
    if (exploited !== undefined) {
      await edition.exploited(exploited);
      edition.source("exploited", { from: FROM_FILES, fetchedAt: now, asOf: timeOf(exploited.date, now, now) });
    }
    return { manifest: await edition.finish(now), records, leftOut, unreadable };
  } catch (error) {
    throw fileError(error, `build the advisories in ${folder}`);
  }
};
