import { type Clock, fileError, hasCode, isSeaworthyError, type Progress, SeaworthyError, systemClock, wordsOf } from "../../core/index.ts";
import { familyOf } from "../advisories/ecosystem.ts";
import { timeOf } from "../database/build.ts";
import { beginEdition } from "../database/edition.ts";
import { type ChangedFolder, changeFolder } from "../database/folder.ts";
import { type Manifest, SIDES, sourcesOfAnother } from "../database/manifest.ts";
import { schemeOf } from "../versions/ecosystems.ts";
import { type FamilyContext, type SourceUpdate, updateFamily } from "./family.ts";
import { takeList } from "./lists.ts";
import { createMirrors } from "./mirrors.ts";
import { openRemote } from "./remote.ts";
import { type ListName, USUAL_FAMILIES } from "./sources.ts";

export interface UpdateOptions {
  /** OSV's names of bulk files; absent: those that the folder has, or the usual ones. */
  readonly families?: readonly string[] | undefined;
  /** In the order in which they are asked. */
  readonly mirrors: readonly URL[];
  /** Lists to fetch beside them, each from its address. */
  readonly lists: Readonly<Partial<Record<ListName, URL>>>;
  readonly full?: boolean;
  readonly dryRun?: boolean;
  readonly env: NodeJS.ProcessEnv;
  readonly progress: Progress;
  readonly clock?: Clock;
  readonly signal?: AbortSignal | undefined;
  /** Default 30 seconds. */
  readonly idleTimeoutMs?: number;
}

export interface Updated {
  /** What is there now; undefined: nothing, before and after. */
  readonly manifest: Manifest | undefined;
  readonly sources: readonly SourceUpdate[];
}

/** `GIT` holds the severities of CVEs, and no packages. */
const isFamily = (name: string): boolean => schemeOf(name) !== undefined || name === "GIT";

const isList = (name: string): boolean => (SIDES as readonly string[]).includes(name);

/** The families that a database has; of another version's those that are still known. */
const familiesIn = (folder: string, manifest: Manifest | undefined): readonly string[] => {
  const sources = manifest === undefined ? sourcesOfAnother(folder).filter((name) => isFamily(name)) : Object.keys(manifest.sources);
  return [...new Set([...Object.keys(manifest?.shards ?? {}).map(familyOf), ...sources.filter((name) => !isList(name))])];
};

/** `Debian` of `Debian:12`: that is what is published. @throws USAGE */
const parseFamily = (written: string): string => {
  const family = familyOf(written);
  if (!isFamily(family))
    throw new SeaworthyError("USAGE", `"${written.slice(0, 100)}" is no ecosystem whose versions are known here`, {
      hint: "As OSV names them: Debian, Ubuntu, Alpine, npm, PyPI, Go, Maven, crates.io, RubyGems, Packagist, NuGet, Bitnami, ....",
    });
  return family;
};

/** Shows how far a download is, not more often than somebody can read. */
const counting = (step: string, progress: Progress, clock: Clock): FamilyContext["onBytes"] => {
  let shown = clock.elapsed();
  return (received, total) => {
    if (clock.elapsed() - shown < 500) return;
    shown = clock.elapsed();
    const megabytes = (bytes: number): string => (bytes / 1_000_000).toFixed(1);
    progress.begin(step, total === undefined ? `${megabytes(received)} MB` : `${megabytes(received)} of ${megabytes(total)} MB`);
  };
};

/** One source failing leaves the others to go on. What the user ended, or a machine that takes no more, ends all. */
const kept = async (source: string, work: () => Promise<SourceUpdate>): Promise<SourceUpdate> => {
  try {
    return await work();
  } catch (error) {
    if (!hasCode(error, "ADVISORIES_UNREACHABLE")) throw error;
    const problems = isSeaworthyError(error) ? error.problems : [];
    return { source, state: "failed", notes: [wordsOf(error), ...problems] };
  }
};

const updateList = async (
  name: ListName,
  url: URL,
  changed: ChangedFolder,
  { remote, clock, note, signal }: Pick<FamilyContext, "remote" | "clock" | "signal"> & { readonly note: (words: string) => void },
): Promise<SourceUpdate> => {
  const file = createMirrors([url], { clock, signal, note });
  const taken = await file.from("", async (): Promise<SourceUpdate> => {
    using edition = beginEdition(changed);
    const date = await takeList(name, remote, url, { folder: changed.downloads, edition });
    const now = clock.now();
    // Scores are of a day; the others are as they are now, whenever they were last changed.
    edition.source(name, { from: url.href, fetchedAt: now, asOf: name === "epss" ? timeOf(date, now, now) : now });
    const manifest = await edition.finish(now);
    return { source: name, state: "replaced", records: manifest[name]?.count ?? 0 };
  });
  return taken ?? { source: name, state: "missing" };
};

/**
 * Fetches advisories from OSV's bulk files and lists of changes, and the lists beside them, into a folder. Each source takes the place of what was known of it as
 * soon as it is whole: what is killed in between leaves the others as they were, and is gone on with the next time.
 * @throws LOCKED, DISK_FULL, PERMISSION_DENIED; a source that is not to be had is told, not thrown
 */
export const updateDatabase = async (folder: string, options: UpdateOptions): Promise<Updated> => {
  const { clock = systemClock, progress, signal, env, lists } = options;
  const asked = options.families === undefined ? undefined : [...new Set(options.families.map(parseFamily))];
  const remote = openRemote({ env, signal, ...(options.idleTimeoutMs === undefined ? {} : { idleTimeoutMs: options.idleTimeoutMs }) });
  try {
    using changed = await changeFolder(folder, clock, signal);
    const note = (words: string): void => progress.note(words);
    const mirrors = createMirrors(options.mirrors, { clock, signal, note });
    const have = familiesIn(folder, changed.before);
    const families = asked ?? (have.length > 0 ? have : USUAL_FAMILIES);
    const sources: SourceUpdate[] = [];
    const tell = (update: SourceUpdate): void => {
      sources.push(update);
      const { source, state, records } = update;
      progress.end(source, `${state}${records === undefined ? "" : `, ${records} records`}`);
    };
    for (const family of families) {
      progress.begin(family);
      const context: FamilyContext = {
        changed,
        remote,
        mirrors,
        clock,
        signal,
        full: options.full === true,
        dryRun: options.dryRun === true,
        onBytes: counting(family, progress, clock),
      };
      tell(await kept(family, () => updateFamily(family, context)));
    }
    for (const name of ["exploited", "epss", "endoflife"] as const) {
      const url = lists[name];
      if (url === undefined) continue;
      progress.begin(name);
      if (options.dryRun === true) tell({ source: name, state: "replaced" });
      else tell(await kept(name, () => updateList(name, url, changed, { remote, clock, signal, note })));
    }
    return { manifest: changed.before, sources };
  } catch (error) {
    throw fileError(error, `update the advisories in ${folder}`);
  } finally {
    remote.close();
  }
};
