import { dirname, isAbsolute, relative, resolve } from "node:path";
import type { Finding } from "../checklist/index.ts";
import type { Settings } from "../project/index.ts";
import type { Folders } from "./finding-match.ts";

/** A path as those who stand in `from` call it: relative when it lies inside. */
export const namedFrom = (from: string, path: string): string => {
  const name = relative(from, path);
  return name.startsWith("..") || isAbsolute(name) ? path : name;
};

const originOf = (settings: Settings, key: readonly (string | number)[]) => settings.locate("x-seaworthy", "check", ...key);

/** Where a key below `x-seaworthy.check` was written. */
export const placeOfSetting = (settings: Settings, from: string, key: readonly (string | number)[]): Pick<Finding, "path" | "range"> => {
  const origin = originOf(settings, key);
  const path = origin?.path ?? settings.files[0]?.path ?? "x-seaworthy";
  return { path: namedFrom(from, resolve(settings.folder, path)), ...(origin === undefined ? {} : { range: origin.range }) };
};

/** What patterns of that key start from: the folder of its file, or of the project whose file it is. Undefined where findings start from there too. */
export const foldersOf = (settings: Settings, from: string, key: readonly (string | number)[]): Folders | undefined => {
  const path = originOf(settings, key)?.path;
  const pattern = path !== undefined && isAbsolute(path) ? dirname(path) : settings.folder;
  return pattern === from ? undefined : { pattern, findings: from };
};
