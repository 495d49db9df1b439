import type { Range, SourceText } from "../../../core/index.ts";
import { HASH } from "../characters.ts";
import type { Report } from "../diagnostic.ts";
import type { PhysicalLine } from "./physical.ts";

const NAMES = ["syntax", "escape", "check"] as const;
export type DirectiveName = (typeof NAMES)[number];

/** `# name=value` at the top of the file. */
export interface Directive {
  readonly name: DirectiveName;
  readonly value: string;
  readonly range: Range;
  readonly nameRange: Range;
  readonly valueRange: Range;
}

const KEY = /[ \t\f\r]*([a-zA-Z][a-zA-Z0-9]*)[ \t\f\r]*=/y;
const isName = (text: string): text is DirectiveName => (NAMES as readonly string[]).includes(text);
const isWhite = (character: string | undefined): boolean => character !== undefined && " \t\f\r".includes(character);

/**
 * Reads parser directives for as long as lines are directives: the first other line, a blank or an ordinary comment too, ends them.
 * After a `#!` line `syntax` and `check` still count, `escape` does not.
 * Source: frontend/dockerfile/parser/directives.go of moby/buildkit.
 */
export class DirectiveReader {
  readonly #source: SourceText;
  readonly #report: Report;
  readonly #seen = new Set<string>();
  readonly #found: Directive[] = [];
  #open = true;
  #first = true;
  #afterShebang = false;

  constructor(source: SourceText, report: Report) {
    this.#source = source;
    this.#report = report;
  }

  get found(): readonly Directive[] {
    return this.#found;
  }

  /** `at`: offset of the first character of the line that is not white space. True when the line was a directive. */
  read(line: PhysicalLine, at: number): boolean {
    if (!this.#open) return false;
    const { text } = this.#source;
    const first = this.#first;
    this.#first = false;
    if (first && text.startsWith("#!", at)) {
      this.#afterShebang = true;
      return false;
    }
    const directive = text.charCodeAt(at) === HASH ? this.#match(line, at) : undefined;
    if (directive === undefined) {
      this.#open = false;
      return false;
    }
    if (this.#seen.has(directive.name)) {
      this.#report("directive", `only one ${directive.name} parser directive can be used`, directive.range);
      return false;
    }
    this.#seen.add(directive.name);
    if (directive.name !== "escape") this.#found.push(directive);
    else if (this.#afterShebang) return false;
    else if (directive.value === "\\" || directive.value === "`") this.#found.push(directive);
    else this.#report("directive", `invalid escape token '${directive.value}' does not match \` or \\`, directive.valueRange);
    return true;
  }

  #match(line: PhysicalLine, at: number): Directive | undefined {
    const { text } = this.#source;
    KEY.lastIndex = at + 1;
    const key = KEY.exec(text);
    const written = key?.[1] ?? "";
    const name = written.toLowerCase();
    if (key === null || KEY.lastIndex > line.end || !isName(name)) return undefined;
    let start = KEY.lastIndex;
    let { end } = line;
    while (end > start && isWhite(text[end - 1])) end -= 1;
    while (start < end && isWhite(text[start])) start += 1;
    if (start === end) {
      // Where nothing but white space follows, the last of it is the value: so BuildKit's regular expression has it.
      if (start === line.end) return undefined;
      end = line.end;
      start = end - 1;
    }
    const nameStart = at + 1 + key[0].indexOf(written);
    return {
      name,
      value: text.slice(start, end),
      range: this.#source.range(at, line.end),
      nameRange: this.#source.range(nameStart, nameStart + written.length),
      valueRange: this.#source.range(start, end),
    };
  }
}
