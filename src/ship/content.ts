import type { Project } from "../project/index.ts";
import { readContent, type RunOptions } from "../release/index.ts";

/** Reads the project's secrets and configs where their sources have them now. */
export const contentOf =
  (project: Project): NonNullable<RunOptions["content"]> =>
  (kind, key) => {
    const source = (kind === "secret" ? project.secrets : project.configs).find((one) => one.key === key);
    return source === undefined ? undefined : readContent(source, kind);
  };
