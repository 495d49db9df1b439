import { compareDigits, compareText, onceInARow, sign, type VersionScheme } from "./scheme.ts";

/** A token behind a dot, or behind a dash (which a change between digits and letters also is). */
interface Token {
  readonly text: string;
  readonly by: "." | "-";
}

const QUALIFIERS = ["alpha", "beta", "milestone", "rc", "snapshot", "", "sp"] as const;
const ALIASES: Readonly<Record<string, string>> = { ga: "", final: "", release: "", cr: "rc" };
const SHORT: Readonly<Record<string, string>> = { a: "alpha", b: "beta", m: "milestone" };

const isNumber = (text: string): boolean => /^\d+$/.test(text);
const isNull = ({ text }: Token): boolean => text === "" || /^0+$/.test(text);

const qualifier = (word: string, beforeDigit: boolean): string => (beforeDigit ? SHORT[word] : undefined) ?? ALIASES[word] ?? word;

const tokensOf = (text: string): readonly Token[] => {
  const tokens: Token[] = [];
  let by: Token["by"] = "-";
  let index = 0;
  const lower = text.trim().toLowerCase();
  while (index <= lower.length) {
    const [piece = ""] = /^(?:\d+|[^\d.-]+)?/.exec(lower.slice(index)) ?? [];
    const next = lower[index + piece.length];
    const change = next !== undefined && !/[.-]/.test(next);
    tokens.push({ text: isNumber(piece) ? piece : piece === "" ? "0" : qualifier(piece, change), by });
    if (next === undefined) break;
    by = next === "." ? "." : "-";
    index += piece.length + (change ? 0 : 1);
    if (index === lower.length) break;
  }
  // Nulls before each dash and at the end count for nothing.
  const kept: Token[] = [];
  for (let at = tokens.length - 1, trailing = true; at >= 0; at -= 1) {
    const token = tokens[at];
    if (token === undefined) continue;
    if (trailing && isNull(token) && at > 0) {
      continue;
    }
    trailing = token.by === "-";
    kept.unshift(token);
  }
  return kept;
};

/** By what it is and by what it stands behind: a word behind a dot comes first, a number behind a dot last (Maven POM reference, "Version Order Specification"). */
const placeOf = ({ text, by }: Token): number => {
  if (isNumber(text)) return by === "." ? 4 : 3;
  return by === "." ? 1 : 2;
};

const rankOf = (word: string): number => {
  const known = (QUALIFIERS as readonly string[]).indexOf(word);
  return known < 0 ? QUALIFIERS.length : known;
};

const compareTokens = (a: Token, b: Token): number => {
  if (placeOf(a) !== placeOf(b)) return placeOf(a) - placeOf(b);
  if (isNumber(a.text)) return compareDigits(a.text, b.text);
  const [left, right] = [rankOf(a.text), rankOf(b.text)];
  return left - right || (left === QUALIFIERS.length ? compareText(a.text, b.text) : 0);
};

/** What the shorter one is padded with: a null of the kind that it stands against. */
const padding = ({ text, by }: Token): Token => ({ text: isNumber(text) ? "0" : "", by });

const tokensOfFirst = onceInARow(tokensOf);

/** Java packages (maven.apache.org/pom.html#version-order-specification). */
export const maven: VersionScheme = {
  name: "Maven",
  compare: (a, b) => {
    const left = tokensOfFirst(a);
    const right = tokensOf(b);
    for (let index = 0; index < Math.max(left.length, right.length); index += 1) {
      const [one, other] = [left[index], right[index]];
      const order =
        one === undefined ? (other === undefined ? 0 : compareTokens(padding(other), other)) : compareTokens(one, other ?? padding(one));
      if (order !== 0) return sign(order);
    }
    return 0;
  },
  isVersion: (text) => /^[0-9A-Za-z][0-9A-Za-z._+-]*$/.test(text.trim()),
};
