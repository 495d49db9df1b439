import { BACKSLASH, DOLLAR, DOUBLE_QUOTE, LESS_THAN, SINGLE_QUOTE } from "../characters.ts";
import type { ExpandOptions } from "./expansion.ts";
import { applyModifier, applyReplacement, type Modifier } from "./modifiers.ts";
import { type Budget, newBudget, type Parts, PartsBuilder } from "./parts.ts";
import type { WordSplitter } from "./split-words.ts";
import { type Found, UNSET, type Use } from "./variable.ts";

/** `${a:-${b:-${c...`: deeper than anybody writes, and far from the end of the stack. */
const MAX_DEPTH = 100;
const NAME = /\p{Nd}+|[@*#?$!-]|[\p{L}_][\p{L}\p{Nd}_]*/uy;
/** No character: read to the end. */
export const END = -1;

/**
 * One pass over one word.
 * Source: frontend/dockerfile/shell/lex.go of moby/buildkit, whose answers (quirks among them) these are.
 */
export class WordReader {
  readonly uses: Use[] = [];
  failure: string | undefined;
  readonly #text: string;
  readonly #options: ExpandOptions;
  readonly #escape: number;
  readonly #budget: Budget;
  #rawEscapes: boolean;
  #at = 0;
  #depth = 0;

  constructor(text: string, options: ExpandOptions) {
    this.#text = text;
    this.#options = options;
    this.#escape = options.escape ?? BACKSLASH;
    this.#budget = options.budget ?? newBudget();
    this.#rawEscapes = options.rawEscapes ?? false;
  }

  /** Up to and past `stop`, or to the end for `END`. */
  readTo(stop: number, rawEscapes: boolean, splitter?: WordSplitter): Parts {
    const out = new PartsBuilder(this.#budget, stop === END ? 2 * this.#text.length : 0);
    const outer = this.#rawEscapes;
    this.#rawEscapes = rawEscapes;
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH) this.failure ??= "substitutions nested too deeply";
    let stopped = stop === END;
    while (this.failure === undefined && this.#at < this.#text.length) {
      const start = this.#at;
      const code = this.#text.charCodeAt(start);
      if (code === stop) {
        this.#at += 1;
        stopped = true;
        break;
      }
      if (code === DOLLAR) {
        const parts = this.#dollar();
        out.addAll(parts, this.uses.at(-1)?.name);
        splitter?.addExpansion(parts, start, this.#at);
      } else if (this.#isQuote(code)) {
        const parts = code === SINGLE_QUOTE ? this.#singleQuotes() : this.#doubleQuotes();
        out.addAll(parts);
        splitter?.addQuoted(parts, start, this.#at);
      } else if (code === this.#escape) this.#escaped(out, splitter);
      else if (splitter !== undefined && this.#text.startsWith("<<", start)) this.#heredocSign(out, splitter);
      else {
        const plain = this.#plain(stop);
        out.add(plain);
        splitter?.addPlain(plain, start);
      }
    }
    if (!stopped) this.failure ??= `unexpected end of statement while looking for matching ${String.fromCharCode(stop)}`;
    this.#depth -= 1;
    this.#rawEscapes = outer;
    return this.failure === undefined ? out.build() : [];
  }

  #isQuote(code: number): boolean {
    return (code === SINGLE_QUOTE || code === DOUBLE_QUOTE) && this.#options.quotesAreText !== true;
  }

  #plain(stop: number): string {
    const start = this.#at;
    for (this.#at += 1; this.#at < this.#text.length; this.#at += 1) {
      const code = this.#text.charCodeAt(this.#at);
      if (code === DOLLAR || code === stop || code === this.#escape || code === LESS_THAN || this.#isQuote(code)) break;
    }
    return this.#text.slice(start, this.#at);
  }

  /** `<<`: blanks behind it part no words, so that `<< EOF` is one. */
  #heredocSign(out: PartsBuilder, splitter: WordSplitter): void {
    const start = this.#at;
    for (this.#at += 2; " \t\r\n".includes(this.#text[this.#at] ?? "-");) this.#at += 1;
    const text = this.#text.slice(start, this.#at);
    out.add(text);
    splitter.addQuoted([text], start, this.#at);
  }

  /** An escape and the character after it, which stands for itself. At the end the escape is dropped. */
  #escaped(out: PartsBuilder, splitter: WordSplitter | undefined): void {
    const start = this.#at;
    const raw = this.#rawEscapes ? this.#text.slice(start, start + 1) : "";
    const text = raw + this.#text.slice(start + 1, start + 2);
    this.#at = Math.min(start + 2, this.#text.length);
    out.add(text);
    splitter?.addQuoted(text === "" ? [] : [text], start, this.#at);
  }

  #singleQuotes(): Parts {
    const close = this.#text.indexOf("'", this.#at + 1);
    if (close < 0) {
      this.#at = this.#text.length;
      this.failure = "unexpected end of statement while looking for matching single-quote";
      return [];
    }
    const inner = this.#options.rawQuotes === true ? this.#text.slice(this.#at, close + 1) : this.#text.slice(this.#at + 1, close);
    this.#at = close + 1;
    return inner === "" ? [] : [inner];
  }

  #doubleQuotes(): Parts {
    const out = new PartsBuilder(this.#budget, this.#text.length);
    const quote = this.#options.rawQuotes === true ? '"' : "";
    out.add(quote);
    this.#at += 1;
    while (this.failure === undefined) {
      const code = this.#text.charCodeAt(this.#at);
      if (this.#at >= this.#text.length) this.failure = "unexpected end of statement while looking for matching double-quote";
      else if (code === DOUBLE_QUOTE) {
        this.#at += 1;
        out.add(quote);
        return out.build();
      } else if (code === DOLLAR) out.addAll(this.#dollar(), this.uses.at(-1)?.name);
      else if (code === this.#escape) {
        const next = this.#text.charCodeAt(this.#at + 1);
        const escapes = next === DOUBLE_QUOTE || next === DOLLAR || next === this.#escape;
        const kept = this.#text.slice(this.#at, this.#at + 1);
        if (this.#rawEscapes) out.add(kept);
        if (escapes) out.add(String.fromCharCode(next));
        else if (this.#at + 1 < this.#text.length) out.add(kept);
        this.#at += escapes ? 2 : 1;
      } else {
        const start = this.#at;
        for (this.#at += 1; this.#at < this.#text.length; this.#at += 1) {
          const inner = this.#text.charCodeAt(this.#at);
          if (inner === DOUBLE_QUOTE || inner === DOLLAR || inner === this.#escape) break;
        }
        out.add(this.#text.slice(start, this.#at));
      }
    }
    return [];
  }

  #name(): string {
    NAME.lastIndex = this.#at;
    const name = NAME.exec(this.#text)?.[0] ?? "";
    this.#at += name.length;
    return name;
  }

  #dollar(): Parts {
    const start = this.#at;
    this.#at += 1;
    if (this.#text[this.#at] === "{") return this.#braces(start);
    const name = this.#name();
    if (name === "") return ["$"];
    const found = this.#lookUp(name, start);
    return found.state === "unset" ? this.#unset(`$${name}`) : found.parts;
  }

  #braces(start: number): Parts {
    this.#at += 1;
    const first = this.#text[this.#at];
    if (first === undefined) return this.#fail("syntax error: missing '}'");
    if (first === "{" || first === "}" || first === ":") return this.#fail("syntax error: bad substitution");
    const name = this.#name();
    const next = this.#text[this.#at];
    this.#at += 1;
    if (next === "}") {
      const found = this.#lookUp(name, start);
      return found.state === "unset" ? this.#unset(`\${${name}}`) : found.parts;
    }
    if (next === "/") return this.#replacement(name, start);
    if (next === ":" || next === "+" || next === "-" || next === "?" || next === "#" || next === "%")
      return this.#modified(name, next, start);
    return this.#fail(`unsupported modifier (${next ?? "\u{FFFD}"}) in substitution`);
  }

  #modified(name: string, first: string, start: number): Parts {
    const colon = first === ":";
    const sign = colon ? (this.#text[this.#at] ?? "\u{FFFD}") : first;
    const written = colon ? `:${sign}` : first;
    if (colon) this.#at = Math.min(this.#at + 1, this.#text.length);
    const trims = sign === "#" || sign === "%";
    if (colon && trims) return this.#fail(`unsupported modifier (${written}) in substitution`);
    const word = this.#inner("}", trims, "syntax error: missing '}'");
    if (this.failure !== undefined) return [];
    if (sign !== "-" && sign !== "+" && sign !== "?" && !trims) return this.#fail(`unsupported modifier (${written}) in substitution`);
    const found = this.#lookUp(name, start);
    if (found.state === "unset" && this.#options.keepUnset === true) return this.#kept(name, written, word);
    const modifier: Modifier = { name, sign, nullIsUnset: colon, word };
    return this.#result(applyModifier(modifier, found, this.#budget), name);
  }

  #replacement(name: string, start: number): Parts {
    const all = this.#text[this.#at] === "/";
    if (all) this.#at += 1;
    const pattern = this.#inner("/", true, "syntax error: missing '/' in ${}");
    if (this.failure !== undefined) return [];
    const replacement = this.#inner("}", true, "syntax error: missing '}'");
    if (this.failure !== undefined) return [];
    const found = this.#lookUp(name, start);
    if (found.state === "unset" && this.#options.keepUnset === true) return this.#kept(name, "/", [...pattern, "/", ...replacement]);
    return this.#result(applyReplacement({ name, pattern, replacement, all }, found, this.#budget), name);
  }

  /** The word of a modifier. Whatever goes wrong in one that has no end, it is the missing end that is reported. */
  #inner(stop: "}" | "/", rawEscapes: boolean, missing: string): Parts {
    const parts = this.readTo(stop.charCodeAt(0), rawEscapes);
    if (this.failure !== undefined && this.#at >= this.#text.length) this.failure = missing;
    return parts;
  }

  #result(result: Parts | { readonly error: string }, name: string): Parts {
    if (!("error" in result)) {
      const out = new PartsBuilder(this.#budget);
      out.addAll(result, name);
      return out.build();
    }
    return this.#fail(result.error);
  }

  #lookUp(name: string, start: number): Found {
    const found = this.#options.lookup?.(name) ?? UNSET;
    this.uses.push({ name, start, end: this.#at, found });
    return found;
  }

  #unset(written: string): Parts {
    return this.#options.keepUnset === true ? [written] : [];
  }

  #kept(name: string, modifier: string, word: Parts): Parts {
    const out = new PartsBuilder(this.#budget, this.#text.length);
    out.add(`\${${name}${modifier}`);
    out.addAll(word);
    out.add("}");
    return out.build();
  }

  #fail(message: string): Parts {
    this.failure ??= message;
    return [];
  }
}
