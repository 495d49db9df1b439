import { SeaworthyError } from "../../core/index.ts";

/** A pattern of names: `*` and `?` stay within one part of a path, `**` does not, `{a,b}` is either. */
export type Glob = (name: string) => boolean;

const MAX_LENGTH = 256;
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

/** All places in the pattern that the name may have come to, one character after the other: time grows with both lengths and no faster. */
const compile = (pattern: string): Glob => {
  const tokens = pattern.match(/\*\*|./g) ?? [];
  const isStar = (at: number): boolean => tokens[at] === "*" || tokens[at] === "**";
  const reach = (places: Set<number>, at: number): void => {
    places.add(at);
    if (isStar(at)) reach(places, at + 1);
  };
  const takes = (at: number, character: string): boolean =>
    tokens[at] === "**" || (character !== "/" && (tokens[at] === "*" || tokens[at] === "?")) || tokens[at] === character;
  return (name) => {
    let places = new Set<number>();
    reach(places, 0);
    for (const character of name) {
      const next = new Set<number>();
      for (const at of places) if (takes(at, character)) reach(next, isStar(at) ? at : at + 1);
      places = next;
    }
    return places.has(tokens.length);
  };
};

/** A pattern that cannot match what was meant is refused, never taken for one that matches nothing. @throws INPUT_INVALID */
export const parseGlob = (pattern: string): Glob => {
  if (pattern === "" || pattern.length > MAX_LENGTH) refuse(pattern, `expected 1 to ${MAX_LENGTH} characters`);
  if (!CHARACTERS.test(pattern)) refuse(pattern, "expected letters, digits and . _ - / with * ** ? and {a,b}");
  if (/\*{3}|\*\*[^/,}]|[^/{,]\*\*/.test(pattern)) refuse(pattern, "** stands for whole parts of a path, as in team/**");
  requireBraces(pattern);
  if ([...pattern.matchAll(/\{([^}]*)\}/g)].reduce((all, [, choices = ""]) => all * choices.split(",").length, 1) > MAX_ALTERNATIVES)
    refuse(pattern, `its braces stand for more than ${MAX_ALTERNATIVES} patterns`);
  const globs = alternatives(pattern).map(compile);
  return (name) => globs.some((glob) => glob(name));
};
