import { heredocMark } from "../lexer/heredoc.ts";
import { splitBlanks } from "../lexer/split.ts";
import { jsonWords } from "./command.ts";
import { type Context, flagTruth, flagValue, flagValues, given } from "./context.ts";
import type { CopyInstruction, CopySource } from "./instruction.ts";

/** `COPY [flags] source... destination`, and ADD, which is read alike. The bodies of here-documents are filled in by `withHeredocs`. */
export const readCopy = (context: Context, keyword: "COPY" | "ADD"): CopyInstruction => {
  const { base, report } = context;
  const json = jsonWords(base.rest, report);
  const words = json?.words ?? splitBlanks(base.rest);
  const destination = words.length > 1 ? words.at(-1) : undefined;
  if (destination === undefined)
    report(
      "arguments",
      `${keyword} requires at least two arguments, but only one was provided. Destination could not be determined`,
      base.head,
    );
  else if (heredocMark(destination.text) !== undefined)
    report("heredoc-destination", `${keyword} cannot accept a heredoc as a destination`, destination.range);
  const sources = (destination === undefined ? words : words.slice(0, -1)).map((word): CopySource => ({
    kind: heredocMark(word.text) === undefined ? "path" : "heredoc",
    word,
  }));
  return {
    ...base,
    keyword,
    form: json === undefined ? "words" : "json",
    sources,
    ...given("destination", destination),
    ...given("from", keyword === "COPY" ? flagValue(context, "from") : undefined),
    ...given("chown", flagValue(context, "chown")),
    ...given("chmod", flagValue(context, "chmod")),
    link: flagTruth(context, "link") ?? false,
    parents: flagTruth(context, "parents") ?? false,
    exclude: flagValues(context, "exclude"),
    ...given("checksum", flagValue(context, "checksum")),
    ...given("keepGitDir", flagTruth(context, "keep-git-dir")),
    ...given("unpack", flagTruth(context, "unpack")),
  };
};
