import { existsSync, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { setFlagsFromString } from "node:v8";
import { atLeast, type Profile } from "../../checklist/index.ts";
import {
  applyFixes,
  type BaseImages,
  checkRepository,
  type FixResult,
  type RepositoryOptions,
  type RepositoryResult,
  loadRules,
  rulesDocument,
  rulesOf,
} from "../../check/index.ts";
import { SeaworthyError } from "../../core/index.ts";
import { readProject } from "../../project/index.ts";
import { findingsDocument, renderFindings, unifiedDiff } from "../../report/index.ts";
import { baseImages } from "../base-images.ts";
import type { Context } from "../context.ts";
import type { ProjectFlags } from "../flags.ts";
import { loadOptionsOf, projectOf } from "../chosen-project.ts";
import { writeFixed } from "../fixed-files.ts";
import { type Outcome, reporting } from "../outcome.ts";
import { table } from "../render/table.ts";

export interface Flags extends ProjectFlags {
  readonly fix?: boolean;
  readonly dryRun?: boolean;
  readonly policy?: Profile;
  readonly list?: boolean;
  readonly image?: readonly string[];
  readonly registries?: boolean;
}

const COMPOSE = ["compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml"];

/** Whether the folder, a flag or the environment says which project this is. */
const hasProject = (context: Context, flags: Flags): boolean =>
  flags.file !== undefined ||
  flags.env !== undefined ||
  (context.process.env["COMPOSE_FILE"] ?? "") !== "" ||
  COMPOSE.some((name) => existsSync(join(context.cwd, name)));

/** Judges the paths, with texts instead of what is on disk. */
const judge = async (
  context: Context,
  flags: Flags,
  paths: readonly string[],
  stdin: () => string,
  bases: BaseImages,
  replaced: ReadonlyMap<string, string>,
): Promise<RepositoryResult> => {
  // Paths that are named are what is checked; compose files among them are projects of their own.
  const read =
    paths.length === 0 && hasProject(context, flags)
      ? await readProject({ ...loadOptionsOf(context, flags), git: false, replaced })
      : undefined;
  const options: RepositoryOptions = {
    cwd: context.cwd,
    env: context.process.env,
    evidence: false,
    onFound: staySmaller,
    now: Date.now(),
    paths: paths.length === 0 ? ["."] : paths,
    stdin,
    replaced,
    baseImages: bases,
    ...(flags.policy === undefined ? {} : { profile: flags.policy }),
    ...(read === undefined ? {} : { project: read.project, problems: read.problems }),
  };
  return checkRepository(options);
};

/** What can be mended, judged again as it would be. Standard input cannot be written. */
const fixed = async (
  context: Context,
  first: RepositoryResult,
  again: (replaced: ReadonlyMap<string, string>) => Promise<RepositoryResult>,
): Promise<{ readonly result: RepositoryResult; readonly fix: FixResult }> => {
  const byPath = new Map(first.sources.map((source) => [source.path, source.text]));
  let result = first;
  let asked = false;
  const fix = await applyFixes(byPath, async (texts) => {
    if (asked) {
      const changed = [...texts].filter(([path, text]) => byPath.get(path) !== text);
      result = await again(new Map(changed.map(([path, text]) => [resolve(context.cwd, path), text])));
    }
    asked = true;
    return result.findings;
  });
  return { result: { ...result, findings: fix.left }, fix };
};

const summary = ({ files, fixed: gone }: FixResult, dryRun: boolean): string => {
  if (files.length === 0) return "nothing can be fixed\n";
  const what = `${gone.length} finding${gone.length === 1 ? "" : "s"} in ${files.map(({ path }) => path).join(", ")}`;
  return dryRun
    ? `${files.map(({ path, before, after }) => unifiedDiff(path, before, after)).join("")}\nwould fix ${what}\n`
    : `fixed ${what}\n`;
};

/** `--list`: nothing is read. */
const list = async ({ policy }: Flags): Promise<Outcome> => {
  const all = await loadRules();
  const rules = policy === undefined ? all : rulesOf(all, policy);
  return {
    exit: 0,
    human: table(
      rules.map(({ id, severity, profile, item, summary, aliases }) => [
        id,
        severity,
        profile,
        item,
        aliases.length === 0 ? summary : `${summary} (${aliases.join(", ")})`,
      ]),
    ),
    json: rulesDocument(rules),
  };
};

/** Bytes of a file from which on memory counts for more than what starting from code compiled earlier saves, which needs V8 as it was. */
const LARGE_BYTES = 32_768;

/**
 * Reading leaves garbage by the megabyte, for which V8 would make room twice over, up to 64 MB, before it clears any: it takes no longer when that room does not
 * grow (a compose file of 5,000 lines in 110 instead of 146 MB).
 */
const staySmall = (context: Context, flags: Flags, paths: readonly string[]): void => {
  const isLarge = (path: string): boolean => {
    try {
      return (statSync(resolve(context.cwd, path), { throwIfNoEntry: false })?.size ?? 0) >= LARGE_BYTES;
    } catch {
      // What cannot be looked at is told by whoever reads it.
      return false;
    }
  };
  if ([...COMPOSE, ...(flags.file ?? []), ...paths].some(isLarge)) setFlagsFromString("--semi-space-growth-factor=1");
};

/**
 * Files from which on memory counts for more than some hundredths of the time (bench/checks: 1,000 files in 115 instead of 160 MB): V8 makes no more room for new
 * objects, and a fifth more for old ones, before it clears either. Its middle compiler stays out: what it works with is kept by each thread that compiled.
 */
const MANY = 200;
const staySmaller = (count: number): void => {
  if (count < MANY) return;
  for (const flag of ["--semi-space-growth-factor=1", "--heap-growing-percent=20", "--no-maglev"]) setFlagsFromString(flag);
};

export const run = reporting<Flags, readonly string[]>(async (context, flags, ...paths): Promise<Outcome> => {
  if (flags.list === true) {
    if (paths.length > 0 || flags.fix === true) throw new SeaworthyError("USAGE", "--list prints the rules: it takes no path and no --fix");
    return list(flags);
  }
  if (flags.image !== undefined) {
    if (paths.length > 0 || flags.fix === true)
      throw new SeaworthyError("USAGE", "--image judges an image by itself: it takes no path and no --fix");
    const { checkImages } = await import("./check-image.ts");
    return checkImages(context, { ...flags, image: flags.image });
  }
  staySmall(context, flags, paths);
  if (flags.dryRun === true && flags.fix !== true) throw new SeaworthyError("USAGE", "--dry-run shows what --fix would do: give both");
  let piped: string | undefined;
  const stdin = (): string => (piped ??= readFileSync(0, "utf8"));
  const bases = baseImages(context, flags.registries === true);
  const again = (replaced: ReadonlyMap<string, string>): Promise<RepositoryResult> => judge(context, flags, paths, stdin, bases, replaced);
  const first = await again(new Map());
  // Nothing to judge: the message of what was looked for is the project's.
  if (first.empty && paths.length === 0) await projectOf(context, flags);
  const { result, fix } = flags.fix === true ? await fixed(context, first, again) : { result: first, fix: undefined };
  if (fix !== undefined && flags.dryRun !== true) writeFixed(context.cwd, fix.files, "checked");
  const { findings, suppressed, sources, rules, fail } = result;
  const exit = findings.some(({ severity }) => atLeast(severity, fail)) ? 1 : 0;
  // Only what is asked for is made: of thousands of findings either form takes its time.
  if (flags.json !== true) {
    const human = renderFindings(findings, {
      sources,
      style: context.colour.stdout ? "ansi" : "plain",
      ignored: suppressed.length,
      whyOf: (rule) => rules.find(({ id }) => id === rule)?.why,
    });
    return { exit, human: fix === undefined ? human : `${summary(fix, flags.dryRun === true)}${human}`, json: undefined };
  }
  return {
    exit,
    human: "",
    json: {
      ...findingsDocument(findings, suppressed),
      ...(fix === undefined
        ? {}
        : { fixed: { dryRun: flags.dryRun === true, files: fix.files.map(({ path }) => path), findings: fix.fixed.length } }),
    },
  };
});
