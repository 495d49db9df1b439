import { hasCode, lastWords, SeaworthyError } from "../core/index.ts";
import { git } from "./git.ts";

/** What lies between two commits of a repository. */
export interface CommitRange {
  /** `back`: the second is older. `apart`: each has commits that the other has not; those of the second are listed. */
  readonly way: "forward" | "back" | "apart";
  /** Newest first, at most 50. */
  readonly commits: readonly { readonly id: string; readonly subject: string }[];
  /** How many there are in all. */
  readonly count: number;
}

const LISTED = 50;
const COMMIT = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

const count = async (folder: string, range: string): Promise<number> => {
  const result = await git(folder, "rev-list", "--count", "--end-of-options", range);
  if (result.exitCode === 0) return Number(result.stdout.trim());
  throw new SeaworthyError("INPUT_INVALID", `git cannot compare ${range} in ${folder}: ${lastWords(result, 1)}`);
};

/** @throws INPUT_INVALID when the repository does not have one of them, as a shallow clone */
export const commitsBetween = async (folder: string, from: string, to: string): Promise<CommitRange> => {
  for (const commit of [from, to])
    if (!COMMIT.test(commit)) throw new SeaworthyError("INPUT_INVALID", `"${commit.slice(0, 80)}" is not the id of a commit`);
  const [gained, lost] = [await count(folder, `${from}..${to}`), await count(folder, `${to}..${from}`)];
  const back = gained === 0 && lost > 0;
  const range = back ? `${to}..${from}` : `${from}..${to}`;
  const log = await git(folder, "log", `--max-count=${LISTED}`, "--format=%H%x09%s", "--end-of-options", range);
  if (log.exitCode !== 0) throw new SeaworthyError("INPUT_INVALID", `git log ${range} in ${folder} failed: ${lastWords(log, 1)}`);
  const commits = log.stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const [id = "", ...subject] = line.split("\t");
      return { id, subject: subject.join("\t").slice(0, 200) };
    });
  return { way: back ? "back" : lost > 0 ? "apart" : "forward", commits, count: back ? lost : gained };
};

/** The first line of a commit's message, at most 200 characters; undefined where the repository does not have it, or git is not there. */
export const commitSubject = async (folder: string, commit: string): Promise<string | undefined> => {
  if (!COMMIT.test(commit)) return undefined;
  try {
    const log = await git(folder, "log", "--max-count=1", "--format=%s", "--end-of-options", commit);
    return log.exitCode === 0 ? log.stdout.trim().slice(0, 200) || undefined : undefined;
  } catch (error) {
    if (hasCode(error, "TOOL_MISSING")) return undefined;
    throw error;
  }
};
