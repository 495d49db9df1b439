import { dirname } from "node:path";
import { isSeaworthyError, type SourceText } from "../core/index.ts";
import {
  buildTrees,
  canonical,
  type Lookup,
  type MappingNode,
  type ParsedFile,
  parseDotenv,
  parseYaml,
  type Problem,
  problemsOf,
  resolveExtends,
  resolveIncludes,
  type TreesOf,
} from "../source/index.ts";
import { type ProjectFiles, readSource } from "./files.ts";
import { checkLayer, settingsLayer } from "./settings-file.ts";

/** The environment first, then `.env` beside the first compose file. */
export const environmentLookup = (files: ProjectFiles, folder: string, env: Readonly<Record<string, string | undefined>>): Lookup => {
  const own: Lookup = (variable) => (Object.hasOwn(env, variable) ? env[variable] : undefined);
  if (files.dotenv === undefined) return own;
  const values = parseDotenv(readSource(files.dotenv, folder), own);
  return (variable) => own(variable) ?? values.get(variable);
};

/** How problems of the files are met: the first stops the reading, or all are kept and what can be read is. */
export interface Reader {
  /** Absent: strict. */
  readonly sink?: Problem[];
  /** Runs one step; a refusal becomes problems and the fallback counts. Strict: it is thrown. */
  readonly attempt: <T>(step: () => T, fallback: T) => T;
}

export const STRICT: Reader = { attempt: (step) => step() };

export const lenientReader = (): Reader & { readonly sink: Problem[] } => {
  const sink: Problem[] = [];
  const attempt: Reader["attempt"] = (step, fallback) => {
    try {
      return step();
    } catch (error) {
      if (!isSeaworthyError(error)) throw error;
      sink.push(...problemsOf(error));
      return fallback;
    }
  };
  return { sink, attempt };
};

export interface LayerFiles {
  readonly compose: readonly ParsedFile[];
  /** `.seaworthy.yaml`; one that lies above the project speaks of its checks alone. */
  readonly settings: { readonly file: ParsedFile; readonly beside: boolean } | undefined;
  /** Absolute. */
  readonly folder: string;
  /** A file that include or extends brings in. */
  readonly source: (path: string) => SourceText;
}

/** The layers of the files, lowest first. A lenient reading follows `include` and `extends`, so that rules see what they bring in. */
export const layersOf = (
  { compose, settings, folder, source }: LayerFiles,
  lookup: Lookup,
  { sink, attempt }: Reader,
): readonly MappingNode[] => {
  const treesOf: TreesOf = (path) => buildTrees(parseYaml(source(path)), lookup, sink).map(canonical);
  return [
    ...(settings === undefined
      ? []
      : attempt(() => buildTrees(settings.file, lookup, sink).map(settings.beside ? settingsLayer : checkLayer), [])),
    ...compose.flatMap((file) => attempt(() => buildTrees(file, lookup, sink), [])),
  ]
    .map(canonical)
    .flatMap((layer) => (sink === undefined ? [layer] : [...resolveIncludes(layer, folder, treesOf, sink), layer]))
    .map((layer) => (sink === undefined ? layer : resolveExtends(layer, folder, treesOf, sink)));
};

/** `.seaworthy.yaml`, when there is one, and its place in the layers. */
export const readSettingsFile = (
  files: Pick<ProjectFiles, "folder" | "settings">,
  { attempt }: Reader,
  replaced?: ReadonlyMap<string, string>,
): { readonly source?: SourceText; readonly layer: LayerFiles["settings"] } => {
  const { settings: path, folder } = files;
  if (path === undefined) return { layer: undefined };
  const source = readSource(path, folder, replaced);
  const file = attempt(() => parseYaml(source), undefined);
  return { source, layer: file === undefined ? undefined : { file, beside: dirname(path) === folder } };
};
