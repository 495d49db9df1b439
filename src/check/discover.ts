import { closeSync, existsSync, lstatSync, openSync, readdirSync, readSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { exec, formatByteSize, isSeaworthyError, readTextFile, SeaworthyError, SourceText } from "../core/index.ts";
import {
  isKustomizationPath,
  KUSTOMIZATION_NAMES,
  looksLikeManifests,
  readKustomization,
  splitHelmOutput,
} from "../source/kubernetes/index.ts";
import { BASE_NAMES, isBaseName, otherComposeFiles, overlayAdvice } from "./compose-files.ts";
import { type CheckedFile, kindOf, remarkFinding } from "./files.ts";
import type { Finding } from "../checklist/index.ts";
import { FILE_KINDS } from "./kinds/catalogue.ts";

/** What there is to check in a repository. */
export interface Discovery {
  readonly files: readonly CheckedFile[];
  /** Absolute paths of compose files that are projects: of the usual names one for each folder, and those that stand for themselves under others. */
  readonly compose: readonly string[];
  /** Absolute paths of compose files that only change others, with what to say where nothing takes them up. */
  readonly overlays: ReadonlyMap<string, Finding>;
  /** What is there and was not judged. */
  readonly remarks: readonly Finding[];
}

/** Bounds on a folder that is no repository: a home folder must not be read through. */
const WALK_LIMITS = { files: 50_000, depth: 24 } as const;
const NEVER = new Set([".git", "node_modules", ".venv", "venv", "__pycache__", ".terraform", "bower_components"]);
/** Larger files are mostly data: lock files, dumps, bundles. */
const MAX_BYTES = 4_000_000;

/** Tracked and untracked files that are not ignored; undefined outside a repository, or without git. */
const listedByGit = async (folder: string): Promise<readonly string[] | undefined> => {
  try {
    const { exitCode, stdout } = await exec(
      "git",
      ["-C", folder, "-c", "core.fsmonitor=false", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", "."],
      {
        env: { GIT_DIR: undefined, GIT_WORK_TREE: undefined, GIT_INDEX_FILE: undefined, GIT_OPTIONAL_LOCKS: "0", LC_ALL: "C" },
        timeoutMs: 30_000,
        maxBytes: 64 * 1024 * 1024,
      },
    );
    return exitCode === 0
      ? stdout
          .split("\0")
          .filter((path) => path !== "")
          .map((path) => join(folder, path))
      : undefined;
  } catch (error) {
    if (isSeaworthyError(error)) return undefined;
    throw error;
  }
};

/** @throws INPUT_TOO_LARGE over 50,000 files */
const walk = (folder: string): readonly string[] => {
  const found: string[] = [];
  const visit = (at: string, depth: number): void => {
    for (const entry of readdirSync(at, { withFileTypes: true })) {
      if (NEVER.has(entry.name)) continue;
      const path = join(at, entry.name);
      if (entry.isDirectory() && depth < WALK_LIMITS.depth) visit(path, depth + 1);
      else if (entry.isFile()) found.push(path);
      if (found.length > WALK_LIMITS.files)
        throw new SeaworthyError(
          "INPUT_TOO_LARGE",
          `${folder} is no git repository and has more than ${WALK_LIMITS.files} files; name the folders to check`,
        );
    }
  };
  visit(folder, 0);
  return found;
};

/** Of a plain file; undefined for links, folders and what is not there. */
const sizeOf = (path: string): number | undefined => {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  return stat?.isFile() === true ? stat.size : undefined;
};

const isPlainFile = (path: string): boolean => (sizeOf(path) ?? Infinity) <= MAX_BYTES;

/** Enough of a file to tell what it is. */
const headOf = (path: string): string => {
  const handle = openSync(path, "r");
  try {
    const head = Buffer.alloc(65_536);
    return head.toString("utf8", 0, readSync(handle, head));
  } finally {
    closeSync(handle);
  }
};

const shownFrom = (cwd: string, path: string): string => relative(cwd, path).replaceAll("\\", "/") || basename(path);

const mayBeChecked = (path: string): boolean => FILE_KINDS.some((kind) => kind.mayBe(path));

/** The file that a kustomization's resource names: itself, or the kustomization of a folder. */
const targetOf = (path: string): string | undefined => {
  if (isPlainFile(path)) return path;
  return KUSTOMIZATION_NAMES.map((name) => join(path, name)).find(isPlainFile);
};

/** What kustomizations take in from outside the folder that was named. */
const followed = (sources: ReadonlyMap<string, SourceText>, cwd: string): ReadonlyMap<string, SourceText> => {
  const all = new Map(sources);
  const waiting = [...sources.values()].filter((source) => isKustomizationPath(source.path));
  for (let source = waiting.pop(); source !== undefined && all.size < WALK_LIMITS.files; source = waiting.pop()) {
    const named = ((): readonly string[] => {
      try {
        return readKustomization(source).resources;
      } catch (error) {
        if (isSeaworthyError(error)) return [];
        throw error;
      }
    })();
    for (const path of named) {
      const target = targetOf(resolve(cwd, path));
      if (target === undefined || all.has(target)) continue;
      const next = new SourceText(shownFrom(cwd, target), readTextFile(target));
      all.set(target, next);
      if (isKustomizationPath(target)) waiting.push(next);
    }
  }
  return all;
};

const composeOf = (paths: readonly string[]): readonly string[] => {
  const byFolder = Map.groupBy(paths.filter(isBaseName), dirname);
  return [...byFolder.values()].flatMap(
    (files) => BASE_NAMES.map((name) => files.find((path) => basename(path) === name)).find((path) => path !== undefined) ?? [],
  );
};

const chartRemarks = (paths: readonly string[], cwd: string): readonly Finding[] =>
  paths
    .filter((path) => basename(path) === "Chart.yaml" && existsSync(join(dirname(path), "templates")))
    .map((path) =>
      remarkFinding({
        path: shownFrom(cwd, path),
        message: "the templates of this chart were not judged: they are programs that write manifests",
        advice: `Judge what they write: helm template ${shownFrom(cwd, dirname(path))} | seaworthy check -`,
      }),
    );

/** Files that a rule would judge, were they not too large: what is not looked at says so. */
const sizeRemarks = (files: readonly { readonly path: string; readonly sizeBytes: number }[], cwd: string): readonly Finding[] =>
  files.flatMap(({ path, sizeBytes }) => {
    if (sizeBytes <= MAX_BYTES) return [];
    const shown = shownFrom(cwd, path);
    return kindOf(new SourceText(shown, headOf(path))) === undefined
      ? []
      : remarkFinding({
          path: shown,
          message: `it has ${formatByteSize(sizeBytes)} and was not judged: files of at most ${formatByteSize(MAX_BYTES)} are read`,
          advice: "Split it, or leave it out of the repository if it is made from something else that is judged.",
        });
  });

const overlayRemark = (path: string): Finding =>
  remarkFinding({
    path,
    message: "this compose file was not judged: it changes another and is no project by itself",
    advice: overlayAdvice(path),
  });

/**
 * Finds what can be checked below some paths. A folder in a git repository gives its files that are not ignored; another is walked, without node_modules and
 * the like. A file that is named is taken whatever its name, when any rule judges its content.
 * @throws INPUT_NOT_FOUND for a path that is not there; INPUT_INVALID for a named file that no rule judges; INPUT_TOO_LARGE
 */
export const discover = async (paths: readonly string[], cwd: string): Promise<Discovery> => {
  const listed: string[] = [];
  const named: string[] = [];
  for (const path of paths.map((one) => resolve(cwd, one))) {
    const stat = lstatSync(path, { throwIfNoEntry: false });
    if (stat === undefined) throw new SeaworthyError("INPUT_NOT_FOUND", `there is no ${shownFrom(cwd, path)} to check`);
    if (stat.isDirectory()) for (const one of (await listedByGit(path)) ?? walk(path)) listed.push(one);
    else named.push(path);
  }
  const possible = listed.flatMap((path) => {
    const sizeBytes = mayBeChecked(shownFrom(cwd, path)) ? sizeOf(path) : undefined;
    return sizeBytes === undefined ? [] : [{ path, sizeBytes }];
  });
  const candidates = possible.filter(({ sizeBytes }) => sizeBytes <= MAX_BYTES).map(({ path }) => path);
  const read = (path: string): readonly [string, SourceText] => [path, new SourceText(shownFrom(cwd, path), readTextFile(path))];
  const sources = followed(new Map([...candidates, ...named.filter((path) => !isBaseName(path))].map(read)), cwd);
  const others = otherComposeFiles([...sources.values()], (path) => sources.get(resolve(cwd, path)));
  const otherPaths = new Map(others.map((one) => [resolve(cwd, one.source.path), one]));
  const files = [...sources].flatMap(([path, source]): readonly CheckedFile[] => {
    const kind = kindOf(source);
    if (kind === undefined && named.includes(path) && !otherPaths.has(path))
      throw new SeaworthyError(
        "INPUT_INVALID",
        `no rule judges ${source.path}: it is none of ${["compose", ...FILE_KINDS.map((one) => one.kind)].join(", ")}`,
      );
    return kind === undefined ? [] : [{ kind, source }];
  });
  // What is named is judged as it is, be it made for standing on another.
  const isProject = (path: string): boolean => named.includes(path) || otherPaths.get(path)?.isOverlay === false;
  return {
    files,
    compose: [...composeOf([...listed, ...named]), ...[...otherPaths.keys()].filter(isProject)],
    overlays: new Map([...otherPaths].filter(([path]) => !isProject(path)).map(([path, { source }]) => [path, overlayRemark(source.path)])),
    remarks: [...chartRemarks(listed, cwd), ...sizeRemarks(possible, cwd)],
  };
};

/** A text from standard input: manifests, among them what Helm prints. @throws INPUT_INVALID when it is none */
export const checkedText = (content: string): readonly CheckedFile[] => {
  const source = new SourceText("stdin", content);
  if (!looksLikeManifests(content))
    throw new SeaworthyError("INPUT_INVALID", "what came on standard input are no Kubernetes manifests: expected apiVersion and kind", {
      hint: "Name a file instead; standard input is for what helm template and kubectl kustomize print.",
    });
  return splitHelmOutput(source).map((one) => ({ kind: "kubernetes", source: one }));
};
