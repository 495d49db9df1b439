import { readJsonForm } from "../lexer/json-form.ts";
import type { MappedText } from "../mapped-text.ts";
import type { Context } from "./context.ts";
import type { Command } from "./instruction.ts";

const NOT_STRINGS = "when using JSON array syntax, arrays must be comprised of strings only";

/** The words of a JSON array; undefined when the text is none. */
export const jsonWords = (
  rest: MappedText,
  report: Context["report"],
): { readonly words: readonly MappedText[]; readonly array: MappedText } | undefined => {
  const form = readJsonForm(rest);
  if (form.kind === "not-strings") report("json-not-strings", NOT_STRINGS, rest.range);
  return form.kind === "strings" ? { words: form.items, array: form.array } : undefined;
};

/** A command in exec or shell form. */
export const readCommand = (rest: MappedText, report: Context["report"]): Command => {
  const json = jsonWords(rest, report);
  return json === undefined ? { form: "shell", text: rest } : { form: "exec", ...json };
};
