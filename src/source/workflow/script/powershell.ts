import { withoutTemplates } from "../template.ts";
import type { Command, Word } from "./command.ts";

const WORD = /(?:`[\s\S]|"(?:`[\s\S]|""|[^"`])*"|'(?:''|[^'])*'|[^\s|;&`"'])+/y;
const GAP = /(?:[ \t]|`\r?\n)+/y;
const COMMENT = /<#[\s\S]*?#>|#[^\n]*/y;
const BREAK = /\r?\n|;|&&|\|\||[{}()]/y;
const REDIRECT = /^[\d*]?>>?$/;

const match = (pattern: RegExp, text: string, at: number): string => {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? "";
};

const unquoted = (raw: string): string => raw.replace(/^(["'])([\s\S]*)\1$/, "$2");

const wordAt = (start: number, raw: string, masked: string): Word => ({
  raw,
  value: unquoted(raw),
  isLiteral: masked.startsWith("'") || !masked.includes("$"),
  start,
  end: start + raw.length,
});

const commandOf = (words: readonly Word[], from: Command | undefined): Command | undefined => {
  const at = words.findIndex(({ value }) => REDIRECT.test(value));
  const target = at < 0 ? undefined : words[at + 1];
  const plain = at < 0 ? words : words.filter((_, index) => index !== at && index !== at + 1);
  const [program] = plain;
  if (program === undefined) return undefined;
  return {
    name: program.value.slice(program.value.search(/[^/\\]*$/)),
    args: plain.slice(1),
    redirects: target === undefined ? [] : [{ operator: words[at]?.value ?? ">", target }],
    hereDocument: undefined,
    from,
    into: undefined,
    start: program.start,
    end: words.at(-1)?.end ?? program.end,
  };
};

/** The commands of a PowerShell script, as far as rules about programs and files need them: words, quotes, pipes, redirections. */
export const powershellCommands = (written: string): readonly Command[] => {
  const script = withoutTemplates(written);
  const found: Command[] = [];
  let words: Word[] = [];
  let from: Command | undefined;
  const close = (piped: boolean): void => {
    const command = commandOf(words, from);
    if (command !== undefined) {
      found.push(command);
      if (from !== undefined) Object.assign(from, { into: command });
    }
    words = [];
    from = piped ? (command ?? from) : undefined;
  };
  for (let at = 0; at < script.length;) {
    const gap = match(GAP, script, at).length;
    const comment = match(COMMENT, script, at).length;
    const end = match(BREAK, script, at).length;
    if (gap > 0) at += gap;
    else if (comment > 0) at += comment;
    else if (end > 0) {
      close(false);
      at += end;
    } else if (script[at] === "|") {
      close(true);
      at += 1;
    } else {
      const raw = match(WORD, script, at);
      if (raw !== "") words.push(wordAt(at, written.slice(at, at + raw.length), raw));
      at += Math.max(1, raw.length);
    }
  }
  close(false);
  return found;
};
