import type { Argument } from "../../source/shell/index.ts";
import type { FileComplaint } from "../rule.ts";
import type { DockerfileSubject } from "../subject.ts";
import type { Located } from "./scripts.ts";

type Fix = Pick<FileComplaint, "fix">;

/** The place of an argument that stands in the file as it is: not from a variable, not in the exec form, not within escapes. */
const offsetOf = (subject: DockerfileSubject, { script }: Located, argument: Argument | undefined): number | undefined => {
  if (argument === undefined || script.form === "exec" || argument.raw !== argument.text) return undefined;
  const range = script.rangeOf(argument.start, argument.end);
  return subject.source.slice(range) === argument.text ? range.start.offset : undefined;
};

/** Writes an option behind a word of the command. */
export const optionBehind = (subject: DockerfileSubject, located: Located, word: Argument | undefined, option: string): Fix => {
  const offset = offsetOf(subject, located, word);
  if (offset === undefined || word === undefined) return {};
  return { fix: { path: subject.source.path, edits: [{ offset: offset + word.text.length, length: 0, text: ` ${option}` }] } };
};

/** Writes another word in the place of one. */
export const wordInstead = (subject: DockerfileSubject, located: Located, word: Argument | undefined, text: string): Fix => {
  const offset = offsetOf(subject, located, word);
  if (offset === undefined || word === undefined) return {};
  return { fix: { path: subject.source.path, edits: [{ offset, length: word.text.length, text }] } };
};
