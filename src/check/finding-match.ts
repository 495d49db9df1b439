import { relative, resolve } from "node:path";
import type { Finding } from "../checklist/index.ts";
import { matcherOf } from "../source/dockerignore/index.ts";
import { aliasesNamed, findNames } from "./names.ts";

/** Absolute. */
export interface Folders {
  /** What a pattern starts from: the folder of the file it stands in. */
  readonly pattern: string;
  /** What the findings' paths start from. */
  readonly findings: string;
}

/** Without one of these a pattern matches itself and nothing else. */
const SPECIAL = /[*?[\\]/;

/** A pattern is asked about every finding. */
const matchers = new Map<string, ReturnType<typeof matcherOf>>();
const MOST = 500;

const matcher = (glob: string): ReturnType<typeof matcherOf> => {
  const before = matchers.get(glob);
  if (before !== undefined) return before;
  if (matchers.size === MOST) matchers.clear();
  const made = matcherOf(glob);
  matchers.set(glob, made);
  return made;
};

/** A glob that is malformed matches nothing. */
export const matchesFile = (glob: string, path: string, folders?: Folders): boolean => {
  const seen = folders === undefined ? path : relative(folders.pattern, resolve(folders.findings, path)).replaceAll("\\", "/");
  return glob === seen || (SPECIAL.test(glob) && matcher(glob)?.(seen) === true);
};

/** Whether a name is the finding's rule, and, where a peer's rule is narrower than ours, says exactly this. `trivy:*` is all that Trivy says. */
export const names = (name: string, finding: Finding): boolean => {
  const rule = findNames(name).find(({ id }) => id === finding.rule);
  if (rule === undefined) return false;
  const said = aliasesNamed(rule, name);
  return said.length === 0 || finding.peers === undefined || said.some((alias) => finding.peers?.includes(alias) === true);
};
