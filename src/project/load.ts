import { resolve } from "node:path";
import { SeaworthyError, type SourceText } from "../core/index.ts";
import {
  child,
  type ComposeNode,
  type Entry,
  entryPlace,
  type Lookup,
  mappingOf,
  type MappingNode,
  mergeTrees,
  parseYaml,
  type Problem,
  problemsError,
} from "../source/index.ts";
import { projectSettings } from "./config/settings.ts";
import { findFiles, readSource } from "./files.ts";
import { readGit } from "./git.ts";
import { environmentLookup, layersOf, lenientReader, type Reader, readSettingsFile, STRICT } from "./layers.ts";
import { projectName } from "./name.ts";
import type { GitState, Project, Service } from "./project.ts";
import { type Reading, unknownField } from "./read/reading.ts";
import { REFUSED_TOP_LEVEL } from "./read/refused.ts";
import { listOf, name } from "./read/scalars.ts";
import { namedEntries, readConfig, readNetwork, readSecret, readVolume } from "./read/top-level.ts";
import { checkReferences, checkWaivers } from "./references.ts";
import { locateIn, readService } from "./services.ts";

export interface LoadOptions {
  /** Where the project is. */
  readonly folder: string;
  /** Compose files instead of those found, later over earlier. Relative to `folder`. */
  readonly files?: readonly string[] | undefined;
  /** `--env NAME`: adds `compose.NAME.yaml` and names the project `<name>-NAME`. */
  readonly environment?: string | undefined;
  /** Active profiles; `*` is all. Default: COMPOSE_PROFILES. */
  readonly profiles?: readonly string[] | undefined;
  /** Default: the process's environment. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  /** Texts to read instead of what is on disk, by absolute path: what a fix would make of them. */
  readonly replaced?: ReadonlyMap<string, string> | undefined;
  /** False leaves git alone; a state is taken as it is. Default: asked of git. */
  readonly git?: false | GitState | undefined;
}

const TOP_LEVEL = ["name", "version", "services", "networks", "volumes", "secrets", "configs", "x-seaworthy"] as const;

const checkTopLevel = (root: MappingNode, reading: Reading): void => {
  for (const [key, entry] of root.entries) {
    const reason = Object.hasOwn(REFUSED_TOP_LEVEL, key) ? REFUSED_TOP_LEVEL[key] : undefined;
    if (reason !== undefined)
      reading.problems.push({ code: "FIELD_UNSUPPORTED", place: entryPlace(entry), message: `${key} is not supported: ${reason}` });
    else if (!key.startsWith("x-") && !TOP_LEVEL.some((known) => known === key))
      unknownField(reading, entryPlace(entry), key, "", [...TOP_LEVEL, ...Object.keys(REFUSED_TOP_LEVEL)]);
  }
};

/** A service without profiles always runs; one with profiles when one of them is active. */
const isActive = (service: ComposeNode, path: string, active: ReadonlySet<string>, reading: Reading): boolean => {
  const written = child(service, "profiles");
  if (written === undefined || active.has("*")) return true;
  const profiles = listOf(name)(written, path, { ...reading, problems: [] }) ?? [];
  return profiles.length === 0 || profiles.some((profile) => active.has(profile));
};

/** Variables that are missing somewhere that counts: not in extensions nobody reads, nor in services that do not run. */
const unresolved = (node: ComposeNode): readonly Problem[] => {
  if (node.kind === "scalar") return node.problems ?? [];
  if (node.kind === "sequence") return node.items.flatMap(unresolved);
  return [...node.entries]
    .filter(([key]) => !key.startsWith("x-") || key === "x-seaworthy")
    .flatMap(([, entry]) => unresolved(entry.value));
};

/** The merged tree without the services that no active profile asks for. */
const activeTree = (root: MappingNode, profiles: ReadonlySet<string>, reading: Reading): MappingNode => {
  const services = root.entries.get("services");
  if (services?.value.kind !== "mapping") return root;
  const kept = [...services.value.entries].filter(([key, entry]) => isActive(entry.value, `services.${key}.profiles`, profiles, reading));
  const entries = new Map(root.entries);
  entries.set("services", { key: services.key, value: { ...services.value, entries: new Map(kept) } });
  return { ...root, entries };
};

const readServices = (root: MappingNode, secrets: Parameters<typeof readService>[2], reading: Reading): readonly Service[] =>
  namedEntries(root, "services", reading)
    .map(([key, entry]: readonly [string, Entry]) => readService(key, entry, secrets, reading))
    .filter((service) => service !== undefined);

const resolveProject = (root: MappingNode, projectKey: string, profiles: ReadonlySet<string>, reading: Reading) => {
  checkTopLevel(root, reading);
  const tree = activeTree(root, profiles, reading);
  reading.problems.push(...unresolved(tree));
  // What a missing variable does to the rest is not a second problem.
  if (reading.lenient !== true && reading.problems.some((problem) => problem.code === "VARIABLE_MISSING"))
    throw problemsError(reading.problems);
  const secrets = new Map(namedEntries(tree, "secrets", reading).map(([key, { value }]) => [key, readSecret(key, value, reading)]));
  const configs = new Map(namedEntries(tree, "configs", reading).map(([key, { value }]) => [key, readConfig(key, value, reading)]));
  const volumes = new Map(
    namedEntries(tree, "volumes", reading).map(([key, { value }]) => [key, readVolume(key, value, projectKey, reading)]),
  );
  const networks = new Map(
    namedEntries(tree, "networks", reading).map(([key, { value }]) => [key, readNetwork(key, value, projectKey, reading)]),
  );
  const services = readServices(tree, secrets, reading);
  if (!networks.has("default") && services.some(({ spec }) => spec.networks.some(({ network }) => network === "default")))
    networks.set("default", readNetwork("default", { ...root, entries: new Map() }, projectKey, reading));
  const allServices = new Set(namedEntries(root, "services", { ...reading, problems: [] }).map(([key]) => key));
  checkReferences(services, { networks, volumes, secrets, configs, allServices }, reading);
  const settings = projectSettings(tree, reading);
  checkWaivers(settings, allServices, locateIn(tree), reading);
  if (allServices.size === 0 && reading.problems.length === 0)
    reading.problems.push({ code: "INPUT_INVALID", message: `${root.source.path}: there are no services` });
  if (reading.lenient !== true && reading.problems.length > 0) throw problemsError(reading.problems);
  return {
    tree,
    services,
    networks: [...networks.values()],
    volumes: [...volumes.values()],
    secrets: [...secrets.values()].filter((source) => source !== undefined),
    configs: [...configs.values()].filter((source) => source !== undefined),
    settings,
  };
};

const activeProfiles = (options: LoadOptions, lookup: Lookup): ReadonlySet<string> =>
  new Set(options.profiles ?? (lookup("COMPOSE_PROFILES") ?? "").split(",").filter((profile) => profile !== ""));

const FALLBACK_NAME = "project";

const read = async (options: LoadOptions, reader: Reader): Promise<Project> => {
  const env = options.env ?? process.env;
  const start = resolve(options.folder);
  const files = findFiles(start, { files: options.files, environment: options.environment, env });
  const git = options.git === undefined ? readGit(files.folder) : Promise.resolve(options.git === false ? undefined : options.git);
  // A refused file is the error to show; git's own failure then does not matter.
  git.catch(() => undefined);
  const sources = files.compose.map((path) => readSource(path, files.folder, options.replaced));
  const lookup = reader.attempt<Lookup>(
    () => environmentLookup(files, files.folder, env),
    (variable) => env[variable],
  );
  const compose = sources.flatMap((source) => reader.attempt(() => [parseYaml(source)], []));
  const { source: settingsSource, layer: settings } = readSettingsFile(files, reader, options.replaced);
  const suffix = options.environment === undefined ? "" : `-${options.environment}`;
  const projectKey = reader.attempt(() => projectName(compose, files.folder, lookup), FALLBACK_NAME) + suffix;
  const withName: Lookup = (variable) => (variable === "COMPOSE_PROJECT_NAME" ? projectKey : lookup(variable));
  // What include and extends bring in is read once, and is among the project's files.
  const brought = new Map<string, SourceText>();
  const source = (path: string): SourceText => {
    const found = brought.get(path) ?? readSource(path, files.folder, options.replaced);
    brought.set(path, found);
    return found;
  };
  const layers = layersOf({ compose, settings, folder: files.folder, source }, withName, reader);
  const [first] = sources;
  if (layers.length === 0 && reader.sink === undefined)
    throw new SeaworthyError("INPUT_INVALID", `${files.compose.join(", ")}: the file is empty; expected services:`);
  const reading: Reading = {
    problems: reader.sink ?? [],
    folder: files.folder,
    lookup: withName,
    ...(reader.sink === undefined ? {} : { lenient: true }),
  };
  const merged =
    layers.length === 0 && first !== undefined ? mappingOf({ source: first, start: 0, end: 0 }) : mergeTrees(layers, reader.sink);
  const { tree, ...resolved } = resolveProject(merged, projectKey, activeProfiles(options, lookup), reading);
  const state = await git;
  return {
    name: projectKey,
    ...(options.environment === undefined ? {} : { environment: options.environment }),
    folder: files.folder,
    files: [...sources, ...brought.values(), ...(settingsSource === undefined ? [] : [settingsSource])],
    ...(state === undefined ? {} : { git: state }),
    ...resolved,
    policy: { ...resolved.settings.policy, waivers: resolved.settings.waive },
    locate: locateIn(tree),
    written: tree,
  };
};

/**
 * Reads a project: finds its compose files, parses, interpolates and merges them as the Compose Specification says, and resolves every service of an
 * active profile to a ContainerSpec. Nothing is contacted but git. Every problem of the merged files is reported in one error, by line and column.
 * @throws INPUT_NOT_FOUND (no compose file, no environment's file), INPUT_INVALID, FIELD_UNKNOWN, FIELD_UNSUPPORTED, VARIABLE_MISSING, INPUT_TOO_LARGE
 */
export const loadProject = (options: LoadOptions): Promise<Project> => read(options, STRICT);

/** A project as far as it can be read, and all that keeps it from being run. */
export interface ReadProject {
  /** To be judged, never to be run: what could not be read is missing from it. */
  readonly project: Project;
  /** What `loadProject` would refuse; empty when it would not. */
  readonly problems: readonly Problem[];
}

/** A value that hangs on a missing variable is wrong in other ways too: that is one problem. */
const distinct = (problems: readonly Problem[]): readonly Problem[] => {
  const lineOf = ({ place }: Problem): string => (place === undefined ? "" : `${place.path}:${(place.value ?? place.range).start.line}`);
  const missing = new Set(problems.filter((problem) => problem.code === "VARIABLE_MISSING").map(lineOf));
  const kept = problems.filter(
    (problem) => problem.code === "VARIABLE_MISSING" || problem.place === undefined || !missing.has(lineOf(problem)),
  );
  return [...new Map(kept.map((problem) => [`${lineOf(problem)} ${problem.message}`, problem])).values()];
};

/**
 * Reads a project for judging it. Where `loadProject` refuses, this goes on: fields that are unknown or not honoured, missing variables, files that are not
 * there, even a file that is no YAML. `include` and `extends` are followed.
 * @throws INPUT_NOT_FOUND for no compose file, or none of the environment; USAGE; what reading the files from disk may throw
 */
export const readProject = async (options: LoadOptions): Promise<ReadProject> => {
  const reader = lenientReader();
  const project = await read(options, reader);
  return { project, problems: distinct(reader.sink) };
};
