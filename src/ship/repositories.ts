import { parseReference, type Reference } from "../core/index.ts";
import type { Project, Service } from "../project/index.ts";

/** The project's name without its environment: one image for every environment, so one repository. */
export const baseName = (project: Pick<Project, "name" | "environment">): string =>
  project.environment !== undefined && project.name.endsWith(`-${project.environment}`)
    ? project.name.slice(0, -project.environment.length - 1)
    : project.name;

/**
 * Where a built service's image lives: what `image:` names beside `build:`; else x-seaworthy.registry.repository,
 * with `-<service>` behind it when the project builds several; else the embedded registry at `address`.
 */
export const repositoryOf = (project: Project, service: Service, address: string): Reference => {
  const named = service.spec.image;
  if (named !== undefined) return { registry: named.registry, repository: named.repository };
  const { repository } = project.settings.registry;
  if (repository === undefined) return { registry: address, repository: `${baseName(project)}/${service.name}` };
  const several = project.services.filter((one) => one.build !== undefined && one.spec.image === undefined).length > 1;
  return parseReference(several ? `${repository}-${service.name}` : repository);
};
