import type { Argument } from "../../source/shell/index.ts";
import type { FileComplaint } from "../rule.ts";
import { isKnown } from "./options.ts";
import type { Located } from "./scripts.ts";

/** Says of each package that is asked for without a version that it is; of one whose name is not known nothing. */
export function* unpinned(
  { script }: Located,
  packages: readonly Argument[],
  isPinned: (name: string) => boolean,
  advice: (name: string) => string,
): Iterable<FileComplaint> {
  for (const one of packages) {
    if (isPinned(one.text) || !isKnown(one)) continue;
    yield {
      at: script.rangeOf(one.start, one.end),
      message: `${one.text} is installed in whatever version is there on the day of the build`,
      advice: advice(one.text),
    };
  }
}

/** A file or folder, not the name of a package in a repository. */
export const isPath = (name: string): boolean => /^(?:\.{0,2}\/|~\/|\.{1,2}$|[a-z]+:\/\/|file:)/.test(name);

/** `name-1.2.3`, `name-1:1.2-3.fc42`: as rpm names a version, with a release or without. */
export const isRpmVersion = (name: string): boolean =>
  /^.+-(?:\d+:)?\d[^-]*(?:-\d[^-]*)?$/.test(name) || /[=<>]/.test(name) || name.endsWith(".rpm") || isPath(name) || name.includes("/");
