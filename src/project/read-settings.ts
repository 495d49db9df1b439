import { dirname, resolve } from "node:path";
import type { SourceText } from "../core/index.ts";
import { type Lookup, mappingOf, mergeTrees, parseYaml, type Problem } from "../source/index.ts";
import { projectSettings } from "./config/settings.ts";
import { findFiles, foldersUp, hasComposeFile, nearestSettings, type ProjectFiles, readSource } from "./files.ts";
import { environmentLookup, layersOf, lenientReader, readSettingsFile } from "./layers.ts";
import type { Project } from "./project.ts";
import type { Reading } from "./read/reading.ts";
import { locateIn } from "./services.ts";

/** The settings that hold for files of no compose project, and where they are written. */
export type Settings = Pick<Project, "folder" | "files" | "policy" | "settings" | "locate">;

export interface ReadSettings {
  /** With the defaults in place of what could not be read. */
  readonly settings: Settings;
  /** What is wrong with `x-seaworthy` or `.seaworthy.yaml`; of the rest of a compose file nothing is said. */
  readonly problems: readonly Problem[];
}

/** The files that speak for a folder: those of the nearest compose project at or above it, unless a `.seaworthy.yaml` is nearer. */
const filesFor = (
  start: string,
  env: Readonly<Record<string, string | undefined>>,
  environment: string | undefined,
): ProjectFiles | undefined => {
  const settings = nearestSettings(start);
  const project = foldersUp(start).find(hasComposeFile);
  const isOfSettings = project === undefined || (settings !== undefined && dirname(settings).length > project.length);
  // An environment is one of a compose project.
  if (isOfSettings && environment === undefined)
    return settings === undefined ? undefined : { folder: dirname(settings), compose: [], settings };
  return findFiles(project ?? start, { env: { ...env, COMPOSE_FILE: undefined }, environment });
};

/**
 * Reads the settings that hold in a folder: of the compose files or the `.seaworthy.yaml` there or, up to the root of the git repository, nearest above.
 * Undefined when there are none. With an environment: of the compose project with that environment's file.
 * @throws what reading the files from disk may throw; INPUT_NOT_FOUND where the environment has no file, USAGE for a bad name of one
 */
export const readSettings = ({
  folder,
  env,
  environment,
  replaced,
}: {
  readonly folder: string;
  readonly environment?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Texts to read instead of what is on disk, by absolute path. */
  readonly replaced?: ReadonlyMap<string, string> | undefined;
}): ReadSettings | undefined => {
  const files = filesFor(resolve(folder), env, environment);
  if (files === undefined) return undefined;
  const reader = lenientReader();
  const lookup = reader.attempt<Lookup>(
    () => environmentLookup(files, files.folder, env),
    (variable) => env[variable],
  );
  const source = (path: string): SourceText => readSource(path, files.folder, replaced);
  const composeSources = files.compose.map(source);
  const compose = composeSources.flatMap((one) => reader.attempt(() => [parseYaml(one)], []));
  const unread = reader.sink.length;
  const { source: settingsSource, layer } = readSettingsFile(files, reader, replaced);
  const layers = layersOf({ compose, settings: layer, folder: files.folder, source }, lookup, reader);
  const sources = [...composeSources, ...(settingsSource === undefined ? [] : [settingsSource])];
  const [first] = sources;
  if (first === undefined) return undefined;
  const tree = layers.length === 0 ? mappingOf({ source: first, start: 0, end: 0 }) : mergeTrees(layers, reader.sink);
  const reading: Reading = { problems: [], folder: files.folder, lookup };
  const settings = projectSettings(tree, reading);
  return {
    settings: {
      folder: files.folder,
      files: sources,
      policy: { ...settings.policy, waivers: settings.waive },
      settings,
      locate: locateIn(tree),
    },
    problems: [
      ...reader.sink.slice(unread).filter(({ place }) => place === undefined || place.path === settingsSource?.path),
      ...reading.problems,
    ],
  };
};
