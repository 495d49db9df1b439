import type { SourceText } from "../../core/index.ts";
import { interpolate, type Lookup } from "./interpolate.ts";
import { type Problem, problemsError } from "./problem.ts";

/** What a file of variables says, in its own order. `undefined`: the file only names the variable, to be taken from the environment. */
export type DotenvValues = ReadonlyMap<string, string | undefined>;

const KEY = /[ \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_.-]*)[ \t]*([=:]|(?=[\r\n#]|$))[ \t]*/y;
const BLANK = /(?:[ \t\r\n\uFEFF]|#[^\n]*)*/y;
const AFTER_QUOTES = /[ \t]*(?:#[^\n]*)?(?=\r?\n|$)/y;
const ESCAPES: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", '"': '"', "\\": "\\", $: "$$" };
const MAX_VARIABLES = 10_000;

const matchAt = (pattern: RegExp, text: string, at: number): RegExpExecArray | null => {
  pattern.lastIndex = at;
  return pattern.exec(text);
};

/** The offset of the closing quote, or -1. A backslash protects a quote in both kinds. */
const closingQuote = (text: string, from: number, quote: string): number => {
  for (let at = from; at < text.length; at += 1) {
    if (text[at] === "\\") at += 1;
    else if (text[at] === quote) return at;
  }
  return -1;
};

const unescape = (text: string): string => text.replaceAll(/\\([\s\S])/g, (all, char: string) => ESCAPES[char] ?? all);

/**
 * Reads a file of variables as Compose does for `.env` and `env_file` (https://docs.docker.com/compose/how-tos/environment-variables/variable-interpolation/):
 * `KEY=value` or `KEY: value`, an optional `export`, comments after a space and `#`, single quotes (literal), double quotes (escapes, variables), both over
 * several lines. Unquoted and double-quoted values are interpolated: the environment first, then what stands above in the file.
 * @param raw As `env_file` with `format: raw`: every line is KEY=VALUE with nothing interpreted.
 * @throws INPUT_INVALID, VARIABLE_MISSING with every problem at line and column.
 */
export const parseDotenv = (source: SourceText, lookup: Lookup, raw = false): DotenvValues => {
  const { text } = source;
  const values = new Map<string, string | undefined>();
  const problems: Problem[] = [];
  const report = (code: Problem["code"], start: number, end: number, message: string): void => {
    problems.push({ code, place: { path: source.path, range: source.range(start, end) }, message });
  };
  const expand = (value: string, start: number, end: number): string => {
    const { value: expanded, faults } = interpolate(value, (name) => lookup(name) ?? values.get(name));
    for (const { variable, message, offset } of faults)
      report(variable === undefined ? "INPUT_INVALID" : "VARIABLE_MISSING", Math.min(start + offset, end), end, message);
    return expanded;
  };
  const lineEnd = (from: number): number => {
    const end = text.indexOf("\n", from);
    return end < 0 ? text.length : end;
  };

  if (raw) {
    for (let at = 0; at < text.length; at = lineEnd(at) + 1) {
      const line = text.slice(at, lineEnd(at)).replace(/\r$/, "");
      const equals = line.indexOf("=");
      if (line.trim() === "" || line.startsWith("#")) continue;
      if (equals > 0) values.set(line.slice(0, equals), line.slice(equals + 1));
      else if (equals < 0) values.set(line.trim(), undefined);
      else report("INPUT_INVALID", at, lineEnd(at), "expected KEY=VALUE");
    }
    if (problems.length > 0) throw problemsError(problems);
    return values;
  }

  for (let at = 0; ;) {
    at += matchAt(BLANK, text, at)?.[0].length ?? 0;
    if (at >= text.length) break;
    const head = matchAt(KEY, text, at);
    const name = head?.[1];
    if (head === null || name === undefined) {
      report("INPUT_INVALID", at, lineEnd(at), "expected NAME=value, NAME: value, a comment or an empty line");
      at = lineEnd(at);
      continue;
    }
    if (values.size >= MAX_VARIABLES) {
      report("INPUT_TOO_LARGE", at, at, `more than ${MAX_VARIABLES} variables`);
      break;
    }
    at += head[0].length;
    if (head[2] === "") {
      values.set(name, undefined);
      at = lineEnd(at);
      continue;
    }
    const quote = text[at];
    if (quote === '"' || quote === "'") {
      const close = closingQuote(text, at + 1, quote);
      if (close < 0) {
        report("INPUT_INVALID", at, lineEnd(at), `the quote that opens the value of ${name} is never closed`);
        break;
      }
      const inner = text.slice(at + 1, close);
      values.set(name, quote === "'" ? inner.replaceAll(String.raw`\'`, "'") : expand(unescape(inner), at + 1, close));
      const after = matchAt(AFTER_QUOTES, text, close + 1);
      if (after === null)
        report("INPUT_INVALID", close + 1, lineEnd(close), `expected the end of the line after the quoted value of ${name}`);
      at = lineEnd(close);
      continue;
    }
    const end = lineEnd(at);
    const written = text.slice(at, end).replace(/\r$/, "");
    const value = (written.startsWith("#") ? "" : written.replace(/[ \t]#.*$/, "")).trimEnd();
    values.set(name, expand(value, at, at + value.length));
    at = end;
  }
  if (problems.length > 0) throw problemsError(problems);
  return values;
};
