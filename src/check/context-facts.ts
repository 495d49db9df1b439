import { closeSync, existsSync, openSync, readdirSync, readSync } from "node:fs";
import { join, relative } from "node:path";
import { fileError, readTextFile } from "../core/index.ts";
import type { BuildInput } from "../project/index.ts";
import { type IgnoreFile, parseIgnoreFile } from "../source/dockerignore/index.ts";

export interface ContextEntry {
  /** Relative to the context, with `/`. */
  readonly path: string;
  readonly folder: boolean;
  /** Whether the build gets it, or of a folder anything in it. */
  readonly sent: boolean;
}

/** What lies in a build context and what of it the engine gets. */
export interface ContextFacts {
  readonly ignore?: IgnoreFile;
  /** Where the ignore file is, or should be, as the user would name it. */
  readonly ignorePath: string;
  readonly entries: readonly ContextEntry[];
  /** False when the folder was too large to be looked through. */
  readonly complete: boolean;
  /** The first 4 KB of a file, or as many bytes as are asked for. */
  readonly peek: (path: string, maxBytes?: number) => string;
}

/** Folders whose inside says nothing that their name does not. */
const CLOSED = new Set([
  ".git",
  ".hg",
  ".svn",
  "node_modules",
  ".venv",
  "venv",
  "__pycache__",
  "vendor",
  "target",
  "dist",
  "build",
  ".next",
]);
const MAX_ENTRIES = 20_000;
const MAX_DEPTH = 8;
const SAMPLE = 40;

const peekAt = (path: string, maxBytes = 4096): string => {
  const buffer = Buffer.alloc(maxBytes);
  try {
    const handle = openSync(path, "r");
    try {
      return buffer.toString("latin1", 0, readSync(handle, buffer, 0, buffer.length, 0));
    } finally {
      closeSync(handle);
    }
  } catch {
    return "";
  }
};

/** The ignore file that BuildKit takes: `<Dockerfile>.dockerignore` beside the Dockerfile before the context's own (https://docs.docker.com/build/concepts/context/#filename-and-location). */
const ignoreFileOf = (build: BuildInput): string => {
  const own = `${build.dockerfile}.dockerignore`;
  return existsSync(own) ? own : join(build.context, ".dockerignore");
};

/** The ignore file of a build, under the name the user would give it. @throws INPUT_INVALID for a broken one */
export const readIgnoreFile = (build: BuildInput, projectFolder: string): IgnoreFile | undefined => {
  const path = ignoreFileOf(build);
  return existsSync(path) ? parseIgnoreFile(relative(projectFolder, path) || path, readTextFile(path, 1024 * 1024)) : undefined;
};

/** Looks through a build's context. @throws INPUT_NOT_FOUND when there is none; INPUT_INVALID for a broken ignore file. */
export const readContext = (build: BuildInput, projectFolder: string): ContextFacts => {
  const path = ignoreFileOf(build);
  const ignorePath = relative(projectFolder, path) || path;
  const ignore = readIgnoreFile(build, projectFolder);
  const sent = (one: string): boolean => ignore?.ignores(one) !== true;
  const entries: ContextEntry[] = [];
  let complete = true;

  const list = (folder: string) => {
    try {
      return readdirSync(join(build.context, folder), { withFileTypes: true });
    } catch (error) {
      if (folder === "") throw fileError(error, `read the build context ${build.context}`);
      complete = false;
      return [];
    }
  };

  const walk = (folder: string, depth: number): void => {
    for (const entry of list(folder)) {
      if (entries.length >= MAX_ENTRIES || depth > MAX_DEPTH) {
        complete = false;
        return;
      }
      const one = folder === "" ? entry.name : `${folder}/${entry.name}`;
      // A link is sent as a link: what it points to is not.
      if (!entry.isDirectory()) entries.push({ path: one, folder: false, sent: sent(one) });
      else if (CLOSED.has(entry.name)) {
        const inside = list(one).slice(0, SAMPLE);
        entries.push({ path: one, folder: true, sent: inside.some((child) => sent(`${one}/${child.name}`)) });
      } else {
        entries.push({ path: one, folder: true, sent: sent(one) });
        walk(one, depth + 1);
      }
    }
  };
  walk("", 0);
  return {
    ...(ignore === undefined ? {} : { ignore }),
    ignorePath,
    entries,
    complete,
    peek: (one, maxBytes) => peekAt(join(build.context, one), maxBytes),
  };
};
