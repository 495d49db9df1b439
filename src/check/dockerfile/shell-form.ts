import { isOf, type Written, writtenIn } from "./walk.ts";

/** Whether a SHELL was chosen above an instruction, in its stage or one below: whoever did wants it there. */
export const stageSetsShell = ({ instruction, stage }: Written): boolean =>
  stage.chain.some((link) =>
    writtenIn(link).some((one) => isOf(one, ["SHELL"]) && one.instruction.range.start.offset < instruction.range.start.offset),
  );
