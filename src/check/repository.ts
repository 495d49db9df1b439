import { dirname, join, relative, resolve } from "node:path";
import type { Finding } from "../checklist/index.ts";
import { isSeaworthyError, type SeaworthyError, SourceText } from "../core/index.ts";
import { type Project, readProject } from "../project/index.ts";
import type { Problem } from "../source/index.ts";
import { checkedText, discover } from "./discover.ts";
import { type CheckedFile, checkFiles, problemFinding } from "./files.ts";
import { byPlace, type CheckResult } from "./judge.ts";
import { unreadable } from "./kinds/unreadable.ts";
import { checkProject } from "./run.ts";
import { settingsSuppressions, type Suppressed } from "./suppression.ts";

export interface RepositoryOptions {
  /** Where paths start from, and what findings are named from. Absolute. */
  readonly cwd: string;
  /** Files and folders; `-` is standard input. Default: the folder itself. */
  readonly paths?: readonly string[];
  /** The project of the folder itself, when it has one: its settings hold for the other files too. */
  readonly project?: Project;
  /** What keeps that project from being loaded. */
  readonly problems?: readonly Problem[];
  /** Texts to judge instead of what is on disk, by absolute path. */
  readonly replaced?: ReadonlyMap<string, string>;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Standard input's text, asked for when `-` is among the paths. */
  readonly stdin?: () => string;
}

export interface RepositoryResult extends CheckResult {
  /** The texts that findings point into. */
  readonly sources: readonly SourceText[];
  /** Nothing was there that any rule judges. */
  readonly empty: boolean;
}

const placeKey = ({ path, range }: Pick<Finding, "path" | "range">): string => `${path}:${range?.start.offset ?? ""}`;

/** Several results as one. An ignore in the settings that was of use in one of them is not unused because another had no use for it. */
const merged = (results: readonly CheckResult[]): CheckResult => {
  const suppressed = results.flatMap((one) => one.suppressed);
  const used = new Set(suppressed.map(({ by }) => placeKey(by)));
  return {
    findings: results
      .flatMap((one) => one.findings)
      .filter((finding) => finding.rule !== "suppression/unused" || !used.has(placeKey(finding)))
      .toSorted(byPlace),
    evidence: results.flatMap((one) => one.evidence),
    suppressed,
  };
};

/** A project of another folder names its files from there: here they are named from where we stand. */
const renamed = (result: CheckResult, prefix: string): CheckResult => {
  const named = (finding: Finding): Finding => ({
    ...finding,
    path: join(prefix, finding.path),
    ...(finding.fix === undefined ? {} : { fix: { ...finding.fix, path: join(prefix, finding.fix.path) } }),
  });
  return {
    ...result,
    findings: result.findings.map(named),
    suppressed: result.suppressed.map(({ finding, by }): Suppressed => ({
      finding: named(finding),
      by: { ...by, path: join(prefix, by.path) },
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

/** The project of a compose file found on the way; one that cannot be read is a finding. */
const checkNested = async (
  composeFile: string,
  { cwd, env, now, replaced }: RepositoryOptions,
): Promise<{ readonly result: CheckResult; readonly sources: readonly SourceText[] }> => {
  const folder = dirname(composeFile);
  const prefix = relative(cwd, folder);
  try {
    const { project, problems } = await readProject({ folder, env, git: false, profiles: ["*"], replaced });
    return {
      result: renamed(checkProject(project, { now, problems }), prefix),
      sources: project.files.map((file) => new SourceText(join(prefix, file.path), file.text)),
    };
  } catch (error) {
    if (isSeaworthyError(error)) return { result: refused(relative(cwd, composeFile), error), sources: [] };
    throw error;
  }
};

/**
 * Judges a repository: its own project, the compose projects in its folders, and every other file that a rule judges.
 * @throws INPUT_NOT_FOUND, INPUT_INVALID for a path that is named and cannot be judged; INPUT_TOO_LARGE
 */
export const checkRepository = async (options: RepositoryOptions): Promise<RepositoryResult> => {
  const { cwd, project, now, problems = [], replaced, paths = ["."] } = options;
  const onDisk = paths.filter((path) => path !== "-");
  const found = onDisk.length === 0 ? undefined : await discover(onDisk, cwd);
  const piped: readonly CheckedFile[] = paths.includes("-") ? checkedText(options.stdin?.() ?? "") : [];
  const onDiskFiles = (found?.files ?? []).map((file): CheckedFile => {
    const text = replaced?.get(resolve(cwd, file.source.path));
    return text === undefined ? file : { ...file, source: new SourceText(file.source.path, text) };
  });
  const files = [...onDiskFiles, ...piped];
  const nested = await Promise.all(
    (found?.compose ?? []).filter((path) => dirname(path) !== project?.folder).map((path) => checkNested(path, options)),
  );
  const own = project === undefined ? [] : [checkProject(project, { now, problems })];
  const built = new Set((project?.services ?? []).flatMap(({ build }) => (build === undefined ? [] : [build.dockerfile])));
  // The Dockerfiles of the project's services were judged as their builds use them.
  const others = checkFiles(
    files.filter(({ source }) => !built.has(resolve(cwd, source.path))),
    {
      now,
      ...(project === undefined ? {} : { profile: project.policy.profile, ignores: settingsSuppressions(project) }),
    },
  );
  const remarks: CheckResult = { findings: found?.remarks ?? [], evidence: [], suppressed: [] };
  return {
    ...merged([...own, ...nested.map((one) => one.result), others, remarks]),
    sources: [...(project?.files ?? []), ...nested.flatMap((one) => one.sources), ...files.map((file) => file.source)],
    empty: project === undefined && nested.length === 0 && files.length === 0,
  };
};
