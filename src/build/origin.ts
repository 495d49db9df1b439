import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { GitState, Project } from "../project/index.ts";
import type { BuildInput } from "../project/index.ts";
import { stepsOf } from "./dockerfile/inputs.ts";
import type { Repository } from "./repository.ts";
import { type ImageTags, tagsFor } from "./tags.ts";

/** The commit that an image comes from. */
export interface Origin {
  readonly commit: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** What the image calls itself in its labels. */
  readonly version: string;
}

const atHead = (git: GitState, tags: ImageTags): Origin => ({ commit: git.commit, at: git.committedAt, version: tags.version });

/**
 * The last commit that changed anything this image is made from: its Dockerfile, its ignore file, what it copies. So a commit that touches one service
 * leaves the digests of the others alone, and they are neither pushed nor replaced. From a changed tree, with build arguments, or where history is
 * cut off it is the commit that is checked out.
 * @returns undefined outside a repository
 */
export const originOf = async (
  project: Pick<Project, "git">,
  build: BuildInput,
  repository: Repository | undefined,
  tags: ImageTags,
  always: readonly string[],
): Promise<Origin | undefined> => {
  const { git } = project;
  if (git === undefined) return undefined;
  if (git.dirty || repository === undefined || Object.keys(build.args).length > 0) return atHead(git, tags);
  const inputs = stepsOf(readFileSync(build.dockerfile, "utf8"), build.target)?.at(-1)?.inputs ?? "everything";
  const paths = inputs === "everything" ? [build.context] : [...inputs].map((path) => join(build.context, path));
  const last = await repository.lastCommit([...paths, ...always]);
  if (last === undefined || last.commit === git.commit) return atHead(git, tags);
  return {
    commit: last.commit,
    at: last.at,
    version: tagsFor({ commit: last.commit, tagsHere: last.tags, tagsEverywhere: last.tags }).version,
  };
};
