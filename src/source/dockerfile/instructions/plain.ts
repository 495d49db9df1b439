import { splitBlanks, trim } from "../lexer/split.ts";
import { jsonWords, readCommand } from "./command.ts";
import type { Context } from "./context.ts";
import type { CommandInstruction, ListInstruction, ShellInstruction, ValueInstruction } from "./instruction.ts";

/** `CMD command`, `ENTRYPOINT command` */
export const readCommandInstruction = ({ base, report }: Context, keyword: CommandInstruction["keyword"]): CommandInstruction => ({
  ...base,
  keyword,
  command: readCommand(base.rest, report),
});

/** `SHELL ["executable", "parameters"]` */
export const readShell = ({ base, report }: Context): ShellInstruction => {
  const words = jsonWords(base.rest, report)?.words;
  if (base.rest.length === 0 || words?.length === 0) report("arguments", "SHELL requires at least one argument", base.head);
  else if (words === undefined) report("arguments", "SHELL requires the arguments to be in JSON form", base.head);
  return { ...base, keyword: "SHELL", words: words ?? [] };
};

/** `EXPOSE port...`, `VOLUME path...` or `VOLUME ["path"]` */
export const readList = ({ base, report }: Context, keyword: ListInstruction["keyword"]): ListInstruction => {
  const words = (keyword === "VOLUME" ? jsonWords(base.rest, report)?.words : undefined) ?? splitBlanks(base.rest);
  if (words.length === 0) report("arguments", `${keyword} requires at least one argument`, base.head);
  if (keyword === "EXPOSE") return { ...base, keyword, words };
  const paths = words.map(trim);
  if (paths.some((path) => path.length === 0)) report("arguments", "VOLUME specified can not be an empty string", base.head);
  return { ...base, keyword, words: paths.filter((path) => path.length > 0) };
};

/** `USER name`, `WORKDIR path`, `STOPSIGNAL signal`, `MAINTAINER name`: all of the line is one value. */
export const readValue = ({ base, report }: Context, keyword: ValueInstruction["keyword"]): ValueInstruction => {
  if (base.rest.length > 0) return { ...base, keyword, value: base.rest };
  report("arguments", `${keyword} requires exactly one argument`, base.head);
  return { ...base, keyword };
};
