import type { Budget } from "./parts.ts";

/** A shell pattern of `${name#pattern}`: literal characters, `?` and `*`. There are no bracket expressions. */
type Token = string | typeof ONE | typeof MANY;
const ONE = Symbol("?");
const MANY = Symbol("*");

export type Pattern = readonly Token[];

/** Steps that are paid for like one character of text. */
const STEPS_PER_CHARACTER = 8;

/** Whether there is time for that many steps. Real patterns and values take some thousands. */
const affordable = (budget: Budget, steps: number): boolean => {
  if (steps / STEPS_PER_CHARACTER > budget.left) return false;
  budget.left -= steps / STEPS_PER_CHARACTER;
  return true;
};

/** Reads a pattern; a string is the complaint about it. Source: convertShellPatternToRegex in frontend/dockerfile/shell/lex.go of moby/buildkit. */
export const parsePattern = (text: string): Pattern | string => {
  const characters = Array.from(text);
  const tokens: Token[] = [];
  for (let at = 0; at < characters.length; at += 1) {
    const character = characters[at] ?? "";
    if (character === "*") tokens.push(MANY);
    else if (character === "?") tokens.push(ONE);
    else if (character !== "\\") tokens.push(character);
    else {
      const next = characters[at + 1] ?? "";
      // `}` and `/` are escaped to be no part of `${}`; the escape is no part of the pattern.
      if (next === "}" || next === "/") continue;
      if (next !== "*" && next !== "?" && next !== "\\") return `invalid escape '\\${next}'`;
      tokens.push(next);
      at += 1;
    }
  }
  return tokens;
};

/** End of the longest or shortest match that begins at `start`; -1 without one. All ways to match are followed at once, so nothing backtracks. */
const matchEnd = (pattern: Pattern, value: readonly string[], start: number, longest: boolean): number => {
  const { length } = pattern;
  let states = new Uint8Array(length + 1);
  const enter = (set: Uint8Array, state: number): void => {
    let at = state;
    set[at] = 1;
    while (pattern[at] === MANY) set[(at += 1)] = 1;
  };
  enter(states, 0);
  let end = -1;
  for (let at = start; ; at += 1) {
    if (states[length] === 1) {
      end = at;
      if (!longest) return end;
    }
    const character = value[at];
    if (character === undefined) return end;
    const next = new Uint8Array(length + 1);
    let alive = false;
    for (let state = 0; state < length; state += 1) {
      if (states[state] !== 1) continue;
      const token = pattern[state];
      if (token === MANY && character !== "\n") enter(next, state);
      else if (token === character || (token === ONE && character !== "\n")) enter(next, state + 1);
      else continue;
      alive = true;
    }
    if (!alive) return end;
    states = next;
  }
};

/** `value` without what the pattern matches at its beginning (`#`, `##`). Undefined when that would take too long. */
export const trimPrefix = (pattern: Pattern, value: string, longest: boolean, budget: Budget): string | undefined => {
  const characters = Array.from(value);
  if (!affordable(budget, characters.length * (pattern.length + 1))) return undefined;
  const end = matchEnd(pattern, characters, 0, longest);
  return end <= 0 ? value : characters.slice(end).join("");
};

/** `value` without what the pattern matches at its end (`%`, `%%`). */
export const trimSuffix = (pattern: Pattern, value: string, longest: boolean, budget: Budget): string | undefined => {
  const characters = Array.from(value).toReversed();
  if (!affordable(budget, characters.length * (pattern.length + 1))) return undefined;
  const end = matchEnd(pattern.toReversed(), characters, 0, longest);
  return end <= 0 ? value : characters.slice(end).toReversed().join("");
};

/** `$0` and `$name` in the replacement of `//`, which Go's regexp package reads as groups; there are none but the whole match. */
const fillTemplate = (template: string, match: string): string =>
  template.replaceAll(/\$(?:\$|\{(\w*)\}|(\w+))/g, (all, braced: string | undefined, bare: string | undefined) =>
    all === "$$" ? "$" : (braced ?? bare) === "0" ? match : "",
  );

/** `value` with the first match replaced (`/`), or every one (`//`): leftmost, longest. */
export const replaceMatches = (pattern: Pattern, value: string, replacement: string, all: boolean, budget: Budget): string | undefined => {
  const characters = Array.from(value);
  if (!affordable(budget, characters.length * characters.length * (pattern.length + 1))) return undefined;
  let result = "";
  let kept = 0;
  let lastEnd = -1;
  for (let at = 0; at <= characters.length;) {
    const end = matchEnd(pattern, characters, at, true);
    // An empty match right behind another one does not count.
    if (end < 0 || (end === at && at === lastEnd)) {
      at += 1;
      continue;
    }
    const match = characters.slice(at, end).join("");
    result += characters.slice(kept, at).join("") + (all ? fillTemplate(replacement, match) : replacement);
    kept = lastEnd = end;
    at = Math.max(end, at + 1);
    if (!all) break;
  }
  return result + characters.slice(kept).join("");
};
