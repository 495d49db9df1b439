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

function* bounded(
  source: SourceText,
  limits: YamlLimits,
): Generator<ReturnType<Parser["next"]> extends Generator<infer Token> ? Token : never> {
  const parser = new Parser();
  // The parser keeps its open collections on a stack; every nesting level is one collection.
  for (const lexeme of new Lexer().lex(source.text)) {
    yield* parser.next(lexeme);
    if (parser.stack.length > limits.depth + 2)
      throw new SeaworthyError(
        "INPUT_TOO_LARGE",
        `${source.path}:${source.position(parser.offset).line}: YAML nested more than ${limits.depth} levels deep is refused`,
      );
  }
  yield* parser.end();
}

/** A file is parsed once, however many ask for it: loading, rules, fixes. */
const PARSED = new WeakMap<SourceText, ParsedFile>();

/**
 * Parses YAML 1.2 (core schema). Every syntax error is reported, with line and column.
 * @throws INPUT_INVALID with all syntax errors; INPUT_TOO_LARGE over the limits, by default those of a compose file: 1 MiB, 64 levels, 32 documents.
 */
export const parseYaml = (source: SourceText, limits: YamlLimits = YAML_LIMITS): ParsedFile => {
  const before = limits === YAML_LIMITS ? PARSED.get(source) : undefined;
  if (before !== undefined) return before;
  const file = parse(source, limits);
  if (limits === YAML_LIMITS) PARSED.set(source, file);
  return file;
};

const parse = (source: SourceText, limits: YamlLimits): ParsedFile => {
  if (source.text.length > limits.bytes)
    throw new SeaworthyError(
      "INPUT_TOO_LARGE",
      `${source.path} has ${formatByteSize(source.text.length)}; at most ${formatByteSize(limits.bytes)} of YAML are read`,
    );
  const composer = new Composer({ uniqueKeys: false, prettyErrors: false, version: "1.2", schema: "core", stringKeys: false });
  const documents: Document.Parsed[] = [];
  for (const document of composer.compose(bounded(source, limits), false, source.text.length)) {
    documents.push(document);
    if (documents.length > limits.documents)
      throw new SeaworthyError("INPUT_TOO_LARGE", `${source.path} has more than ${limits.documents} YAML documents`);
  }
  const problems = documents.flatMap((document) =>
    document.errors.map((error): Problem => ({
      code: "INPUT_INVALID",
      place: { path: source.path, range: source.range(...error.pos) },
      message: words(error),
    })),
  );
  if (problems.length > 0) throw problemsError(problems);
  return { source, documents };
};
