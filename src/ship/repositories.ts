import { isSeaworthyError, parseReference, type Reference, SeaworthyError } from "../core/index.ts";
import type { Project, Service } from "../project/index.ts";

/** The project's name without its environment: one image for every environment, so one repository. */
export const baseName = (project: Pick<Project, "name" | "environment">): string =>
  project.environment !== undefined && project.name.endsWith(`-${project.environment}`)
    ? project.name.slice(0, -project.environment.length - 1)
    : project.name;

/** A service's name may have capitals and ends that a repository's may not. */
const named = (text: string, service: Service): Reference => {
  try {
    return parseReference(text);
  } catch (error) {
    if (!isSeaworthyError(error)) throw error;
    throw new SeaworthyError("INPUT_INVALID", `the image of ${service.name} cannot be named after it: ${error.message}`, {
      cause: error,
      hint: `Name it beside build: in services.${service.name}, as in image: registry.example/team/name.`,
    });
  }
};

/**
 * Where a built service's image lives: what `image:` names beside `build:`; else x-seaworthy.registry.repository,
 * with `-<service>` behind it when the project builds several; else the embedded registry at `address`. @throws INPUT_INVALID
 */
export const repositoryOf = (project: Project, service: Service, address: string): Reference => {
  const written = service.spec.image;
  if (written !== undefined) return { registry: written.registry, repository: written.repository };
  const { repository } = project.settings.registry;
  if (repository === undefined) return named(`${address}/${baseName(project)}/${service.name}`, service);
  const several = project.services.filter((one) => one.build !== undefined && one.spec.image === undefined).length > 1;
  return named(several ? `${repository}-${service.name}` : repository, service);
};
