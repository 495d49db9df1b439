import { type ErrorCode, formatPlace, type Range, SeaworthyError } from "../../core/index.ts";

/** Where something was written. `range` runs from the key (when there is one) to the end of the value; `key` and `value` are its parts. */
export interface Place {
  readonly path: string;
  readonly range: Range;
  readonly key?: Range;
  readonly value?: Range;
}

/** One thing that is wrong with the user's text. */
export interface Problem {
  readonly code: ErrorCode;
  readonly place?: Place;
  readonly message: string;
}

const SHOWN = 100;

const formatProblem = (problem: Problem): string =>
  problem.place === undefined ? problem.message : `${formatPlace(problem.place.path, problem.place.range)}: ${problem.message}`;

const inOrder = (problems: readonly Problem[]): readonly Problem[] => {
  const files = [...new Set(problems.map((problem) => problem.place?.path))];
  const rank = (problem: Problem): number => files.indexOf(problem.place?.path);
  return problems.toSorted((a, b) => rank(a) - rank(b) || (a.place?.range.start.offset ?? 0) - (b.place?.range.start.offset ?? 0));
};

const BEHIND = new WeakMap<SeaworthyError, readonly Problem[]>();

/** The problems behind an error, with their places; of an error that was made without any its message alone. */
export const problemsOf = (error: SeaworthyError): readonly Problem[] =>
  BEHIND.get(error) ?? [{ code: error.code, message: error.message }];

/** One error for any number of problems: all of them in reading order, the code of the first. */
export const problemsError = (problems: readonly Problem[]): SeaworthyError => {
  const error = errorOf(problems);
  BEHIND.set(error, problems);
  return error;
};

const errorOf = (problems: readonly Problem[]): SeaworthyError => {
  const unique = [...new Map(inOrder(problems).map((problem) => [formatProblem(problem), problem])).entries()];
  const lines = unique.map(([line]) => line);
  const code = unique[0]?.[1].code ?? "INPUT_INVALID";
  if (lines.length <= 1) return new SeaworthyError(code, lines[0] ?? "the input is not valid", { problems: lines });
  const files = [...new Set(unique.map(([, problem]) => problem.place?.path).filter((path) => path !== undefined))];
  const shown = lines.length > SHOWN ? [...lines.slice(0, SHOWN), `and ${lines.length - SHOWN} more`] : lines;
  return new SeaworthyError(code, `${files.join(", ")}: ${lines.length} problems`, { problems: shown });
};
