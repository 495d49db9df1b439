import type { SeaworthyError, SourceText } from "../../core/index.ts";
import type { Problem } from "../../source/index.ts";

const AT = /:(\d+)(?::(\d+))?: /;

/** Why a file could not be read, as problems of that file: each of the error's own, at the line that it names. */
export const unreadable = (source: SourceText, error: SeaworthyError): readonly Problem[] =>
  (error.problems.length > 0 ? error.problems : [error.message]).map((words) => {
    const [whole, line] = AT.exec(words) ?? [];
    const start = source.offsetOfLine(Number(line ?? 1));
    return {
      code: error.code,
      place: { path: source.path, range: source.range(start, start + source.line(Number(line ?? 1)).length) },
      message: whole === undefined ? words : words.slice(words.indexOf(whole) + whole.length),
    };
  });
