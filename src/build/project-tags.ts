import type { Project } from "../project/index.ts";
import { openRepository, type Repository } from "./repository.ts";
import { type ImageTags, tagsFor } from "./tags.ts";

/** The tags that images of this project's working tree get: the same before a build, after it, and when looking for what was pushed. */
export const projectTags = async (project: Project, repository?: Repository): Promise<ImageTags> => {
  const { git } = project;
  if (git === undefined) return tagsFor({ tagsHere: [], tagsEverywhere: [] });
  const asked = repository ?? openRepository(project.folder);
  const changes = git.dirty ? await asked.changes() : undefined;
  return tagsFor({
    commit: git.commit,
    ...(git.branch === undefined ? {} : { branch: git.branch }),
    tagsHere: git.tags,
    tagsEverywhere: await asked.allTags(),
    ...(changes === undefined ? {} : { changes }),
  });
};
