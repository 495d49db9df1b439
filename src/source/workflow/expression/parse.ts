import { lex, type Token } from "./lex.ts";
import type { Expression, Operator, PathStep } from "./syntax.ts";

/** GitHub itself refuses expressions longer than 21,000 characters or nested deeper than 50. */
const LIMITS = { length: 21_000, depth: 60 } as const;

const BINDING: Readonly<Record<string, number>> = { "||": 1, "&&": 2, "==": 3, "!=": 3, "<": 4, "<=": 4, ">": 4, ">=": 4 };
const isOperator = (value: string): value is Operator => Object.hasOwn(BINDING, value);
const WORDS: Readonly<Record<string, boolean | null>> = { true: true, false: false, null: null };

/** Thrown within the parser alone. */
const WRONG = Symbol("no expression");

interface Reader {
  readonly tokens: readonly Token[];
  at: number;
  depth: number;
}

const peek = (reader: Reader): Token => reader.tokens[reader.at] ?? { kind: "end", value: "", start: 0, end: 0 };
const next = (reader: Reader): Token => {
  const token = peek(reader);
  reader.at += 1;
  return token;
};
const isSign = (reader: Reader, value: string): boolean => peek(reader).kind === "sign" && peek(reader).value === value;
const expectSign = (reader: Reader, value: string): Token => {
  // oxlint-disable-next-line typescript/only-throw-error -- caught in parseExpression, never seen outside
  if (!isSign(reader, value)) throw WRONG;
  return next(reader);
};

const steps = (reader: Reader): { readonly path: readonly PathStep[]; readonly end: number } => {
  const path: PathStep[] = [];
  let end = reader.tokens[reader.at - 1]?.end ?? 0;
  for (;;) {
    if (isSign(reader, ".")) {
      next(reader);
      const token = next(reader);
      if (token.kind === "name") path.push({ kind: "name", name: token.value.toLowerCase() });
      else if (token.value === "*") path.push({ kind: "star" });
      // oxlint-disable-next-line typescript/only-throw-error -- see expectSign
      else throw WRONG;
      end = token.end;
    } else if (isSign(reader, "[")) {
      next(reader);
      if (isSign(reader, "*")) {
        next(reader);
        path.push({ kind: "star" });
      } else {
        const index = binary(reader, 0);
        const name = index.kind === "literal" ? index.value : undefined;
        path.push(typeof name === "string" ? { kind: "name", name: name.toLowerCase() } : { kind: "computed", index });
      }
      end = expectSign(reader, "]").end;
    } else return { path, end };
  }
};

const args = (reader: Reader): readonly Expression[] => {
  const found: Expression[] = [];
  expectSign(reader, "(");
  while (!isSign(reader, ")")) {
    if (found.length > 0) expectSign(reader, ",");
    found.push(binary(reader, 0));
  }
  return found;
};

const numberOf = (written: string): number =>
  /^[+-]?infinity$/i.test(written) ? (written.startsWith("-") ? -Infinity : Infinity) : Number(written);

const lookedInto = (reader: Reader, value: Expression): Expression => {
  const { path, end } = steps(reader);
  return path.length === 0 ? value : { kind: "context", name: undefined, value, path, start: value.start, end };
};

const named = (reader: Reader, token: Token): Expression => {
  const name = token.value.toLowerCase();
  if (isSign(reader, "(")) {
    const given = args(reader);
    const { end } = expectSign(reader, ")");
    return lookedInto(reader, { kind: "call", name, args: given, start: token.start, end });
  }
  if (Object.hasOwn(WORDS, name)) return { kind: "literal", value: WORDS[name] ?? null, start: token.start, end: token.end };
  const { path, end } = steps(reader);
  return { kind: "context", name, value: undefined, path, start: token.start, end };
};

const primary = (reader: Reader): Expression => {
  const token = next(reader);
  if (token.kind === "text") return { kind: "literal", value: token.value, start: token.start, end: token.end };
  if (token.kind === "number") return { kind: "literal", value: numberOf(token.value), start: token.start, end: token.end };
  if (token.kind === "name") return named(reader, token);
  if (token.kind === "sign" && token.value === "!") {
    const operand = deeper(reader, primary);
    return { kind: "not", operand, start: token.start, end: operand.end };
  }
  if (token.kind === "sign" && token.value === "(") {
    const inner = binary(reader, 0);
    const { end } = expectSign(reader, ")");
    return lookedInto(reader, { ...inner, start: token.start, end });
  }
  // oxlint-disable-next-line typescript/only-throw-error -- see expectSign
  throw WRONG;
};

const deeper = (reader: Reader, read: (reader: Reader) => Expression): Expression => {
  reader.depth += 1;
  // oxlint-disable-next-line typescript/only-throw-error -- see expectSign
  if (reader.depth > LIMITS.depth) throw WRONG;
  const found = read(reader);
  reader.depth -= 1;
  return found;
};

function binary(reader: Reader, least: number): Expression {
  return deeper(reader, () => {
    let left = primary(reader);
    for (;;) {
      const { kind, value } = peek(reader);
      const binding = BINDING[value] ?? 0;
      if (kind !== "sign" || !isOperator(value) || binding <= least) return left;
      next(reader);
      const right = binary(reader, binding);
      left = { kind: "binary", operator: value, left, right, start: left.start, end: right.end };
    }
  });
}

/** Parses the inside of `${{ ... }}`, or a bare condition. Undefined for what is no expression; never throws. */
export const parseExpression = (text: string): Expression | undefined => {
  if (text.length > LIMITS.length) return undefined;
  const tokens = lex(text);
  if (tokens === undefined) return undefined;
  const reader: Reader = { tokens, at: 0, depth: 0 };
  try {
    const found = binary(reader, 0);
    return peek(reader).kind === "end" ? found : undefined;
  } catch (error) {
    if (error === WRONG) return undefined;
    throw error;
  }
};
