import { renameSync } from "node:fs";
import { join } from "node:path";
import { type Clock, fileError, hasCode, type Progress, SeaworthyError, systemClock, wordsOf } from "../../core/index.ts";
import { importDatabase } from "../carry/archive.ts";
import { filesMissing, takeOver } from "../carry/take-over.ts";
import type { NamedFile } from "../carry/verify-file.ts";
import { changeFolder } from "../database/folder.ts";
import { type Manifest, MANIFEST_FILE, parseManifest, readManifest } from "../database/manifest.ts";
import { download, dropDownload } from "./download.ts";
import type { SourceUpdate } from "./family.ts";
import { MirrorError } from "./mirror-error.ts";
import { createMirrors, type Mirrors } from "./mirrors.ts";
import { openRemote, type Remote } from "./remote.ts";
import type { Updated } from "./update.ts";

const MAX_MANIFEST_BYTES = 16 * 1024 * 1024;
const MAX_ARCHIVE_BYTES = 16 * 1024 ** 3;
/** How often a database that changes while it is read is begun again. */
const ATTEMPTS = 3;

export interface PublishedOptions {
  /** In the order in which they are asked: folders that hold `advisories.json`, or files of `db export`. */
  readonly from: readonly URL[];
  /** Also what is older than what is here. */
  readonly full?: boolean;
  readonly dryRun?: boolean;
  readonly env: NodeJS.ProcessEnv;
  readonly progress: Progress;
  readonly clock?: Clock;
  readonly signal?: AbortSignal | undefined;
  readonly idleTimeoutMs?: number;
}

const isFolder = ({ pathname }: URL): boolean => pathname.endsWith("/") || pathname.endsWith(`/${MANIFEST_FILE}`);

/** What is wrong at one place may be right at the next. */
const orBroken = (error: unknown, url: URL): unknown =>
  hasCode(error, "INPUT_INVALID", "INPUT_TOO_LARGE")
    ? new MirrorError("broken", `${url.host}${url.pathname}: ${wordsOf(error)}`, { cause: error })
    : error;

const missingAt = (from: readonly URL[]): SeaworthyError =>
  new SeaworthyError("ADVISORIES_UNREACHABLE", `there are no advisories at ${from.map(({ href }) => href).join(", ")}`, {
    hint: "Name a folder that holds advisories.json (with a slash at its end), or a file of seaworthy db export.",
  });

/** Undefined: a file of the list is nowhere, as when another list took its place meanwhile. */
const fetchFiles = async (
  missing: readonly NamedFile[],
  {
    mirrors,
    remote,
    downloads,
    scratch,
    progress,
  }: {
    readonly mirrors: Mirrors;
    readonly remote: Remote;
    readonly downloads: string;
    readonly scratch: string;
    readonly progress: Progress;
  },
): Promise<ReadonlyMap<NamedFile, string> | undefined> => {
  const fetched = new Map<NamedFile, string>();
  for (const named of missing) {
    progress.begin("fetch", named.of);
    const path = await mirrors.from(named.file, async (url) => {
      const downloaded = await download(remote, url, downloads, { maxBytes: named.sizeBytes, sha256: named.sha256 });
      if (downloaded === undefined) throw new MirrorError("missing", `${url.host}${url.pathname} is not sent`);
      const place = join(scratch, named.file);
      renameSync(downloaded.path, place);
      dropDownload(downloaded);
      return place;
    });
    if (path === undefined) return undefined;
    fetched.set(named, path);
  }
  return fetched;
};

const fromFolders = async (folder: string, options: PublishedOptions, remote: Remote, clock: Clock): Promise<Updated> => {
  const { from, signal, progress } = options;
  using changed = await changeFolder(folder, clock, signal);
  const mirrors = createMirrors(
    from.map((url) => new URL(".", url)),
    { clock, signal, note: (words) => progress.note(words) },
  );
  const source = from[0]?.host ?? "";
  for (let attempt = 1; ; attempt += 1) {
    const manifest: Manifest | undefined = await mirrors.from(MANIFEST_FILE, async (url) => {
      const text = (await remote.read(url, MAX_MANIFEST_BYTES)).toString("utf8");
      try {
        return parseManifest(text, url.href);
      } catch (error) {
        throw orBroken(error, url);
      }
    });
    if (manifest === undefined) throw missingAt(from);
    const { before } = changed;
    const missing = filesMissing(changed, manifest);
    const told = (state: SourceUpdate["state"], notes: readonly string[] = []): Updated => ({
      manifest: changed.before,
      sources: [{ source, state, records: missing.length, notes }],
    });
    if (before !== undefined && options.full !== true && manifest.builtAt < before.builtAt)
      return told("current", ["it is older than what is here, which is kept; --full takes it all the same"]);
    if (options.dryRun === true) return told(missing.length === 0 ? "current" : "changed");
    const fetched = await fetchFiles(missing, { mirrors, remote, downloads: changed.downloads, scratch: changed.scratch, progress });
    if (fetched === undefined) {
      if (attempt < ATTEMPTS) continue;
      throw new SeaworthyError("ADVISORIES_UNREACHABLE", `${source}: its list names files that it does not have`);
    }
    await takeOver(changed, manifest, fetched, { where: source, now: clock.now() });
    return told(missing.length === 0 ? "current" : "changed");
  }
};

const fromFiles = async (folder: string, options: PublishedOptions, remote: Remote, clock: Clock): Promise<Updated> => {
  const { from, signal, progress } = options;
  const note = (words: string): void => progress.note(words);
  const [source, downloads] = [from[0]?.host ?? "", join(folder, ".downloads")];
  if (options.dryRun === true) return { manifest: readManifest(folder), sources: [{ source, state: "replaced" }] };
  const manifest = await createMirrors(from, { clock, signal, note }).from("", async (url) => {
    const downloaded = await download(remote, url, downloads, { maxBytes: MAX_ARCHIVE_BYTES, sidecar: true });
    if (downloaded === undefined) throw new MirrorError("missing", `${url.host}${url.pathname} is not sent`);
    try {
      return await importDatabase(downloaded.path, folder, { clock, ...(signal === undefined ? {} : { signal }) });
    } catch (error) {
      throw orBroken(error, url);
    } finally {
      dropDownload(downloaded);
    }
  });
  if (manifest === undefined) throw missingAt(from);
  return { manifest, sources: [{ source, state: "replaced", records: Object.keys(manifest.shards).length }] };
};

/**
 * Takes a database that somebody made and put on a server: a folder of advisories as it is, of which only the files that are not here yet are fetched, or a file
 * of `db export`. Each file is held to its digest and to the form of a database.
 * @throws ADVISORIES_UNREACHABLE, INPUT_INVALID, USAGE, DISK_FULL, LOCKED
 */
export const updateFromPublished = async (folder: string, options: PublishedOptions): Promise<Updated> => {
  const { env, signal, from, clock = systemClock } = options;
  const folders = from.filter(isFolder);
  if (folders.length > 0 && folders.length < from.length)
    throw new SeaworthyError("USAGE", "--from names folders and files: name mirrors of one of them");
  const remote = openRemote({ env, signal, ...(options.idleTimeoutMs === undefined ? {} : { idleTimeoutMs: options.idleTimeoutMs }) });
  try {
    return await (folders.length > 0 ? fromFolders : fromFiles)(folder, options, remote, clock);
  } catch (error) {
    throw fileError(error, `update the advisories in ${folder}`);
  } finally {
    remote.close();
  }
};
