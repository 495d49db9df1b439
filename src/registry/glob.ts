import { SeaworthyError } from "../core/index.ts";

/** A pattern of names: `*` and `?` stay within one part of a path, `**` is any number of whole parts, none too (`team/**` holds `team`), `{a,b}` is either. */
export type Glob = (name: string) => boolean;

const MAX_LENGTH = 255;
const MAX_ALTERNATIVES = 64;
/** What repository names, tags and patterns are made of. */
const CHARACTERS = /^[A-Za-z0-9._/*?{},-]+$/;

const refuse = (pattern: string, why: string): never => {
  throw new SeaworthyError("INPUT_INVALID", `"${pattern.slice(0, 80)}" is not a pattern: ${why}`);
};

/** Outside of braces a comma would mean nothing: who writes `a,b` means `{a,b}`. */
const requireBraces = (pattern: string): void => {
  let open = false;
  for (const character of pattern) {
    if (character === "{" && open) refuse(pattern, "braces cannot stand inside of braces");
    if (character === "}" && !open) refuse(pattern, "a } without its {");
    if (character === "," && !open) refuse(pattern, "a comma has a meaning only in braces: {a,b}, or write two patterns");
    if (character === "{" || character === "}") open = character === "{";
  }
  if (open) refuse(pattern, "a { without its }");
};

const alternatives = (pattern: string): readonly string[] => {
  const match = /^([^{]*)\{([^}]*)\}(.*)$/.exec(pattern);
  if (match === null) return [pattern];
  const [, before = "", choices = "", after = ""] = match;
  const rest = alternatives(after);
  return choices.split(",").flatMap((choice) => rest.map((tail) => `${before}${choice}${tail}`));
};

/** Greedy, with one step back to the last star, so its cost is the product of both lengths whatever the pattern. */
const fits = (
  pattern: readonly string[],
  text: readonly string[],
  star: string,
  one: (pattern: string, text: string) => boolean,
): boolean => {
  let [at, from, lastStar, tried] = [0, 0, -1, 0];
  while (from < text.length) {
    const wanted = pattern[at];
    if (wanted === star) {
      lastStar = at++;
      tried = from;
    } else if (wanted !== undefined && one(wanted, text[from] ?? "")) {
      at++;
      from++;
    } else if (lastStar === -1) return false;
    else {
      at = lastStar + 1;
      from = ++tried;
    }
  }
  while (pattern[at] === star) at++;
  return at === pattern.length;
};

const partFits = (pattern: string, part: string): boolean =>
  fits(pattern.split(""), part.split(""), "*", (wanted, character) => wanted === "?" || wanted === character);

const compile = (pattern: string): Glob => {
  const parts = pattern.split("/");
  return (name) => fits(parts, name.split("/"), "**", partFits);
};

/** A pattern that cannot match what was meant is refused, never taken for one that matches nothing. @throws INPUT_INVALID */
export const parseGlob = (pattern: string): Glob => {
  if (pattern === "" || pattern.length > MAX_LENGTH) refuse(pattern, `expected 1 to ${MAX_LENGTH} characters`);
  if (!CHARACTERS.test(pattern)) refuse(pattern, "expected letters, digits and . _ - / with * ** ? and {a,b}");
  if (/\*{3}|\*\*[^/,}]|[^/{,]\*\*/.test(pattern)) refuse(pattern, "** stands for whole parts of a path, as in team/**");
  requireBraces(pattern);
  if ([...pattern.matchAll(/\{([^}]*)\}/g)].reduce((all, [, choices = ""]) => all * choices.split(",").length, 1) > MAX_ALTERNATIVES)
    refuse(pattern, `its braces stand for more than ${MAX_ALTERNATIVES} patterns`);
  const all = alternatives(pattern);
  // Braces may have put two together that are none: {a,*}*.
  if (all.some((one) => one.split("/").some((part) => part === "" || (part.includes("**") && part !== "**"))))
    refuse(pattern, "a part of the path is empty, or ** stands in it with something else");
  const globs = all.map(compile);
  return (name) => globs.some((glob) => glob(name));
};

/** A pattern of repositories: what could match no repository's name is a slip, and grants nothing. @throws INPUT_INVALID */
export const parseRepositoryGlob = (pattern: string): Glob => {
  if (pattern === "" || pattern.length > MAX_LENGTH || !/^[a-z0-9._/*?{},-]+$/.test(pattern))
    throw new SeaworthyError("INPUT_INVALID", `"${pattern.slice(0, 80)}" is not a pattern of repository names`, {
      hint: "Lower-case names with / between their parts; * stands for anything in one part, ** alone in a part for any number of parts: team/app, team/*, team/**, **.",
    });
  return parseGlob(pattern);
};
