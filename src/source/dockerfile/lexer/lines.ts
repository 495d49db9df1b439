import type { Range, SourceText } from "../../../core/index.ts";
import { BACKSLASH, HASH, isSpace, SPACE, TAB } from "../characters.ts";
import type { Report } from "../diagnostic.ts";
import { MappedText, MappedTextBuilder } from "../mapped-text.ts";
import type { Comment } from "./comment.ts";
import { DirectiveReader } from "./directives.ts";
import { LineReader, MAX_LINE_BYTES, type PhysicalLine } from "./physical.ts";

/** The lines of one instruction, joined; a here-document's own lines are not among them. */
export interface LogicalLine {
  readonly text: MappedText;
  /** Offsets in the file: of the first character that is not white space, and of the end of its last line. */
  readonly start: number;
  readonly end: number;
  /** Comment lines above it, back to the instruction before or to a comment with nothing in it, which parts them. */
  readonly comments: readonly Comment[];
  /** Blank lines among its continuations. BuildKit skips them and warns. */
  readonly blankLines: readonly Range[];
}

/** Reads a file as logical lines, and on request as plain lines, for here-documents. */
export class LogicalLineReader {
  readonly comments: Comment[] = [];
  readonly directives: DirectiveReader;
  readonly #source: SourceText;
  readonly #report: Report;
  readonly #lines: LineReader;
  #escape = BACKSLASH;

  constructor(source: SourceText, report: Report) {
    this.#source = source;
    this.#report = report;
    this.#lines = new LineReader(source);
    this.directives = new DirectiveReader(source, report);
  }

  /** The escape character in force: a backslash, or a backtick where the directive says so. */
  get escape(): number {
    return this.#escape;
  }

  /** Where the next line begins. */
  get offset(): number {
    return this.#lines.offset;
  }

  nextPhysical(): PhysicalLine | undefined {
    const line = this.#lines.next();
    if (line !== undefined && line.next - line.start > MAX_LINE_BYTES / 3) this.#measure(line);
    return line;
  }

  next(): LogicalLine | undefined {
    let above: Comment[] = [];
    for (let line = this.nextPhysical(); line !== undefined; line = this.nextPhysical()) {
      const start = this.#skipSpace(line);
      const directive = this.directives.read(line, start);
      if (directive) this.#escape = this.#escapeNow();
      else if (this.#source.text.charCodeAt(start) === HASH && start < line.end) {
        const comment = this.#comment(line, start, false);
        if (comment.text === "") above = [];
        else above.push(comment);
      } else if (start < line.end) return this.#logical(line, start, above);
    }
    return undefined;
  }

  #logical(first: PhysicalLine, start: number, comments: readonly Comment[]): LogicalLine {
    const cut = this.#continuation(start, first.end);
    if (cut < 0) return { text: MappedText.of(this.#source, start, first.end), start, end: first.end, comments, blankLines: [] };
    const builder = new MappedTextBuilder(this.#source);
    const blankLines: Range[] = [];
    if (cut > start) builder.add(this.#source.text.slice(start, cut), start);
    let last = first;
    for (let line = this.nextPhysical(); line !== undefined; line = this.nextPhysical()) {
      last = line;
      const text = this.#skipSpace(line);
      if (text === line.end) {
        blankLines.push(this.#source.range(line.start, line.end));
        continue;
      }
      if (this.#source.text.charCodeAt(text) === HASH) {
        this.#comment(line, text, true);
        continue;
      }
      const end = this.#continuation(line.start, line.end);
      const stop = end < 0 ? line.end : end;
      if (stop > line.start) builder.add(this.#source.text.slice(line.start, stop), line.start);
      if (end < 0) break;
    }
    return { text: builder.build(start), start, end: last.end, comments, blankLines };
  }

  /** Offset of the escape character that continues `[start, end)` on the next line; -1 when none does. Escaped, it does not. */
  #continuation(start: number, end: number): number {
    const { text } = this.#source;
    let at = end - 1;
    while (at >= start && (text.charCodeAt(at) === SPACE || text.charCodeAt(at) === TAB)) at -= 1;
    if (at < start || text.charCodeAt(at) !== this.#escape) return -1;
    return at > start && text.charCodeAt(at - 1) === this.#escape ? -1 : at;
  }

  #skipSpace(line: PhysicalLine): number {
    let at = line.start;
    while (at < line.end && isSpace(this.#source.text.charCodeAt(at))) at += 1;
    return at;
  }

  #comment(line: PhysicalLine, at: number, inside: boolean): Comment {
    const comment = { text: this.#source.text.slice(at + 1, line.end).trim(), range: this.#source.range(at, line.end), inside };
    this.comments.push(comment);
    return comment;
  }

  #escapeNow(): number {
    return this.directives.found.find((one) => one.name === "escape")?.value.charCodeAt(0) ?? BACKSLASH;
  }

  #measure(line: PhysicalLine): void {
    const bytes = Buffer.byteLength(this.#source.text.slice(line.start, line.next)) - (this.#source.text[line.next - 1] === "\n" ? 1 : 0);
    if (bytes > MAX_LINE_BYTES)
      this.#report(
        "line-too-long",
        `dockerfile line greater than max allowed size of ${MAX_LINE_BYTES}`,
        this.#source.range(line.start, line.end),
      );
  }
}
