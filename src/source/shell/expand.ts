import type { ParameterExpansionPart, Word, WordPart } from "unbash";
import { type Argument, UNKNOWN } from "./command.ts";
import type { Variables } from "./variables.ts";

const BLANK = /[ \t\n]+/;
const NAME = /^[A-Za-z_]\w*$/;

const parameter = (part: ParameterExpansionPart, variables: Variables): string => {
  const { parameter: name, operation } = part;
  if (part.prefix !== undefined || part.index !== undefined || !NAME.test(name)) return UNKNOWN;
  const value = variables.get(name);
  if (operation === undefined) return value;
  if (operation.type !== "Default") return UNKNOWN;
  const alternative = operation.operator.endsWith("+");
  if (value.includes(UNKNOWN)) return UNKNOWN;
  const isMissing = operation.operator.startsWith(":") && value === "";
  if (alternative) return isMissing ? "" : joined(operation.operand, variables);
  return isMissing ? joined(operation.operand, variables) : value;
};

/** A stretch that is not known is one, however many letters stand for it. */
const known = (text: string): string => (text.includes(UNKNOWN) ? text.replace(/\0+/g, UNKNOWN) : text);

/** What a part stands for, and whether the shell splits it into fields. */
const textOf = (part: WordPart, variables: Variables): { readonly text: string; readonly isSplit: boolean } => {
  switch (part.type) {
    case "Literal": {
      const text = known(part.value);
      return { text, isSplit: text !== part.value && !BLANK.test(text) };
    }
    case "SingleQuoted":
    case "AnsiCQuoted":
      return { text: known(part.value), isSplit: false };
    case "DoubleQuoted":
    case "LocaleString":
      return { text: part.parts.map((one) => textOf(one, variables).text).join(""), isSplit: false };
    case "SimpleExpansion": {
      const name = part.text.slice(1);
      return { text: NAME.test(name) ? variables.get(name) : UNKNOWN, isSplit: true };
    }
    case "ParameterExpansion":
      return { text: parameter(part, variables), isSplit: true };
    case "CommandExpansion":
    case "ProcessSubstitution":
      return { text: UNKNOWN, isSplit: true };
    case "ArithmeticExpansion":
      return { text: UNKNOWN, isSplit: false };
    case "Glob":
    case "ExtendedGlob":
    case "BraceExpansion":
      return { text: part.text, isSplit: false };
  }
};

/** The word as one text, as in an assignment. */
export const joined = (word: Pick<Word, "value" | "parts">, variables: Variables): string =>
  word.parts === undefined ? known(word.value) : word.parts.map((part) => textOf(part, variables).text).join("");

interface Field {
  readonly text: string;
  readonly isOne: boolean;
}

/** The fields that the shell makes of a word. */
export const fieldsOf = (word: Word, variables: Variables): readonly Field[] => {
  if (word.parts === undefined) {
    const text = known(word.value);
    return [{ text, isOne: text === word.value }];
  }
  const fields: Field[] = [];
  let open: { text: string; isOne: boolean } | undefined;
  for (const part of word.parts) {
    const { text, isSplit } = textOf(part, variables);
    const pieces = isSplit ? text.split(BLANK) : [text];
    for (const [index, piece] of pieces.entries()) {
      if (index > 0 && open !== undefined) {
        fields.push(open);
        open = undefined;
      }
      // Nothing at the edge of what was split is no field; "" in quotes is one.
      if (piece === "" && isSplit && open === undefined) continue;
      open = { text: (open?.text ?? "") + piece, isOne: (open?.isOne ?? true) && !(isSplit && piece.includes(UNKNOWN)) };
    }
  }
  return open === undefined ? fields : [...fields, open];
};

export const argumentsOf = (word: Word, variables: Variables, place: Pick<Argument, "raw" | "start" | "end">): readonly Argument[] =>
  fieldsOf(word, variables).map((field) => ({ ...field, ...place }));
