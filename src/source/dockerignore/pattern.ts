/** One line of an ignore file, ready to match. */
export interface IgnorePattern {
  /** As the user wrote it. */
  readonly text: string;
  /** Counts from 1. */
  readonly line: number;
  /** `!pattern`: what it matches is let in again. */
  readonly exception: boolean;
  readonly matches: (path: string) => boolean;
}

/** `one` takes a character; `many` any number of them; `folders` nothing, or anything up to and with a slash. */
type Token = { readonly kind: "one" | "many"; readonly takes: (character: string) => boolean } | { readonly kind: "folders" };

const anything = (): boolean => true;
const inSegment = (character: string): boolean => character !== "/";

/** A character class as Go's filepath.Match has it, from `[` on; undefined when it has no end. */
const readClass = (pattern: string, start: number): { readonly token: Token; readonly end: number } | undefined => {
  let at = start + 1;
  const negated = pattern[at] === "^";
  if (negated) at += 1;
  const ranges: (readonly [string, string])[] = [];
  const character = (): string | undefined => {
    if (pattern[at] === "\\") at += 1;
    at += 1;
    return pattern[at - 1];
  };
  while (pattern[at] !== "]" || ranges.length === 0) {
    const low = character();
    if (low === undefined || at >= pattern.length) return undefined;
    if (pattern[at] !== "-" || pattern[at + 1] === "]") {
      ranges.push([low, low]);
      continue;
    }
    at += 1;
    const high = character();
    if (high === undefined || at > pattern.length) return undefined;
    ranges.push([low, high]);
  }
  const takes = (one: string): boolean => one !== "/" && ranges.some(([low, high]) => low <= one && one <= high) !== negated;
  return { token: { kind: "one", takes }, end: at };
};

const tokensOf = (pattern: string): readonly Token[] | undefined => {
  const tokens: Token[] = [];
  for (let at = 0; at < pattern.length; at += 1) {
    const character = pattern[at] ?? "";
    if (pattern.startsWith("**", at)) {
      at += 1;
      const slash = pattern[at + 1] === "/";
      if (slash) at += 1;
      tokens.push(slash ? { kind: "folders" } : { kind: "many", takes: anything });
    } else if (character === "*") tokens.push({ kind: "many", takes: inSegment });
    else if (character === "?") tokens.push({ kind: "one", takes: inSegment });
    else if (character === "[") {
      const read = readClass(pattern, at);
      if (read === undefined) return undefined;
      tokens.push(read.token);
      at = read.end;
    } else {
      if (character === "\\") at += 1;
      const literal = pattern[at];
      if (literal === undefined) return undefined;
      tokens.push({ kind: "one", takes: (one) => one === literal });
    }
  }
  return tokens;
};

/**
 * A matcher for a cleaned pattern: `*`, `?` and `[a-z]` within a segment, `**` across segments
 * (https://docs.docker.com/build/concepts/context/#dockerignore-files, moby/patternmatcher). Undefined when the pattern is malformed.
 * All ways through the pattern are followed side by side, so that the time grows with pattern times path and no pattern can hold us up.
 */
export const matcherOf = (pattern: string): ((path: string) => boolean) | undefined => {
  const tokens = tokensOf(pattern);
  if (tokens === undefined) return undefined;
  const reach = (states: Set<number>, state: number): void => {
    if (states.has(state)) return;
    states.add(state);
    const token = tokens[state];
    if (token !== undefined && token.kind !== "one") reach(states, state + 1);
  };
  return (path) => {
    let states = new Set<number>();
    // A state inside a `folders` token, between its first character and its slash, is counted behind the real ones.
    const inside = (state: number): number => tokens.length + 1 + state;
    reach(states, 0);
    for (const character of path) {
      const next = new Set<number>();
      for (const state of states) {
        const folders = state > tokens.length ? state - tokens.length - 1 : state;
        const token = tokens[folders];
        if (token === undefined) continue;
        if (token.kind === "folders") {
          next.add(inside(folders));
          if (character === "/") reach(next, folders + 1);
        } else if (token.takes(character)) reach(next, token.kind === "many" ? state : state + 1);
      }
      states = next;
    }
    return states.has(tokens.length);
  };
};
