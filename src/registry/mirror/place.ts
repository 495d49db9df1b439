import { MIRROR_PREFIX, mirrorName, type MirrorSettings } from "./settings.ts";

/** A repository of a mirror: what it is called here, and there. */
export interface Place {
  /** `mirror/docker.io/library/alpine` */
  readonly repository: string;
  /** `library/alpine` */
  readonly upstream: string;
}

export const isMirrored = (repository: string): boolean => repository === MIRROR_PREFIX || repository.startsWith(`${MIRROR_PREFIX}/`);

export const prefixOf = (settings: MirrorSettings): string => `${MIRROR_PREFIX}/${mirrorName(settings)}`;

/** Where a repository of this mirror comes from. Undefined when it is none of it. Docker Hub's `alpine` is `library/alpine`, so that an image is kept once. */
export const placeOf = (settings: MirrorSettings, repository: string): Place | undefined => {
  const prefix = `${prefixOf(settings)}/`;
  if (!repository.startsWith(prefix)) return undefined;
  const rest = repository.slice(prefix.length);
  const upstream = settings.upstream === "docker.io" && !rest.includes("/") ? `library/${rest}` : rest;
  return { repository: `${prefix}${upstream}`, upstream };
};

/** The one name of a mirrored repository that has several. */
export const canonical = (mirrors: readonly MirrorSettings[], repository: string): string =>
  mirrors.flatMap((settings) => placeOf(settings, repository) ?? [])[0]?.repository ?? repository;

/**
 * The name here of what a client that uses this registry as a mirror asks for by its name there (`?ns=docker.io`, as containerd sends it).
 * Undefined when no mirror is of that host.
 */
export const repositoryHere = (mirrors: readonly MirrorSettings[], host: string, repository: string): string | undefined => {
  const wanted = host === "index.docker.io" || host === "registry-1.docker.io" ? "docker.io" : host;
  const settings = mirrors.find(({ upstream }) => upstream === wanted);
  return settings === undefined ? undefined : (placeOf(settings, `${prefixOf(settings)}/${repository}`)?.repository ?? repository);
};
