import { posix } from "node:path";
import { formatPlace, SeaworthyError, SourceText } from "../../core/index.ts";
import { matcherOf, type IgnorePattern } from "./pattern.ts";

/** A `.dockerignore`, read. */
export interface IgnoreFile {
  readonly source: SourceText;
  readonly patterns: readonly IgnorePattern[];
  /** Whether a path of the context, with `/` and relative to it, stays out of the build. A path inside an ignored folder does, unless an exception lets it in. */
  ignores(path: string): boolean;
}

const MAX_PATTERNS = 2000;
const MAX_PATTERN_LENGTH = 512;
const MAX_LINE_LENGTH = 4096;

/** Go's filepath.Clean, without the leading slash: docker takes `/build` and `build` for the same. */
const clean = (text: string): string => {
  const cleaned = posix.normalize(text).replace(/\/+$/, "");
  return cleaned.length > 1 ? cleaned.replace(/^\/+/, "") : cleaned;
};

const parentsOf = (path: string): readonly string[] => {
  const segments = path.split("/");
  return segments.map((_, index) => segments.slice(0, index + 1).join("/"));
};

/**
 * Reads an ignore file as the engine does (moby/patternmatcher): one pattern a line, `#` in the first column is a comment, the last pattern that matches decides.
 * @throws INPUT_INVALID at file and line for a pattern the engine would refuse too; INPUT_TOO_LARGE
 */
export const parseIgnoreFile = (path: string, text: string): IgnoreFile => {
  const source = new SourceText(path, text);
  const patterns: IgnorePattern[] = [];
  let offset = 0;
  for (const [index, raw] of text.split("\n").entries()) {
    const start = offset;
    offset += raw.length + 1;
    const line = (index === 0 ? raw.replace(/^\u{FEFF}/u, "") : raw).replace(/\r$/, "");
    if (line.startsWith("#") || line.trim() === "") continue;
    const place = formatPlace(path, source.range(start, start + raw.length));
    const trimmed = line.trim();
    const exception = trimmed.startsWith("!");
    // Cleaning a path takes the square of its length.
    const pattern = trimmed.length > MAX_LINE_LENGTH ? trimmed : clean(exception ? trimmed.slice(1).trim() : trimmed);
    if (pattern === "" || (exception && trimmed === "!"))
      throw new SeaworthyError("INPUT_INVALID", `${place}: "!" stands alone; the engine refuses it`);
    if (pattern === ".") continue;
    if (patterns.length >= MAX_PATTERNS || pattern.length > MAX_PATTERN_LENGTH)
      throw new SeaworthyError(
        "INPUT_TOO_LARGE",
        `${place}: at most ${MAX_PATTERNS} patterns of ${MAX_PATTERN_LENGTH} characters are read`,
      );
    const matches = matcherOf(pattern);
    if (matches === undefined) throw new SeaworthyError("INPUT_INVALID", `${place}: "${trimmed}" is not a pattern; the engine refuses it`);
    patterns.push({ text: trimmed, line: index + 1, exception, matches });
  }
  return {
    source,
    patterns,
    ignores: (candidate) => {
      const prefixes = parentsOf(candidate);
      let ignored = false;
      for (const pattern of patterns) if (ignored === pattern.exception && prefixes.some(pattern.matches)) ignored = !pattern.exception;
      return ignored;
    },
  };
};
