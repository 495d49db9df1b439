import { Composer, type Document, Lexer, Parser, type YAMLParseError } from "yaml";
import { formatByteSize, SeaworthyError, type SourceText } from "../../core/index.ts";
import { type Problem, problemsError } from "./problem.ts";

/** Bounds on a hostile file. The largest compose file among some thousand public ones has 120 kB and 9 levels. */
export const YAML_LIMITS: YamlLimits = { bytes: 1024 * 1024, depth: 64, documents: 32, nodes: 100_000 };

export interface YamlLimits {
  readonly bytes: number;
  /** Levels of nesting. */
  readonly depth: number;
  readonly documents: number;
  /** Values, once aliases are expanded. */
  readonly nodes: number;
}

/** One parsed file: its text and its YAML documents, not yet interpolated. */
export interface ParsedFile {
  readonly source: SourceText;
  readonly documents: readonly Document.Parsed[];
}

/** What was expected, where the parser's own words do not say it. */
const EXPECTED: Readonly<Record<string, string>> = {
  BAD_INDENT: "keys of one mapping start in the same column, and what belongs to a key is indented further than it",
  BLOCK_AS_IMPLICIT_KEY:
    'expected one "key: value" on a line; put a value that contains ": " in quotes, and nested keys on lines of their own',
  TAB_AS_INDENT: "expected spaces for indentation",
  MISSING_CHAR: "expected it before the end of the value",
  BAD_SCALAR_START: "put the value in quotes",
  BAD_DQ_ESCAPE: "in double quotes a backslash starts an escape; use single quotes or write \\\\",
  MULTILINE_IMPLICIT_KEY: 'expected ":" after the key, on the same line',
  UNEXPECTED_TOKEN: "expected the end of the value here",
};

const words = (error: YAMLParseError): string => {
  const expected = EXPECTED[error.code];
  const said = error.message.trim();
  return `YAML: ${said}${expected === undefined ? "" : `; ${expected}`}`;
};

/** More of them mostly follow from the first, and nobody reads them. */
const MAX_ERRORS = 50;

/** The parser makes an Error of each mistake, and what stood on our stack tells nobody anything: gathering it takes most of the time on a hostile file. */
const withoutStacks = <T>(work: () => T): T => {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return work();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
};

/** What the lexer puts before each scalar. */
const SCALAR = "\u001f";

const documentsOf = (source: SourceText, limits: YamlLimits): readonly Document.Parsed[] => {
  const parser = new Parser();
  const composer = new Composer({ uniqueKeys: false, prettyErrors: false, version: "1.2", schema: "core", stringKeys: false });
  const documents: Document.Parsed[] = [];
  let tooDeepAt: number | undefined;
  let scalars = 0;
  const take = (tokens: ReturnType<typeof parser.end>): void => {
    for (const token of tokens) for (const document of composer.next(token)) documents.push(document);
  };
  withoutStacks(() => {
    for (const lexeme of new Lexer().lex(source.text)) {
      take(parser.next(lexeme));
      // The parser keeps its open collections on a stack; every nesting level is one collection.
      if (parser.stack.length > limits.depth + 2) tooDeepAt = parser.offset;
      if (lexeme === SCALAR) scalars += 1;
      if (tooDeepAt !== undefined || scalars > limits.nodes || documents.length > limits.documents) return;
    }
    take(parser.end());
    for (const document of composer.end(false, source.text.length)) documents.push(document);
  });
  if (tooDeepAt !== undefined)
    throw new SeaworthyError(
      "INPUT_TOO_LARGE",
      `${source.path}:${source.position(tooDeepAt).line}: YAML nested more than ${limits.depth} levels deep is refused`,
    );
  if (scalars > limits.nodes)
    throw new SeaworthyError("INPUT_TOO_LARGE", `${source.path} has more than ${limits.nodes} YAML values; it was not read further`);
  if (documents.length > limits.documents)
    throw new SeaworthyError("INPUT_TOO_LARGE", `${source.path} has more than ${limits.documents} YAML documents`);
  return documents;
};

/** The first mistakes of a file, and how many there are besides. */
const problemsIn = (source: SourceText, documents: readonly Document.Parsed[]): readonly Problem[] => {
  const errors = documents.flatMap((document) => document.errors);
  const problem = (pos: YAMLParseError["pos"], message: string): Problem => ({
    code: "INPUT_INVALID",
    place: { path: source.path, range: source.range(...pos) },
    message,
  });
  const told = errors.slice(0, MAX_ERRORS).map((error) => problem(error.pos, words(error)));
  const next = errors[MAX_ERRORS];
  return next === undefined
    ? told
    : [...told, problem(next.pos, `YAML: ${errors.length - MAX_ERRORS} more mistakes follow; most come from those before`)];
};

/** A file is parsed once, however many ask for it: loading, rules, fixes. What was wrong with it stays wrong. */
const PARSED = new WeakMap<SourceText, ParsedFile | SeaworthyError>();

/**
 * Parses YAML 1.2 (core schema) within the limits of a compose file: 1 MiB, 64 levels, 32 documents. Syntax errors are reported with line and column, the first 50
 * of them. What was parsed is kept as long as the text.
 * @throws INPUT_INVALID with the syntax errors; INPUT_TOO_LARGE over the limits
 */
export const parseYaml = (source: SourceText): ParsedFile => {
  const before = PARSED.get(source) ?? attempt(source);
  PARSED.set(source, before);
  if (before instanceof SeaworthyError) throw before;
  return before;
};

const attempt = (source: SourceText): ParsedFile | SeaworthyError => {
  try {
    return parseYamlOnce(source);
  } catch (error) {
    if (error instanceof SeaworthyError) return error;
    throw error;
  }
};

/** As `parseYaml`, for what nobody will ask for again: what was parsed takes ten times the room of its text. Limits are by default those of a compose file. */
export const parseYamlOnce = (source: SourceText, limits: YamlLimits = YAML_LIMITS): ParsedFile => {
  if (source.text.length > limits.bytes)
    throw new SeaworthyError(
      "INPUT_TOO_LARGE",
      `${source.path} has ${formatByteSize(source.text.length)}; at most ${formatByteSize(limits.bytes)} of YAML are read`,
    );
  const documents = documentsOf(source, limits);
  const problems = problemsIn(source, documents);
  if (problems.length > 0) throw problemsError(problems);
  return { source, documents };
};
