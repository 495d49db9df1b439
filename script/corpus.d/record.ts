/** One case of a corpus: a text, and whether a peer's rule speaks of it. */
export interface CorpusCase {
  readonly id: string;
  readonly source: string;
  /** A rule of the source, or `*` for all of them with a complete `expect`. */
  readonly rule: string;
  readonly file_kind: string;
  readonly content: string;
  readonly fires: boolean;
  readonly config?: Readonly<Record<string, unknown>>;
  /** Further files, by path. */
  readonly files?: Readonly<Record<string, string>>;
  readonly filename?: string;
  readonly expect?: readonly { readonly rule?: string; readonly line?: number }[];
  /** The case brings its rule along: it is no rule of the tool's. */
  readonly custom_check?: unknown;
}

export type CorpusRecord = Partial<CorpusCase> & { readonly before?: string; readonly kind?: string };

const isRecord = (value: unknown): value is CorpusRecord => typeof value === "object" && value !== null && !Array.isArray(value);

export const readRecords = (path: string, content: string): readonly CorpusRecord[] =>
  content.split("\n").flatMap((line, index) => {
    if (line.trim() === "") return [];
    try {
      const value: unknown = JSON.parse(line);
      if (isRecord(value)) return [value];
    } catch {
      // Reported below, with the line's number.
    }
    process.stderr.write(`corpus: ${path}:${index + 1}: not a JSON object\n`);
    process.exit(2);
  });

export const isCase = (record: CorpusRecord): record is CorpusCase =>
  typeof record.source === "string" &&
  typeof record.rule === "string" &&
  typeof record.content === "string" &&
  typeof record.fires === "boolean" &&
  typeof record.file_kind === "string";

/** Why a whole corpus has no cases for the rules; undefined when it has. */
export const whyNot = (records: readonly CorpusRecord[]): string | undefined => {
  const [first] = records;
  if (first === undefined) return "it is empty";
  if (first.before !== undefined) return "what fixes and formatters make of a text, no verdicts";
  if (first.kind !== undefined || first.source === "buildkit-parser") return "conformance of parsers: the parsers' own tests run it";
  if (first.source === "dockerfile-utils") return "codes of a syntax validator, no rules: the Dockerfile parser's own tests run it";
  return records.some(isCase) ? undefined : "no record with a rule, a text and a verdict";
};
