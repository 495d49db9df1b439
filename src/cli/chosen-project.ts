import { type LoadOptions, loadProject, type Project } from "../project/index.ts";
import type { Context } from "./context.ts";
import type { ProjectFlags } from "./flags.ts";

/** Which project the flags and the environment name. */
export const loadOptionsOf = (context: Context, flags: ProjectFlags): LoadOptions => ({
  folder: context.cwd,
  env: context.process.env,
  ...(flags.file === undefined ? {} : { files: flags.file }),
  ...(flags.env === undefined ? {} : { environment: flags.env }),
  ...(flags.profile === undefined ? {} : { profiles: flags.profile }),
});

/** Reads the project that the flags name. */
export const projectOf = (context: Context, flags: ProjectFlags): Promise<Project> => loadProject(loadOptionsOf(context, flags));
