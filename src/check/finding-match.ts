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

/** A glob that is malformed matches nothing. */
export const matchesFile = (glob: string, path: string, folders?: Folders): boolean => {
  const seen = folders === undefined ? path : relative(folders.pattern, resolve(folders.findings, path)).replaceAll("\\", "/");
  return glob === seen || matcherOf(glob)?.(seen) === true;
};

/** Whether a name is the finding's rule, and, where a peer's rule is narrower than ours, says exactly this. `trivy:*` is all that Trivy says. */
export const names = (name: string, finding: Finding): boolean => {
  const rule = findNames(name).find(({ id }) => id === finding.rule);
  if (rule === undefined) return false;
  const said = aliasesNamed(rule, name);
  return said.length === 0 || finding.peers === undefined || said.some((alias) => finding.peers?.includes(alias) === true);
};
