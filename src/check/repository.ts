import { lstatSync } from "node:fs";
import { dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import type { Finding, Profile, Severity } from "../checklist/index.ts";
import { isSeaworthyError, type SeaworthyError, SourceText } from "../core/index.ts";
import { type Project, readProject, readSettings, type RuleSettings, type Settings } from "../project/index.ts";
import type { Problem } from "../source/index.ts";
import { type BaseImages, findBases, type KnownBases } from "./base-images.ts";
import { isBaseName } from "./compose-files.ts";
import { checkedText, discover } from "./discover.ts";
import { type CheckedFile, checkFiles, problemFinding } from "./files.ts";
import { drained } from "./drained.ts";
import { loadRules } from "./catalogue.ts";
import { byPlace, type CheckResult, rulesOf } from "./judge.ts";
import { loadFindings } from "./load-findings.ts";
import { dockerfileBases } from "./kinds/dockerfile.ts";
import { unreadable } from "./kinds/unreadable.ts";
import type { AnyRule } from "./rule.ts";
import { checkProject } from "./run.ts";
import { projectBases } from "./service-dockerfiles.ts";
import { namedFrom } from "./settings-place.ts";
import { settingsSuppressions } from "./settings-suppressions.ts";
import { severitiesOf, unknownRules } from "./severities.ts";
import type { Suppressed } from "./suppression.ts";

export interface RepositoryOptions {
  /** Where paths start from, and what findings are named from. Absolute. */
  readonly cwd: string;
  /** Files and folders; `-` is standard input. Default: the folder itself. */
  readonly paths?: readonly string[];
  /** The project of the folder itself, when it has one: its settings hold for the other files too. */
  readonly project?: Project;
  /** Default: what the settings say. */
  readonly profile?: Profile;
  /** What keeps that project from being loaded. */
  readonly problems?: readonly Problem[];
  /** Who is asked how base images are configured. Default: nobody. */
  readonly baseImages?: BaseImages | undefined;
  /** Texts to judge instead of what is on disk, by absolute path. */
  readonly replaced?: ReadonlyMap<string, string>;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** False leaves out what all of it proves. Default true. */
  readonly evidence?: boolean;
  /** Told how many files there are before the first is judged. */
  readonly onFound?: (count: number) => void;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Standard input's text, asked for when `-` is among the paths. */
  readonly stdin?: () => string;
}

export interface RepositoryResult extends CheckResult {
  /** The texts that findings point into. */
  readonly sources: readonly SourceText[];
  /** The rules that there was something for, and more. */
  readonly rules: readonly AnyRule[];
  /** Nothing was there that any rule judges. */
  readonly empty: boolean;
  /** Findings at or above it count as a failure. */
  readonly fail: Severity;
}

const placeKey = ({ path, range }: Pick<Finding, "path" | "range">): string => `${path}:${range?.start.offset ?? ""}`;

/** What several results say of the settings they share is said once. */
const onceEach = (findings: readonly Finding[]): readonly Finding[] => {
  const seen = new Set<string>();
  return findings.filter((finding) => {
    if (finding.item !== undefined) return true;
    const key = `${finding.rule} ${placeKey(finding)} ${finding.message}`;
    return !seen.has(key) && seen.add(key);
  });
};

/** Several results as one. An ignore in the settings that was of use in one of them is not unused because another had no use for it. */
const merged = (results: readonly CheckResult[]): CheckResult => {
  const suppressed = results.flatMap((one) => one.suppressed);
  const used = new Set(suppressed.map(({ by }) => placeKey(by)));
  return {
    findings: onceEach(results.flatMap((one) => one.findings))
      .filter((finding) => finding.rule !== "suppression/unused" || !used.has(placeKey(finding)))
      .toSorted(byPlace),
    evidence: results.flatMap((one) => one.evidence),
    suppressed,
  };
};

/** A project of another folder names its files from there: here they are named from where we stand. */
const renamed = (result: CheckResult, name: (path: string) => string): CheckResult => {
  const named = (finding: Finding): Finding => ({
    ...finding,
    path: name(finding.path),
    ...(finding.fix === undefined ? {} : { fix: { ...finding.fix, path: name(finding.fix.path) } }),
  });
  return {
    ...result,
    findings: result.findings.map(named),
    suppressed: result.suppressed.map(({ finding, by }): Suppressed => ({
      finding: named(finding),
      by: { ...by, path: name(by.path) },
    })),
  };
};

const refused = (path: string, error: SeaworthyError): CheckResult => ({
  findings: unreadable(new SourceText(path, ""), error).map(({ place: _, ...problem }) =>
    problemFinding({ ...problem, place: { path, range: new SourceText(path, "").range(0, 0) } }),
  ),
  evidence: [],
  suppressed: [],
});

interface Nested {
  readonly composeFile: string;
  /** Why it cannot be read, otherwise. */
  readonly read: Awaited<ReturnType<typeof readProject>> | SeaworthyError;
}

const readNested = async (composeFile: string, { env, replaced }: RepositoryOptions): Promise<Nested> => {
  try {
    return {
      composeFile,
      read: await readProject({
        folder: dirname(composeFile),
        files: isBaseName(composeFile) ? undefined : [composeFile],
        env,
        git: false,
        profiles: ["*"],
        replaced,
      }),
    };
  } catch (error) {
    if (isSeaworthyError(error)) return { composeFile, read: error };
    throw error;
  }
};

/** The files that a project takes up beside the one that it begins with. */
const takenUpBy = ({ composeFile, read }: Nested): readonly string[] =>
  isSeaworthyError(read)
    ? []
    : read.project.files.map(({ path }) => resolve(dirname(composeFile), path)).filter((path) => path !== composeFile);

/** The project of a compose file found on the way; one that cannot be read is a finding. */
const checkNested = (
  { composeFile, read }: Nested,
  { cwd, evidence = true, now, profile, replaced }: RepositoryOptions,
  bases: KnownBases | undefined,
): { readonly result: CheckResult; readonly sources: readonly SourceText[] } => {
  if (isSeaworthyError(read)) return { result: refused(relative(cwd, composeFile), read), sources: [] };
  const prefix = relative(cwd, dirname(composeFile));
  const name = (path: string): string => (isAbsolute(path) ? namedFrom(cwd, path) : join(prefix, path));
  const { project, problems } = read;
  try {
    return {
      result: renamed(
        checkProject(project, { now, problems, bases, replaced, evidence, ...(profile === undefined ? {} : { profile }) }),
        name,
      ),
      sources: project.files.map((file) => new SourceText(name(file.path), file.text)),
    };
  } catch (error) {
    if (isSeaworthyError(error)) return { result: refused(relative(cwd, composeFile), error), sources: [] };
    throw error;
  }
};

/** The projects of compose files beside the one that is given, and the files that any of them takes up. */
const readProjects = async (
  composeFiles: readonly string[],
  options: RepositoryOptions,
): Promise<{ readonly projects: Nested[]; readonly takenUp: ReadonlySet<string> }> => {
  const { cwd, project } = options;
  const ownFiles = new Set((project?.files ?? []).map(({ path }) => resolve(project?.folder ?? cwd, path)));
  const all = await Promise.all(
    composeFiles
      .filter((path) => !ownFiles.has(path) && !(dirname(path) === project?.folder && isBaseName(path)))
      .map((path) => readNested(path, options)),
  );
  const takenUp = new Set([...ownFiles, ...all.flatMap(takenUpBy)]);
  // What another takes up under a name of its own is judged there.
  return { projects: all.filter(({ composeFile }) => isBaseName(composeFile) || !takenUp.has(composeFile)), takenUp };
};

/** What keeps a Dockerfile or an ignore file from being read is said when it is judged. */
const readableBases = (project: Project, replaced: RepositoryOptions["replaced"]): ReturnType<typeof projectBases> => {
  try {
    return projectBases(project, replaced);
  } catch (error) {
    if (isSeaworthyError(error)) return [];
    throw error;
  }
};

/** Asks once for all images that anything here is built on or runs: judging then asks nobody. */
const basesFor = async (
  { baseImages, project, replaced }: RepositoryOptions,
  nested: readonly Nested[],
  files: readonly CheckedFile[],
  settings: RuleSettings,
): Promise<KnownBases | undefined> => {
  if (baseImages === undefined) return undefined;
  const projects = [
    ...(project === undefined ? [] : [project]),
    ...nested.flatMap(({ read }) => (isSeaworthyError(read) ? [] : [read.project])),
  ];
  const dockerfiles = files.filter(({ kind }) => kind === "dockerfile");
  return findBases(
    [...projects.flatMap((one) => readableBases(one, replaced)), ...dockerfiles.flatMap(({ source }) => dockerfileBases(source, settings))],
    baseImages,
  );
};

/** The folder that holds all that is named. */
const folderOf = (cwd: string, paths: readonly string[]): string => {
  const folders = paths
    .map((path) => resolve(cwd, path))
    .map((path) => (lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === false ? dirname(path) : path));
  let [common = cwd] = folders;
  while (!folders.every((folder) => folder === common || folder.startsWith(common.endsWith(sep) ? common : `${common}${sep}`)))
    common = dirname(common);
  return common;
};

/** Whether all that the settings may speak of is looked at. */
const isWhole = ({ folder }: Settings, cwd: string, paths: readonly string[]): boolean =>
  paths.some((path) => path !== "-" && !relative(resolve(cwd, path), folder).startsWith(".."));

/** What holds for files of no compose project: the settings of the folder's own, else the nearest at or above what is named. */
const governing = (
  { cwd, env, project, replaced }: RepositoryOptions,
  onDisk: readonly string[],
): { readonly settings?: Settings; readonly findings: readonly Finding[]; readonly sources: readonly SourceText[] } => {
  if (project !== undefined) return { settings: project, findings: [], sources: [] };
  const read = readSettings({ folder: folderOf(cwd, onDisk), env, replaced });
  if (read === undefined) return { findings: [], sources: [] };
  const { settings, problems } = read;
  const name = (path: string): string => namedFrom(cwd, resolve(settings.folder, path));
  return {
    settings,
    findings: [
      ...loadFindings(problems, settings).map((finding) => ({ ...finding, path: name(finding.path) })),
      ...unknownRules(settings, cwd),
    ],
    sources: settings.files.map(({ path, text }) => new SourceText(name(path), text)),
  };
};

/**
 * Judges a repository: its own project, the compose projects in its folders, and every other file that a rule judges.
 * @throws INPUT_NOT_FOUND, INPUT_INVALID for a path that is named and cannot be judged; INPUT_TOO_LARGE
 */
export const checkRepository = async (options: RepositoryOptions): Promise<RepositoryResult> => {
  const { cwd, evidence = true, project, now, problems = [], replaced, paths = ["."] } = options;
  const onDisk = paths.filter((path) => path !== "-");
  const found = onDisk.length === 0 ? undefined : await discover(onDisk, cwd);
  const piped: readonly CheckedFile[] = paths.includes("-") ? checkedText(options.stdin?.() ?? "") : [];
  const onDiskFiles = (found?.files ?? []).map((file): CheckedFile => {
    const text = replaced?.get(resolve(cwd, file.source.path));
    return text === undefined ? file : { ...file, source: new SourceText(file.source.path, text) };
  });
  const files = [...onDiskFiles, ...piped];
  const rules = await loadRules(new Set(files.map(({ kind }) => kind)));
  options.onFound?.(files.length + (found?.compose ?? []).length);
  const { projects: readable, takenUp } = await readProjects(found?.compose ?? [], options);
  const { settings, ...fromSettings } = governing(options, onDisk);
  const check = settings?.settings.check;
  const profile = options.profile ?? check?.profile ?? settings?.policy.profile ?? "production";
  const built = new Set((project?.services ?? []).flatMap(({ build }) => (build === undefined ? [] : [build.dockerfile])));
  // The Dockerfiles of the project's services are judged as their builds use them.
  const otherFiles = files.filter(({ source }) => !built.has(resolve(cwd, source.path)));
  const bases = await basesFor(options, readable, otherFiles, { ...check });
  const own = project === undefined ? [] : [checkProject(project, { now, problems, profile, bases, replaced, evidence })];
  const nested = Array.from(drained(readable), (one) => checkNested(one, options, bases));
  const others = checkFiles(otherFiles, {
    now,
    evidence,
    ...(bases === undefined ? {} : { bases }),
    profile,
    rules: rulesOf(rules, profile),
    settings: { ...check, profile },
    ...(settings === undefined
      ? {}
      : {
          ignores: settingsSuppressions(settings, cwd, { partial: project === undefined && !isWhole(settings, cwd, paths) }),
          severities: severitiesOf(settings, cwd, now),
        }),
  });
  const overlays = [...(found?.overlays ?? [])].flatMap(([path, remark]) => (takenUp.has(path) ? [] : [remark]));
  const remarks: CheckResult = {
    findings: [...(found?.remarks ?? []), ...overlays, ...fromSettings.findings],
    evidence: [],
    suppressed: [],
  };
  return {
    ...merged([...own, ...nested.map((one) => one.result), others, remarks]),
    sources: [
      ...(project?.files ?? []),
      ...fromSettings.sources,
      ...nested.flatMap((one) => one.sources),
      ...files.map((file) => file.source),
    ],
    rules,
    empty: project === undefined && nested.length === 0 && files.length === 0,
    fail: check?.fail ?? (profile === "dev" ? "error" : "warning"),
  };
};
