/** A line of an image's history (opencontainers/image-spec, config.md, "history"). */
export interface HistoryLine {
  readonly createdBy?: string;
  /** True where the step made no layer. */
  readonly emptyLayer: boolean;
}

/** One step of an image's history, as far as it tells which instruction made it. */
export interface Step {
  /** From 1, oldest first, as in the configuration. */
  readonly number: number;
  /** As it is written there. */
  readonly text: string;
  /** In upper case; RUN where only a command is written. Empty for a step that no Dockerfile made. */
  readonly keyword: string;
  /** What follows it; of RUN the script alone. */
  readonly rest: string;
  /** Of RUN: the words before the script, `/bin/sh -c`. */
  readonly shell?: readonly string[];
  /** Of RUN: the build arguments it was given, with their values. */
  readonly args: readonly (readonly [name: string, value: string])[];
  /** It came with the base image, going by the CMD that ends it. */
  readonly fromBase: boolean;
}

const MAX_STEPS = 2000;
const MAX_TEXT = 64 * 1024;
const KEYWORDS = new Set(
  "ADD ARG CMD COPY ENTRYPOINT ENV EXPOSE HEALTHCHECK LABEL MAINTAINER ONBUILD RUN SHELL STOPSIGNAL USER VOLUME WORKDIR".split(" "),
);

/** Space-separated `NAME=value` whose values may have spaces themselves: each goes on to the next that looks like a name. */
export const assignmentsIn = (text: string): readonly (readonly [name: string, value: string])[] => {
  const marks = [...text.matchAll(/(?:^|\s)([A-Za-z_][\w.-]*)=/g)];
  return marks.map((mark, at) => [mark[1] ?? "", text.slice(mark.index + mark[0].length, marks[at + 1]?.index).trim()] as const);
};

const SHELL = /^((?:\/\S*\/)?(?:ba|da|a|z|k)?sh(?: -\S+(?: pipefail)?)*? -\w*c) /;
const ANY_SHELL = / ((?:\/\S*\/)(?:ba|da|a|z|k)?sh(?: -\S+(?: pipefail)?)*? -\w*c) /;

/** `|2 A=b C=d /bin/sh -c make`: how both builders write that ARGs had values. */
const splitRun = (text: string): Pick<Step, "rest" | "shell" | "args"> => {
  if (/^\|\d+ /.test(text)) {
    const shell = ANY_SHELL.exec(text);
    const end = shell === null ? text.length : shell.index;
    return {
      rest: shell === null ? "" : text.slice(end + shell[0].length),
      ...(shell?.[1] === undefined ? {} : { shell: shell[1].split(" ") }),
      args: assignmentsIn(text.slice(text.indexOf(" ") + 1, end)),
    };
  }
  const shell = SHELL.exec(text)?.[1];
  return shell === undefined ? { rest: text, args: [] } : { rest: text.slice(shell.length + 1), shell: shell.split(" "), args: [] };
};

const stepOf = ({ createdBy = "" }: HistoryLine, number: number): Omit<Step, "fromBase"> => {
  const text = createdBy.slice(0, MAX_TEXT).trim();
  const plain = text.replace(/\s*# buildkit$/, "");
  const none: Omit<Step, "fromBase"> = { number, text, keyword: "", rest: "", args: [] };
  // The classic builder: `/bin/sh -c #(nop)  CMD ["sh"]`; what is no such comment was run.
  const nop = /#\(nop\)\s*(.*)$/s.exec(plain)?.[1];
  const [, word = "", rest = ""] = /^([A-Za-z]+)(?:\s+(.*))?$/s.exec(nop ?? plain) ?? [];
  if (KEYWORDS.has(word.toUpperCase()) && (nop !== undefined || word === word.toUpperCase()))
    return word.toUpperCase() === "RUN" ? { ...none, keyword: "RUN", ...splitRun(rest) } : { ...none, keyword: word.toUpperCase(), rest };
  if (nop !== undefined) return none;
  const run = splitRun(plain);
  return run.shell === undefined ? none : { ...none, keyword: "RUN", ...run };
};

/** How many of the first steps are a base image's: up to the last CMD that a step with a layer follows. Trivy guesses alike. */
const baseSteps = (steps: readonly Omit<Step, "fromBase">[], entries: readonly HistoryLine[]): number => {
  const last = entries.findLastIndex(({ emptyLayer }) => !emptyLayer);
  return steps.slice(0, Math.max(0, last)).findLastIndex(({ keyword }) => keyword === "CMD") + 1;
};

/** Reads a history, whichever builder wrote it: the classic one, BuildKit, buildah, kaniko. What none of them writes has no keyword. */
export const stepsOf = (history: readonly HistoryLine[]): readonly Step[] => {
  const entries = history.slice(0, MAX_STEPS);
  const steps = entries.map((entry, index) => stepOf(entry, index + 1));
  const base = baseSteps(steps, entries);
  return steps.map((step) => ({ ...step, fromBase: step.number <= base }));
};

/** How many of the first layers came with the base image, going by its CMD; undefined where no step tells. A guess: it is nobody's word. */
export const baseLayersByHistory = (history: readonly HistoryLine[]): number | undefined => {
  const steps = stepsOf(history);
  const layers = steps.filter(({ number, fromBase }) => fromBase && history[number - 1]?.emptyLayer === false).length;
  return layers === 0 ? undefined : layers;
};
