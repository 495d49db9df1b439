import { quoted } from "../diagnostic.ts";
import { splitOnce, splitQuoted } from "../lexer/split.ts";
import type { Context } from "./context.ts";
import type { ArgDefinition, ArgInstruction, KeyValue, KeyValueInstruction } from "./instruction.ts";

const readPairs = ({ base, escape, report }: Context, keyword: string): readonly KeyValue[] => {
  const words = splitQuoted(base.rest, escape);
  const [first] = words;
  if (first === undefined) {
    report("arguments", `${keyword} requires at least one argument`, base.head);
    return [];
  }
  if (!first.text.includes("=")) {
    const [key, value] = splitOnce(base.rest);
    if (value !== undefined) return [{ key, value, legacy: true }];
    report("arguments", `${keyword} must have two arguments`, base.head);
    return [];
  }
  return words.flatMap((word) => {
    const equals = word.text.indexOf("=");
    if (equals > 0) return [{ key: word.slice(0, equals), value: word.slice(equals + 1), legacy: false }];
    if (equals === 0) report("key-value", `${keyword} names can not be blank`, word.range);
    else report("key-value", `Syntax error - can't find = in ${quoted(word.text)}. Must be of the form: name=value`, word.range);
    return [];
  });
};

/** `ENV name=value ...`, `LABEL name=value ...`, and the old `ENV name all the rest`. */
export const readKeyValues = (context: Context, keyword: "ENV" | "LABEL"): KeyValueInstruction => ({
  ...context.base,
  keyword,
  pairs: readPairs(context, keyword),
});

/** `ARG name[=default] ...` */
export const readArg = ({ base, escape, report }: Context): ArgInstruction => {
  const words = splitQuoted(base.rest, escape);
  if (words.length === 0) report("arguments", "ARG requires at least one argument", base.head);
  const args = words.flatMap((word): ArgDefinition[] => {
    const equals = word.text.indexOf("=");
    if (equals < 0) return [{ name: word, word }];
    if (equals > 0) return [{ name: word.slice(0, equals), value: word.slice(equals + 1), word }];
    report("key-value", "ARG names can not be blank", word.range);
    return [];
  });
  return { ...base, keyword: "ARG", args };
};
