import { quoted } from "../diagnostic.ts";
import { splitBlanks } from "../lexer/split.ts";
import { type Context, flagValue, given } from "./context.ts";
import type { FromInstruction } from "./instruction.ts";

const STAGE_NAME = /^[a-z][a-z0-9-_.]*$/;

/** `FROM [--platform=p] image [AS name]` */
export const readFrom = (context: Context): FromInstruction => {
  const { base, report } = context;
  const words = splitBlanks(base.rest);
  const [image, second, third] = words;
  const isAs = second !== undefined && /^as$/iu.test(second.text);
  if (words.length !== 1 && !(words.length === 3 && isAs)) report("arguments", "FROM requires either one or three arguments", base.head);
  const name = isAs ? third : undefined;
  if (name !== undefined && !STAGE_NAME.test(name.text.toLowerCase()))
    report(
      "stage-name",
      `invalid name for build stage: ${quoted(name.text)}, name can't start with a number or contain symbols`,
      name.range,
    );
  return {
    ...base,
    keyword: "FROM",
    ...given("image", image),
    ...given("as", isAs ? second : undefined),
    ...given("name", name),
    ...given("platform", flagValue(context, "platform")),
  };
};
