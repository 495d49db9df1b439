export interface Token {
  readonly kind: "name" | "text" | "number" | "sign" | "end";
  /** A text's value without quotes, everything else as written. */
  readonly value: string;
  readonly start: number;
  readonly end: number;
}

const SPACE = /\s*/y;
const NUMBER = /[+-]?(?:0x[\da-f]+|0o[0-7]+|(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|infinity\b|nan\b)/iy;
const NAME = /[a-z_][\w-]*/iy;
const TEXT = /'(?:[^']|'')*'/y;
const SIGN = /&&|\|\||==|!=|<=|>=|[!<>()[\].,*]/y;

const match = (pattern: RegExp, text: string, at: number): string | undefined => {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
};

const KINDS: readonly (readonly [Token["kind"], RegExp])[] = [
  ["number", NUMBER],
  ["name", NAME],
  ["text", TEXT],
  ["sign", SIGN],
];

/** The tokens of an expression, the last of kind `end`; undefined for a character that begins none. */
export const lex = (text: string): readonly Token[] | undefined => {
  const tokens: Token[] = [];
  let at = 0;
  for (;;) {
    at += match(SPACE, text, at)?.length ?? 0;
    if (at >= text.length) return [...tokens, { kind: "end", value: "", start: at, end: at }];
    const start = at;
    // After a dot a digit is no number: `matrix.0`.
    const found = KINDS.map(([kind, pattern]) => [kind, match(pattern, text, start)] as const).find(([, value]) => value !== undefined);
    if (found?.[1] === undefined) return undefined;
    const [kind, written] = found;
    at += written.length;
    tokens.push({ kind, value: kind === "text" ? written.slice(1, -1).replaceAll("''", "'") : written, start, end: at });
  }
};
