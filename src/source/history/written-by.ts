import { type Dockerfile, evaluate, type Instruction } from "../dockerfile/index.ts";
import type { HistoryLine, Step } from "./steps.ts";

/** A Dockerfile that an image was made from, as far as its history shows. */
export interface WrittenBy {
  /** The instruction behind each step, by the step's number. */
  readonly instructions: ReadonlyMap<number, Instruction>;
  /** Steps before the first of the Dockerfile's: the base image's. */
  readonly baseSteps: number;
  /** The image that the stage is built on, where its name is known. */
  readonly base?: { readonly image: string; readonly from?: Instruction };
}

const squeezed = (text: string): string => text.replaceAll(/[\s\\]+/g, "");

/** Steps that change no file are written or not, by each builder's taste. */
const MAKES_LAYER = new Set(["ADD", "COPY", "RUN"]);

/** Whether the instruction may have written the step: a command in its words, a copy by where it goes. */
const mayHaveWritten = (instruction: Instruction, step: Step): boolean => {
  if (instruction.keyword !== step.keyword) return false;
  if (instruction.keyword === "RUN") {
    if (instruction.heredocs.length > 0) return true;
    const written = squeezed(instruction.rest.text);
    return written.length > 0 && (squeezed(step.rest).includes(written) || squeezed(step.text).includes(written));
  }
  if (instruction.keyword === "COPY" || instruction.keyword === "ADD") {
    const to = (instruction.destination?.text ?? "").replace(/^\.?\//, "").replace(/\/+$/, "");
    return to === "" || to === "." || to.includes("$") || step.rest.replace(/\/+$/, "").endsWith(to);
  }
  return true;
};

/**
 * Goes back from the last step. Undefined where a step with a layer has no instruction or an instruction that makes one has no step before the
 * stage's first: it is another Dockerfile's image then.
 */
const aligned = (
  instructions: readonly Instruction[],
  steps: readonly Step[],
  history: readonly HistoryLine[],
): { readonly pairs: ReadonlyMap<number, Instruction>; readonly baseSteps: number } | undefined => {
  const pairs = new Map<number, Instruction>();
  let at = steps.length - 1;
  let first = steps.length;
  for (let i = instructions.length - 1; i >= 0;) {
    const [instruction, step] = [instructions[i], steps[at]];
    if (instruction === undefined) return undefined;
    if (step !== undefined && mayHaveWritten(instruction, step)) {
      pairs.set(step.number, instruction);
      first = at;
      at -= 1;
      i -= 1;
    } else if (!MAKES_LAYER.has(instruction.keyword)) i -= 1;
    else if (step !== undefined && history[step.number - 1]?.emptyLayer === true) at -= 1;
    else return undefined;
  }
  return { pairs, baseSteps: first };
};

/**
 * Which instructions of a Dockerfile made the steps of an image's history: of the stage whose every command and copy is found at its end, in order. Undefined where
 * no stage's are.
 */
export const writtenBy = (dockerfile: Dockerfile, steps: readonly Step[], history: readonly HistoryLine[]): WrittenBy | undefined => {
  const { stages, target } = evaluate(dockerfile);
  const candidates = [...(target === undefined ? [] : [target]), ...stages.toReversed().filter((stage) => stage !== target)];
  for (const { chain } of candidates) {
    const instructions = chain.flatMap((stage) => stage.instructions.map(({ instruction }) => instruction));
    if (!instructions.some(({ keyword }) => MAKES_LAYER.has(keyword))) continue;
    const found = aligned(instructions, steps, history);
    if (found === undefined) continue;
    const [root] = chain;
    return {
      instructions: found.pairs,
      baseSteps: found.baseSteps,
      ...(root?.base.kind === "image"
        ? { base: { image: root.base.image, ...(root.stage.from === undefined ? {} : { from: root.stage.from }) } }
        : {}),
    };
  }
  return undefined;
};
