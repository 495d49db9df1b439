import { copyReference, type EvaluatedStage, type Instruction, mountReference, type Stage } from "../../source/dockerfile/index.ts";
import type { DockerfileSubject } from "../subject.ts";
import { isDependency } from "./installs.ts";

const isStep = ({ keyword }: Instruction): boolean => keyword === "RUN" || keyword === "COPY" || keyword === "ADD" || keyword === "WORKDIR";

/** The stages that an instruction takes files from. */
const takenFrom = (stages: readonly Stage[], instruction: Instruction): readonly Stage[] => {
  const references =
    instruction.keyword === "COPY" && instruction.from !== undefined
      ? [copyReference(stages, instruction.from)]
      : instruction.keyword === "RUN"
        ? instruction.mounts.flatMap(({ from }) => (from === undefined ? [] : [mountReference(stages, from)]))
        : [];
  return references.flatMap((one) => (one.kind === "stage" ? [one.stage] : []));
};

/** What is copied out of a stage is compared by content: manifests and what is installed from them are the same after an edit of the sources. */
const staysTheSame = (instruction: Instruction): boolean => {
  const taken =
    instruction.keyword === "COPY"
      ? instruction.sources.map((one) => (one.kind === "path" ? one.word.text : undefined))
      : instruction.keyword === "RUN"
        ? instruction.mounts.filter(({ from }) => from !== undefined).map(({ source }) => source?.text)
        : [];
  return taken.length > 0 && taken.every((path) => path !== undefined && isDependency(path));
};

/** The stages that the target is made of, itself among them. */
export const neededStages = ({ file, evaluation, target }: DockerfileSubject): readonly EvaluatedStage[] => {
  const needed = new Set<Stage>();
  const open: EvaluatedStage[] = target === undefined ? [] : [target];
  for (let stage = open.pop(); stage !== undefined; stage = open.pop()) {
    if (needed.has(stage.stage)) continue;
    needed.add(stage.stage);
    if (stage.base.kind === "stage") open.push(stage.base.stage);
    for (const { instruction } of stage.instructions)
      for (const other of takenFrom(file.stages, instruction)) {
        const evaluated = evaluation.stages[other.index];
        if (evaluated !== undefined) open.push(evaluated);
      }
  }
  return evaluation.stages.filter(({ stage }) => needed.has(stage));
};

export interface Rebuild {
  /** Steps that run again: RUN, COPY, ADD and WORKDIR. */
  readonly again: number;
  readonly steps: number;
  readonly instructions: ReadonlySet<Instruction>;
}

/** What runs again when the files change that some instructions copy: these, all below them, and whatever is built on or copied from there. */
export const rebuildAfter = (subject: DockerfileSubject, changed: ReadonlySet<Instruction>): Rebuild => {
  const stages = neededStages(subject);
  const dirty = new Set<Stage>();
  const again = new Set<Instruction>();
  // Where a manifest itself changes, what is installed from it does too.
  const isEdit = ![...changed].some(staysTheSame);
  let steps = 0;
  // A stage refers only to those above it.
  for (const { stage, base, instructions } of stages) {
    let isDirty = base.kind === "stage" && dirty.has(base.stage.stage);
    for (const { instruction } of instructions) {
      isDirty ||=
        changed.has(instruction) ||
        (!(isEdit && staysTheSame(instruction)) && takenFrom(subject.file.stages, instruction).some((other) => dirty.has(other)));
      if (!isStep(instruction)) continue;
      steps += 1;
      if (isDirty) again.add(instruction);
    }
    if (isDirty) dirty.add(stage);
  }
  return { again: again.size, steps, instructions: again };
};
