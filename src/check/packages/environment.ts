import type { Range } from "../../core/index.ts";
import { partsOf } from "../../source/dockerfile/index.ts";
import { UNKNOWN } from "../../source/shell/index.ts";
import type { DockerfileSubject } from "../subject.ts";
import { runScripts } from "./scripts.ts";

/** A variable given a value: by ENV, by ARG, or in a script for the commands behind it. */
export interface Given {
  readonly name: string;
  /** With UNKNOWN for what is not known. */
  readonly value: string;
  readonly by: "ENV" | "ARG" | "RUN";
  readonly at: Range;
}

const EXPORTS = new Set(["export", "declare", "typeset", "readonly", "local"]);

const inScripts = (subject: DockerfileSubject): readonly Given[] =>
  runScripts(subject).flatMap(({ commands, rangeOf }) =>
    commands
      // A command that another runs has the same assignments before it.
      .filter(({ via }) => via === undefined)
      .flatMap(({ assignments, name, args }): readonly Given[] => [
        ...assignments.map((one): Given => ({ name: one.name, value: one.text, by: "RUN", at: rangeOf(one.start, one.end) })),
        ...(EXPORTS.has(name) ? args : []).flatMap(({ text, start, end }): readonly Given[] => {
          const [, key, value = ""] = /^([A-Za-z_]\w*)=([\s\S]*)$/.exec(text) ?? [];
          return key === undefined ? [] : [{ name: key, value, by: "RUN", at: rangeOf(start, end) }];
        }),
      ]),
  );

const known = new WeakMap<DockerfileSubject["evaluation"], readonly Given[]>();

/** Every value that the file gives a variable. */
export const givenVariables = (subject: DockerfileSubject): readonly Given[] => {
  const { evaluation } = subject;
  const before = known.get(evaluation);
  if (before !== undefined) return before;
  const instructions = [...evaluation.globalArgs, ...evaluation.stages.flatMap((stage) => stage.instructions)];
  const written = instructions
    .filter(({ triggeredBy }) => triggeredBy === undefined)
    .flatMap((evaluated): readonly Given[] => {
      const { instruction } = evaluated;
      const text = (word: Parameters<typeof partsOf>[1]): string =>
        partsOf(evaluated, word)
          .map((part) => (typeof part === "string" ? part : UNKNOWN))
          .join("");
      if (instruction.keyword === "ENV")
        return instruction.pairs.map(({ key, value }) => ({ name: key.text, value: text(value), by: "ENV", at: key.range }));
      if (instruction.keyword !== "ARG") return [];
      return instruction.args.flatMap(({ name, value }) =>
        value === undefined ? [] : [{ name: name.text, value: text(value), by: "ARG" as const, at: name.range }],
      );
    });
  const found = [...written, ...inScripts(subject)];
  known.set(evaluation, found);
  return found;
};
