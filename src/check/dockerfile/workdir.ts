import type { EvaluatedStage } from "../../source/dockerfile/index.ts";
import { isAbsolute, isOf, valueOf, type Written, writtenIn } from "./walk.ts";

type Workdir = Written & { readonly isKnown: boolean };

const ofStage = new WeakMap<EvaluatedStage, readonly Workdir[]>();

/** The WORKDIRs of a stage and those that it is built on. */
const workdirs = (stage: EvaluatedStage): readonly Workdir[] => {
  const found =
    ofStage.get(stage) ??
    stage.chain.flatMap(writtenIn).flatMap((one) => {
      if (!isOf(one, ["WORKDIR"])) return [];
      const { value } = one.instruction;
      return [{ ...one, isKnown: value !== undefined && isAbsolute(valueOf(one, value)) !== false }];
    });
  ofStage.set(stage, found);
  return found;
};

/**
 * The working directory that the file itself has set where an instruction stands, in its stage or those that it is built on.
 * `none`: it is the base image's. `relative`: set, but by paths that count from the base image's.
 */
export const workdirBefore = ({ instruction, stage }: Written): "none" | "relative" | "absolute" => {
  const above = workdirs(stage).filter((one) => one.instruction.range.start.offset < instruction.range.start.offset);
  return above.length === 0 ? "none" : above.some(({ isKnown }) => isKnown) ? "absolute" : "relative";
};
