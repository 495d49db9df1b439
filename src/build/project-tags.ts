import { dirname, relative } from "node:path";
import { digestOf, hasCode, hexOf } from "../core/index.ts";
import type { Project } from "../project/index.ts";
import { openRepository, type Repository } from "./repository.ts";
import { type ImageTags, tagsFor } from "./tags.ts";

const isOutside = (folder: string, path: string): boolean => relative(folder, path).split("/", 1)[0] === "..";

/** Build contexts and Dockerfiles' folders that lie beside the project: what is changed there is in the image too. */
const foldersBeside = (project: Project): readonly string[] => {
  const named = project.services.flatMap(({ build }) => (build === undefined ? [] : [build.context, dirname(build.dockerfile)]));
  return [...new Set(named)].filter((folder) => isOutside(project.folder, folder)).toSorted();
};

/** Hex digest of everything that goes into images and differs from the commit; a folder that no commit holds always does. */
const changesOf = async (project: Project, repository: Repository): Promise<string | undefined> => {
  const beside = await Promise.all(
    foldersBeside(project).map(async (folder) => {
      try {
        return await openRepository(folder).changes();
      } catch (error) {
        if (hasCode(error, "INPUT_INVALID")) return `not in a repository: ${folder}`;
        throw error;
      }
    }),
  );
  // What git calls dirty and lists no file of is a submodule.
  const own = project.git?.dirty === true ? ((await repository.changes()) ?? "a submodule") : undefined;
  const all = [own, ...beside].filter((each) => each !== undefined);
  return all.length === 0 ? undefined : hexOf(digestOf(all.join("\n")));
};

/** The tags that images of this project's working tree get: the same before a build, after it, and when looking for what was pushed. */
export const projectTags = async (project: Project, repository?: Repository): Promise<ImageTags> => {
  const { git } = project;
  if (git === undefined) return tagsFor({ tagsHere: [], tagsEverywhere: [] });
  const asked = repository ?? openRepository(project.folder);
  const changes = await changesOf(project, asked);
  return tagsFor({
    commit: git.commit,
    ...(git.branch === undefined ? {} : { branch: git.branch }),
    tagsHere: git.tags,
    tagsEverywhere: await asked.allTags(),
    ...(changes === undefined ? {} : { changes }),
  });
};
