import { isAbsolute, isOf, valueOf, type Written, writtenIn } from "./walk.ts";

/**
 * The working directory that the file itself has set where an instruction stands, in its stage or those that it is built on.
 * `none`: it is the base image's. `relative`: set, but by paths that count from the base image's.
 */
export const workdirBefore = ({ instruction, stage }: Written): "none" | "relative" | "absolute" => {
  const above = stage.chain
    .flatMap(writtenIn)
    .filter((one) => isOf(one, ["WORKDIR"]) && one.instruction.range.start.offset < instruction.range.start.offset);
  const isKnown = (one: Written): boolean =>
    isOf(one, ["WORKDIR"]) && one.instruction.value !== undefined && isAbsolute(valueOf(one, one.instruction.value)) !== false;
  return above.length === 0 ? "none" : above.some(isKnown) ? "absolute" : "relative";
};
