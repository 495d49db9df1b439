import { createHash } from "node:crypto";
import { createReadStream, lstatSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { exec, lastWords, SeaworthyError } from "../core/index.ts";

/** Questions to git that only a build asks. */
export interface Repository {
  /** Every tag, unordered. */
  allTags(): Promise<readonly string[]>;
  /** Hex digest of everything under the folder that differs from the commit, ignored files apart; undefined when nothing does. */
  changes(): Promise<string | undefined>;
  /** Milliseconds of the last commit that touched one of these absolute paths; undefined when none did, or the history is cut off (a shallow clone). */
  lastChange(paths: readonly string[]): Promise<number | undefined>;
  /** The last commit itself, its time, and the tags that point at it. Undefined as `lastChange`. */
  lastCommit(
    paths: readonly string[],
  ): Promise<{ readonly commit: string; readonly at: number; readonly tags: readonly string[] } | undefined>;
}

/** The caller's own git session (a hook, a rebase) must not redirect these. */
const ENVIRONMENT = { GIT_DIR: undefined, GIT_WORK_TREE: undefined, GIT_INDEX_FILE: undefined, GIT_OPTIONAL_LOCKS: "0", LC_ALL: "C" };
const MOST_CHANGED = 100_000;

const fileDigest = async (path: string): Promise<string> => {
  const hash = createHash("sha256");
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return "gone";
  if (found.isSymbolicLink()) return `link ${readlinkSync(path)}`;
  if (!found.isFile()) return "not a file";
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return `${found.mode & 0o111 ? "x" : "-"} ${hash.digest("hex")}`;
};

export const openRepository = (folder: string, signal?: AbortSignal): Repository => {
  const git = async (...args: readonly string[]): Promise<string> => {
    const result = await exec("git", ["-C", folder, "-c", "core.fsmonitor=false", ...args], {
      env: ENVIRONMENT,
      timeoutMs: 60_000,
      maxBytes: 64 * 1024 * 1024,
      ...(signal === undefined ? {} : { signal }),
    });
    if (result.exitCode !== 0) throw new SeaworthyError("INPUT_INVALID", `git ${args[0]} failed in ${folder}: ${lastWords(result, 3)}`);
    return result.stdout;
  };
  const isShallow = git("rev-parse", "--is-shallow-repository").then((words) => words.trim() === "true");
  // Asked early, awaited late: a failure belongs to whoever needs the answer.
  isShallow.catch(() => undefined);
  return {
    allTags: async () => (await git("tag", "--list")).split("\n").filter((tag) => tag !== ""),
    changes: async () => {
      const listed = await git("ls-files", "-z", "--modified", "--others", "--exclude-standard");
      const staged = await git("diff", "--name-only", "-z", "--cached", "--relative");
      const paths = [...new Set(`${listed}${staged}`.split("\0"))].filter((path) => path !== "").toSorted();
      if (paths.length === 0) return undefined;
      if (paths.length > MOST_CHANGED)
        throw new SeaworthyError(
          "INPUT_TOO_LARGE",
          `${folder} has ${paths.length} changed files; is something not ignored that should be?`,
        );
      const hash = createHash("sha256");
      for (const path of paths) hash.update(`${path}\0${await fileDigest(join(folder, path))}\0`);
      return hash.digest("hex");
    },
    lastChange: async (paths) => {
      if (paths.length === 0 || (await isShallow)) return undefined;
      const at = (await git("log", "-1", "--format=%ct", "--", ...paths)).trim();
      return /^\d+$/.test(at) ? Number(at) * 1000 : undefined;
    },
    lastCommit: async (paths) => {
      if (paths.length === 0 || (await isShallow)) return undefined;
      const [commit, at] = (await git("log", "-1", "--format=%H %ct", "--", ...paths)).trim().split(" ");
      if (commit === undefined || at === undefined) return undefined;
      const tags = (await git("tag", "--points-at", commit)).split("\n").filter((tag) => tag !== "");
      return { commit, at: Number(at) * 1000, tags };
    },
  };
};
