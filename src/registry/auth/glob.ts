import { SeaworthyError } from "../../core/index.ts";

/** Which repositories a right is about: `*` stands for anything within one part of the name, `**` for any number of parts. */
export type RepositoryGlob = (repository: string) => boolean;

const MAX_PATTERN = 255;
const PART = /^(?:\*\*|[a-z0-9._*-]+)$/;

/** One part against one pattern with `*`: greedy with one step back, so its cost is the product of the lengths whatever the pattern. */
const matchesPart = (pattern: string, text: string): boolean => {
  let at = 0;
  let from = 0;
  let star = -1;
  let tried = 0;
  while (from < text.length) {
    if (pattern[at] === "*") {
      star = at++;
      tried = from;
    } else if (pattern[at] === text[from]) {
      at++;
      from++;
    } else if (star === -1) return false;
    else {
      at = star + 1;
      from = ++tried;
    }
  }
  while (pattern[at] === "*") at++;
  return at === pattern.length;
};

/** The same over parts, where `**` is the star. */
const matchesParts = (patterns: readonly string[], parts: readonly string[]): boolean => {
  let at = 0;
  let from = 0;
  let star = -1;
  let tried = 0;
  while (from < parts.length) {
    const pattern = patterns[at];
    if (pattern === "**") {
      star = at++;
      tried = from;
    } else if (pattern !== undefined && matchesPart(pattern, parts[from] ?? "")) {
      at++;
      from++;
    } else if (star === -1) return false;
    else {
      at = star + 1;
      from = ++tried;
    }
  }
  while (patterns[at] === "**") at++;
  return at === patterns.length;
};

/**
 * Reads a pattern such as `team/*`, `team/**`, `**` or `team/app`. `team/**` holds `team` too.
 * @throws INPUT_INVALID for what could match no repository name, so that a slip grants nothing instead of something else
 */
export const parseRepositoryGlob = (text: string): RepositoryGlob => {
  const parts = text.split("/");
  const wrong = text.length > MAX_PATTERN || parts.some((part) => !PART.test(part) || (part.includes("**") && part !== "**"));
  if (wrong)
    throw new SeaworthyError("INPUT_INVALID", `"${text.slice(0, 80)}" is not a pattern of repository names`, {
      hint: "Lower-case names with / between their parts; * stands for anything in one part, ** alone in a part for any number of parts: team/app, team/*, team/**, **.",
    });
  return (repository) => matchesParts(parts, repository.split("/"));
};
