import { SeaworthyError } from "../core/index.ts";
import type { RolloutOutcome, RunOutcome } from "./interpreter.ts";

type Failed = Extract<RunOutcome, { state: "failed" }>;

/** What a release that failed and the rollback that followed it come to together. `by` is absent when there was nothing to go back to. */
export const rolledBack = (failed: Failed, by: RolloutOutcome | undefined, to: number | undefined): RolloutOutcome => {
  const { release, because } = failed;
  if (by?.state === "live" && to !== undefined)
    return {
      state: "rolled-back",
      release,
      because,
      by: by.release,
      to,
      reports: [...(failed.reports ?? []), ...by.reports],
      seconds: failed.seconds + by.seconds,
    };
  const why = by === undefined ? "there is no release to bring back" : "because" in by ? by.because.message : "";
  const paused = by?.state === "paused";
  return {
    state: "rollback-failed",
    release,
    because: new SeaworthyError(
      "ROLLBACK_FAILED",
      `r${release} failed (${because.message}), and ${to === undefined ? "it stays as it is" : `r${to} did not come back`}: ${why}`,
      {
        problems: [...because.problems, ...(by !== undefined && "because" in by ? by.because.problems : [])],
        ...(paused
          ? { hint: "seaworthy promote goes on with the rollback in spite of it; seaworthy abort ends it, for a new deploy." }
          : {}),
      },
    ),
    ...(by === undefined ? {} : { by: by.release }),
    seconds: failed.seconds + (by?.seconds ?? 0),
  };
};
