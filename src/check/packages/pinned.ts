import type { Argument } from "../../source/shell/index.ts";
import type { FileComplaint } from "../rule.ts";
import { isKnown } from "./options.ts";
import type { Located } from "./scripts.ts";

/** Three names, and how many there are besides. */
const listed = (names: readonly string[]): string => {
  const [last = "", ...before] = (names.length > 4 ? [...names.slice(0, 3), `${names.length - 3} more`] : names).toReversed();
  return before.length === 0 ? last : `${before.toReversed().join(", ")} and ${last}`;
};

/** Says once of a command which packages it asks for without a version; of one whose name is not known nothing. */
export function* unpinned(
  { script }: Located,
  packages: readonly Argument[],
  isPinned: (name: string) => boolean,
  advice: (name: string) => string,
): Iterable<FileComplaint> {
  const open = packages.filter((one) => !isPinned(one.text) && isKnown(one));
  const [first, ...others] = open;
  if (first === undefined) return;
  yield {
    at: script.rangeOf(first.start, first.end),
    message: `${listed(open.map(({ text }) => text))} ${others.length === 0 ? "is" : "are"} installed in whatever version is there on the day of the build`,
    advice: advice(first.text),
  };
}

/** A file or folder, not the name of a package in a repository. */
export const isPath = (name: string): boolean => /^(?:\.{0,2}\/|~\/|\.{1,2}$|[a-z]+:\/\/|file:)/.test(name);

/** `name-1.2.3`, `name-1:1.2-3.fc42`: as rpm names a version, with a release or without. */
export const isRpmVersion = (name: string): boolean =>
  /^.+-(?:\d+:)?\d[^-]*(?:-\d[^-]*)?$/.test(name) || /[=<>]/.test(name) || name.endsWith(".rpm") || isPath(name) || name.includes("/");
