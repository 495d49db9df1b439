import type { Range } from "../../core/index.ts";
import { copyReference, type EvaluatedStage, mountReference } from "../../source/dockerfile/index.ts";
import { fileRule } from "./define.ts";
import type { LabelForm } from "../../project/index.ts";
import type { Rule } from "../rule.ts";
import type { DockerfileSubject } from "../subject.ts";
import { textOf, written } from "./walk.ts";

export interface WrittenLabel {
  readonly name: string;
  /** Undefined while it depends on what is not known. */
  readonly value: string | undefined;
  readonly range: Range;
}

/** The labels that a Dockerfile sets whose names are known. */
export const labelsOf = (subject: DockerfileSubject): readonly WrittenLabel[] =>
  written(subject, "LABEL").flatMap((one) =>
    one.instruction.keyword !== "LABEL"
      ? []
      : one.instruction.pairs.flatMap(({ key, value }) => {
          const name = textOf(one, key);
          return name === undefined ? [] : [{ name, value: textOf(one, value), range: { start: key.range.start, end: value.range.end } }];
        }),
  );

/** Stages that become images: those that no other is built on or copies from. */
export const imageStages = (subject: DockerfileSubject): readonly EvaluatedStage[] => {
  const { stages } = subject.file;
  const used = new Set(
    written(subject, "COPY", "RUN").flatMap(({ instruction }) => {
      const references =
        instruction.keyword === "RUN"
          ? instruction.mounts.flatMap(({ from }) => (from === undefined ? [] : [mountReference(stages, from)]))
          : instruction.from === undefined
            ? []
            : [copyReference(stages, instruction.from)];
      return references.flatMap((one) => (one.kind === "stage" ? [one.stage] : []));
    }),
  );
  for (const { base } of subject.evaluation.stages) if (base.kind === "stage") used.add(base.stage.stage);
  return subject.evaluation.stages.filter(({ stage }) => stage.from !== undefined && !used.has(stage));
};

const namesOf = ({ settings }: DockerfileSubject, form: LabelForm): readonly string[] =>
  Object.entries(settings.dockerfile?.labels ?? {}).flatMap(([name, wanted]) => (wanted === form ? [name] : []));

/** A rule for labels that the user's settings give a form. */
export const labelFormRule = ({
  form,
  called,
  isRight,
  good,
  ...rest
}: Pick<Rule<"dockerfile">, "id" | "aliases" | "summary" | "why" | "source"> & {
  readonly form: LabelForm;
  /** As the message calls what it should be. */
  readonly called: string;
  readonly isRight: (value: string) => boolean;
  /** A value for the examples. */
  readonly good: string;
}): Rule<"dockerfile"> =>
  fileRule({
    ...rest,
    severity: "info",
    examples: [
      {
        bad: { text: `FROM node:24\nLABEL about="${called} it is not"\n`, settings: { dockerfile: { labels: { about: form } } } },
        good: { text: `FROM node:24\nLABEL about="${good}"\n`, settings: { dockerfile: { labels: { about: form } } } },
      },
    ],
    applies: (subject) => namesOf(subject, form).length > 0 || `no label is set down to be ${called}`,
    *check(subject) {
      const names = new Set(namesOf(subject, form));
      for (const { name, value, range } of labelsOf(subject))
        if (names.has(name) && value !== undefined && value !== "" && !isRight(value))
          yield { at: range, message: `the label ${name} is not ${called}`, advice: `Write one, such as ${good}.` };
    },
  });
