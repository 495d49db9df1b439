import { parsePattern, replaceMatches, trimPrefix, trimSuffix } from "./glob.ts";
import { type Budget, isEmpty, knownText, type Parts } from "./parts.ts";
import type { Found } from "./variable.ts";

/** What follows the name in `${name:-word}`. */
export interface Modifier {
  readonly name: string;
  readonly sign: string;
  /** Written with a colon: an empty value counts as none. */
  readonly nullIsUnset: boolean;
  readonly word: Parts;
}

type Result = Parts | { readonly error: string };

const unknown = (name: string): Parts => [{ unknown: name, why: "no-value" }];
const textOf = (text: string): Parts => (text === "" ? [] : [text]);

/** Whether the value counts as absent; undefined when nobody can tell. */
const isAbsent = ({ nullIsUnset }: Modifier, found: Found): boolean | undefined => {
  if (found.state === "unset") return true;
  const [only] = found.parts;
  // A variable whose value nobody said may as well be unset.
  if (found.parts.length === 1 && typeof only === "object") return undefined;
  return nullIsUnset ? isEmpty(found.parts) : false;
};

const orDefault = (modifier: Modifier, found: Found): Parts => {
  const absent = isAbsent(modifier, found);
  if (absent === true) return modifier.word;
  if (absent === false && found.state === "set") return found.parts;
  const fallback = knownText(modifier.word);
  return [{ unknown: modifier.name, why: "no-value", ...(fallback === undefined ? {} : { fallback }) }];
};

const orAlternative = (modifier: Modifier, found: Found): Parts => {
  const absent = isAbsent(modifier, found);
  return absent === undefined ? unknown(modifier.name) : absent ? [] : modifier.word;
};

const orError = (modifier: Modifier, found: Found): Result => {
  if (isAbsent(modifier, found) !== true) return found.state === "set" ? found.parts : [];
  const usual = found.state === "unset" ? "is not allowed to be unset" : "is not allowed to be empty";
  const message = modifier.word.length === 0 ? usual : (knownText(modifier.word) ?? usual);
  return { error: `${modifier.name}: ${message}` };
};

const trimmed = ({ name, sign, word }: Modifier, found: Found, budget: Budget): Result => {
  const value = found.state === "set" ? knownText(found.parts) : "";
  const written = knownText(word);
  if (value === undefined || written === undefined) return unknown(name);
  const longest = written.startsWith(sign);
  const pattern = parsePattern(longest ? written.slice(1) : written);
  if (typeof pattern === "string")
    return { error: `invalid pattern (${longest ? written.slice(1) : written}) in substitution: ${pattern}` };
  const result = (sign === "#" ? trimPrefix : trimSuffix)(pattern, value, longest, budget);
  return result === undefined ? unknown(name) : textOf(result);
};

export const applyModifier = (modifier: Modifier, found: Found, budget: Budget): Result => {
  switch (modifier.sign) {
    case "-":
      return orDefault(modifier, found);
    case "+":
      return orAlternative(modifier, found);
    case "?":
      return orError(modifier, found);
    default:
      return trimmed(modifier, found, budget);
  }
};

/** `${name/pattern/replacement}`, and with two slashes for every match. */
export const applyReplacement = (
  {
    name,
    pattern,
    replacement,
    all,
  }: { readonly name: string; readonly pattern: Parts; readonly replacement: Parts; readonly all: boolean },
  found: Found,
  budget: Budget,
): Result => {
  const value = found.state === "set" ? knownText(found.parts) : "";
  const [from, to] = [knownText(pattern), knownText(replacement)];
  if (value === undefined || from === undefined || to === undefined) return unknown(name);
  const tokens = parsePattern(from);
  if (typeof tokens === "string") return { error: `invalid pattern (${from}) in substitution: ${tokens}` };
  const result = replaceMatches(tokens, value, to, all, budget);
  return result === undefined ? unknown(name) : textOf(result);
};
