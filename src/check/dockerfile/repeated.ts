import type { FileComplaint } from "../rule.ts";
import type { DockerfileSubject } from "../subject.ts";
import { isOf, writtenIn } from "./walk.ts";

/** Those of a keyword that have no effect, because their stage has it again further down. */
export const repeated = (subject: DockerfileSubject, keyword: "CMD" | "ENTRYPOINT" | "HEALTHCHECK"): readonly FileComplaint[] =>
  subject.evaluation.stages.flatMap((stage) => {
    const all = writtenIn(stage).filter((one) => isOf(one, [keyword]) && !one.later);
    const last = all.at(-1);
    return all.slice(0, -1).map(({ instruction }) => ({
      at: instruction.head,
      message: `this ${keyword} has no effect: line ${last?.instruction.range.start.line ?? 0} sets another`,
      advice: "Remove the one that is not meant.",
    }));
  });
