import type { EvaluatedStage } from "../../source/dockerfile/index.ts";
import { isAbsolute, isOf, valueOf, writtenIn, type Written } from "./walk.ts";

/** Offsets of the first WORKDIR that counts for a stage, and of the first that does not count from the base image's. */
interface FirstWorkdirs {
  readonly any: number;
  readonly absolute: number;
}

const ofStage = new WeakMap<EvaluatedStage, FirstWorkdirs>();

const firstWorkdirs = (stage: EvaluatedStage): FirstWorkdirs => {
  let any = Infinity;
  let absolute = Infinity;
  for (const one of stage.chain.flatMap(writtenIn)) {
    if (!isOf(one, ["WORKDIR"])) continue;
    const { value, range } = one.instruction;
    any = Math.min(any, range.start.offset);
    if (value !== undefined && isAbsolute(valueOf(one, value)) !== false) absolute = Math.min(absolute, range.start.offset);
  }
  return { any, absolute };
};

/**
 * The working directory that the file itself has set where an instruction stands, in its stage or those that it is built on.
 * `none`: it is the base image's. `relative`: set, but by paths that count from the base image's.
 */
export const workdirBefore = ({ instruction, stage }: Written): "none" | "relative" | "absolute" => {
  const first = ofStage.get(stage) ?? firstWorkdirs(stage);
  ofStage.set(stage, first);
  const at = instruction.range.start.offset;
  return at <= first.any ? "none" : at <= first.absolute ? "relative" : "absolute";
};
