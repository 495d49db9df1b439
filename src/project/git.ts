import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { compare, valid } from "semver";
import { exec, hasCode, lastWords, SeaworthyError } from "../core/index.ts";
import type { GitState } from "./project.ts";

/** Nothing of the caller's own git session, of the repository's hooks or of the user's language reaches the commands. */
const ENVIRONMENT = {
  GIT_DIR: undefined,
  GIT_WORK_TREE: undefined,
  GIT_INDEX_FILE: undefined,
  GIT_OPTIONAL_LOCKS: "0",
  GIT_TERMINAL_PROMPT: "0",
  LC_ALL: "C",
};

/** Runs git in a folder; nothing of what it does there writes. */
export const git = (folder: string, ...args: readonly string[]) =>
  exec("git", ["-C", folder, "-c", "core.fsmonitor=false", ...args], { env: ENVIRONMENT, timeoutMs: 30_000 });

const insideRepository = (folder: string): boolean => {
  for (let at = folder; ; at = dirname(at)) {
    if (existsSync(join(at, ".git"))) return true;
    if (at === dirname(at)) return false;
  }
};

/** `https://user:token@host/x` without what stands before the host; `git@host:x` as it is, for its user is no secret. */
export const withoutCredentials = (url: string): string => url.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/@]*@/i, "$1");

/** Version tags, newest first by semver; a tag that is no version (`latest`, `nightly`) says nothing about a release. */
export const versionTags = (tags: readonly string[]): readonly string[] =>
  tags.filter((tag) => valid(tag) !== null).toSorted((a, b) => compare(b, a) || a.localeCompare(b));

const tagsOf = (decorations: string): readonly string[] =>
  versionTags(
    decorations
      .split(", ")
      .filter((word) => word.startsWith("tag: refs/tags/"))
      .map((word) => word.slice("tag: refs/tags/".length)),
  );

/**
 * What git knows of the folder: three commands side by side, none of which writes. Undefined outside a repository and before its first commit.
 * `dirty` looks at the folder alone: a change elsewhere in a repository of many projects does not touch this one.
 * @throws TOOL_MISSING when there is a repository but no git; INPUT_INVALID when git refuses (for example "dubious ownership").
 */
export const readGit = async (folder: string): Promise<GitState | undefined> => {
  const inside = insideRepository(folder);
  if (!inside) return undefined;
  const [status, log, remote] = await Promise.all([
    git(folder, "status", "--porcelain=v2", "--branch", "--untracked-files=normal", "--", "."),
    git(folder, "log", "-1", "--decorate=full", "--format=%H%n%ct%n%D"),
    git(folder, "config", "--get", "remote.origin.url"),
  ]).catch((error: unknown) => {
    throw hasCode(error, "TOOL_MISSING")
      ? new SeaworthyError("TOOL_MISSING", `${folder} is a git repository, but there is no program "git" on PATH`, { cause: error })
      : error;
  });
  if (status.exitCode !== 0) {
    if (/not a git repository/.test(status.stderr)) return undefined;
    throw new SeaworthyError("INPUT_INVALID", `git status in ${folder} failed: ${lastWords(status, 3)}`, {
      hint: "Mend what git says, then run again.",
    });
  }
  if (log.exitCode !== 0) return undefined;
  const [commit = "", committed = "", decorations = ""] = log.stdout.split("\n");
  const lines = status.stdout.split("\n");
  const branch = lines.find((line) => line.startsWith("# branch.head "))?.slice("# branch.head ".length);
  const remoteUrl = remote.exitCode === 0 ? withoutCredentials(remote.stdout.trim()) : "";
  return {
    commit,
    ...(branch === undefined || branch === "(detached)" ? {} : { branch }),
    tags: tagsOf(decorations),
    dirty: lines.some((line) => line !== "" && !line.startsWith("#")),
    committedAt: Number(committed) * 1000,
    ...(remoteUrl === "" ? {} : { remoteUrl }),
  };
};
