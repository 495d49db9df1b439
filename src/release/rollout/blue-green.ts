import type { StagedStrategy } from "../../project/index.ts";
import type { ReleaseManifest } from "../manifest.ts";
import type { Step } from "../plan.ts";
import { look, partsOf, reachedBy, type Staged, steerTo, takeOver } from "./staged.ts";

type BlueGreen = Extract<StagedStrategy, { name: "blue-green" }>;

const minutes = (ms: number): string => (ms % 60_000 === 0 ? `${ms / 60_000} min` : `${ms / 1000} s`);

/** The new containers stand whole beside the old ones, reached by those who look at them; a word, or time, switches everybody over; the old ones run on for a while. */
export const planBlueGreen = (change: Staged, strategy: BlueGreen, manifest: ReleaseManifest): readonly Step[] => {
  const { step, release } = partsOf(change, manifest);
  const { name } = change.service;
  const { autoPromote, keepOld } = strategy;
  const reached = reachedBy(change);
  const olds = [...new Set(change.old.map((one) => `r${one.release}`))].join(", ");
  return [
    ...look(change, manifest),
    steerTo(change, manifest, 0, `reached by ${reached}; nobody else gets it`),
    step(
      "promotion",
      autoPromote === undefined ? "looked at before everybody gets it" : `looked at for ${minutes(autoPromote)} before everybody gets it`,
      {
        do: "pause",
        because: `${release} of ${name} can be looked at (${reached}); everybody else is served by ${olds}`,
        ...(autoPromote === undefined ? {} : { forMs: autoPromote }),
      },
    ),
    ...takeOver(change, manifest),
    ...(keepOld === 0
      ? []
      : [
          step("keep", "the way back is one change as long as the old ones run", {
            do: "pause",
            because: `${release} of ${name} serves everybody; ${olds} runs on for ${minutes(keepOld)}, and seaworthy rollback brings it back in one change`,
            forMs: keepOld,
          }),
        ]),
  ];
};
