import { formatReference, hasCode, parseReference, SeaworthyError } from "../core/index.ts";
import { projectOf } from "./chosen-project.ts";
import type { Context } from "./context.ts";
import type { ProjectFlags } from "./flags.ts";

const repositoryOf = (name: string): string | undefined => {
  try {
    const { registry, repository } = parseReference(name);
    return `${registry}/${repository}`;
  } catch {
    return undefined;
  }
};

/** Services of this folder's project that run an image, as its file or docker compose names theirs; none where it has no project that can be read. */
export const servicesOfImage = async (
  context: Context,
  names: readonly string[],
  { env }: Pick<ProjectFlags, "env">,
): Promise<readonly string[]> => {
  const project = await projectOf(context, env === undefined ? {} : { env }).catch(() => undefined);
  const known = new Set(names.flatMap((name) => repositoryOf(name) ?? []));
  return (project?.services ?? []).flatMap(({ name, spec }) => {
    const image = spec.image === undefined ? `${project?.name}-${name}` : formatReference(spec.image);
    return known.has(repositoryOf(image) ?? "") ? [name] : [];
  });
};

/**
 * The service that an image is said to be of: one of this folder's project or, where there is none, one that a waiver names.
 * @throws USAGE for another name; what is wrong with the project
 */
export const serviceNamed = async (
  context: Context,
  service: string,
  ofWaivers: readonly string[],
  { env }: Pick<ProjectFlags, "env">,
): Promise<string> => {
  let known = ofWaivers;
  try {
    known = (await projectOf(context, env === undefined ? {} : { env })).services.map(({ name }) => name);
  } catch (error) {
    if (!hasCode(error, "INPUT_NOT_FOUND")) throw error;
  }
  if (known.includes(service)) return service;
  throw new SeaworthyError("USAGE", `--service ${service}: there is no such service here`, {
    hint: known.length === 0 ? "This folder has no project, and no waiver names a service." : `There are ${known.join(", ")}.`,
  });
};
