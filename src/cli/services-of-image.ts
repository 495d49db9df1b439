import { formatReference, parseReference } from "../core/index.ts";
import { projectOf } from "./chosen-project.ts";
import type { Context } from "./context.ts";

const repositoryOf = (name: string): string | undefined => {
  try {
    const { registry, repository } = parseReference(name);
    return `${registry}/${repository}`;
  } catch {
    return undefined;
  }
};

/** Services of this folder's project that run an image, as its file or docker compose names theirs; none where it has no project that can be read. */
export const servicesOfImage = async (context: Context, names: readonly string[]): Promise<readonly string[]> => {
  const project = await projectOf(context, {}).catch(() => undefined);
  const known = new Set(names.flatMap((name) => repositoryOf(name) ?? []));
  return (project?.services ?? []).flatMap(({ name, spec }) => {
    const image = spec.image === undefined ? `${project?.name}-${name}` : formatReference(spec.image);
    return known.has(repositoryOf(image) ?? "") ? [name] : [];
  });
};
