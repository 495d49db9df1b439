import { existsSync } from "node:fs";
import { basename, delimiter, dirname, extname, isAbsolute, join, relative, resolve } from "node:path";
import { readTextFile, SeaworthyError, SourceText } from "../core/index.ts";

/** The names of the Compose Specification (03-compose-file), in its order of preference. */
const BASE_NAMES = ["compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml"] as const;
const SETTINGS_FILE = ".seaworthy.yaml";
const ENVIRONMENT = /^[a-z0-9][a-z0-9_-]{0,62}$/;

/** The files that make a project, as absolute paths. */
export interface ProjectFiles {
  /** Absolute folder of the first compose file: what relative paths start from. */
  readonly folder: string;
  /** In the order of merging. */
  readonly compose: readonly string[];
  /** The nearest `.seaworthy.yaml` from the folder up to the root of its git repository. */
  readonly settings?: string;
  readonly dotenv?: string;
}

/** `compose.yaml` and `staging` give `compose.staging.yaml` and `compose.staging.yml`. */
const variants = (base: string, word: string): readonly string[] => {
  const stem = join(dirname(base), basename(base, extname(base)));
  return [`${stem}.${word}.yaml`, `${stem}.${word}.yml`].toSorted((a) => (extname(a) === extname(base) ? -1 : 1));
};

const baseFile = (folder: string): string => {
  const found = BASE_NAMES.map((name) => join(folder, name)).find((path) => existsSync(path));
  if (found !== undefined) return found;
  const has = (name: string): boolean => existsSync(join(folder, name));
  const beside = [has("Dockerfile") ? "a Dockerfile" : "", has(SETTINGS_FILE) ? SETTINGS_FILE : ""].filter((word) => word !== "");
  const hint =
    beside.length > 0
      ? `There is ${beside.join(" and ")}, which say nothing of how the container runs. Begin with a compose.yaml of "services: {app: {build: .}}".`
      : undefined;
  throw new SeaworthyError(
    "INPUT_NOT_FOUND",
    `no compose file in ${folder}: looked for ${BASE_NAMES.join(", ")}`,
    hint === undefined ? {} : { hint },
  );
};

/** The folder and those above it, up to the root of the git repository; outside of one the folder alone. */
export const foldersUp = (folder: string): readonly string[] => {
  const folders = [folder];
  for (let at = folder; !existsSync(join(at, ".git")); folders.push(at)) {
    const above = dirname(at);
    if (above === at) return [folder];
    at = above;
  }
  return folders;
};

/** The nearest `.seaworthy.yaml`. */
export const nearestSettings = (folder: string): string | undefined =>
  foldersUp(folder)
    .map((at) => join(at, SETTINGS_FILE))
    .find((path) => existsSync(path));

export const hasComposeFile = (folder: string): boolean => BASE_NAMES.some((name) => existsSync(join(folder, name)));

/** Files that the caller, or COMPOSE_FILE, names. */
const namedFiles = (
  folder: string,
  files: readonly string[] | undefined,
  env: Readonly<Record<string, string | undefined>>,
): readonly string[] => {
  if (files !== undefined && files.length > 0) return files.map((file) => resolve(folder, file));
  const separator = env["COMPOSE_PATH_SEPARATOR"] ?? delimiter;
  return (env["COMPOSE_FILE"] ?? "")
    .split(separator)
    .filter((file) => file !== "")
    .map((file) => resolve(folder, file));
};

/**
 * Finds a project's files. Without names: the first of compose.yaml, compose.yml, docker-compose.yaml, docker-compose.yml, and with it
 * `compose.override.yaml` when no environment is chosen. An environment adds `compose.NAME.yaml`, which must exist: a production release must not take up
 * what a developer overrides on a laptop.
 * @throws INPUT_NOT_FOUND with the names tried; USAGE for a bad environment's name.
 */
export const findFiles = (
  folder: string,
  {
    files,
    environment,
    env,
  }: {
    readonly files?: readonly string[] | undefined;
    readonly environment?: string | undefined;
    readonly env: Readonly<Record<string, string | undefined>>;
  },
): ProjectFiles => {
  if (environment !== undefined && !ENVIRONMENT.test(environment))
    throw new SeaworthyError(
      "USAGE",
      `"${environment}" is not the name of an environment: expected lower-case letters, digits, - and _, as in staging`,
    );
  const named = namedFiles(folder, files, env);
  const base = named[0] ?? baseFile(folder);
  const given = named.length > 0 ? named : [base];
  const missing = given.find((path) => !existsSync(path));
  if (missing !== undefined) throw new SeaworthyError("INPUT_NOT_FOUND", `there is no compose file ${missing}`);
  const override =
    named.length === 0 && environment === undefined ? variants(base, "override").find((path) => existsSync(path)) : undefined;
  const chosen = environment === undefined ? [] : variants(base, environment);
  const environmentFile = chosen.find((path) => existsSync(path));
  if (environment !== undefined && environmentFile === undefined)
    throw new SeaworthyError("INPUT_NOT_FOUND", `the environment ${environment} has no file: expected ${chosen.join(" or ")}`);
  const root = dirname(base);
  const settings = nearestSettings(root);
  const dotenv = join(root, ".env");
  return {
    folder: root,
    compose: [...given, ...[override, environmentFile].filter((path) => path !== undefined)],
    ...(settings === undefined ? {} : { settings }),
    ...(existsSync(dotenv) ? { dotenv } : {}),
  };
};

/** Reads a file under the name its user knows: relative to where the project is, when inside it. */
export const readSource = (path: string, folder: string, replaced?: ReadonlyMap<string, string>): SourceText => {
  const shown = relative(folder, path);
  return new SourceText(shown.startsWith("..") || isAbsolute(shown) ? path : shown, replaced?.get(path) ?? readTextFile(path));
};
