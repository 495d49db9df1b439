import type { CanaryStep, StagedStrategy } from "../../project/index.ts";
import type { ReleaseManifest } from "../manifest.ts";
import type { Step } from "../plan.ts";
import { look, type Parts, partsOf, reachedBy, type Staged, steerTo, takeOver } from "./staged.ts";

type Canary = Extract<StagedStrategy, { name: "canary" }>;

const judged = ({ step, backend }: Parts, { weight, analysis }: CanaryStep): readonly Step[] => {
  if (analysis === undefined) return [];
  const { for: forMs, requests, errors, p95 } = analysis;
  return [
    step(
      `analyse/${weight}`,
      `at most ${errors * 100} % more failures and ${p95} times the 95th percentile of the stable release, in the same time; fewer than ${requests} requests prove nothing`,
      { do: "analyse", backend, forMs, requests, errors, p95 },
    ),
  ];
};

const paused = ({ step, release }: Parts, service: string, { weight, pause }: CanaryStep): readonly Step[] =>
  pause === undefined
    ? []
    : [
        step(`pause/${weight}`, pause === "promote" ? "somebody decides" : "time to see how it does", {
          do: "pause",
          because: `${release} of ${service} has ${weight} % of the requests`,
          ...(pause === "promote" ? {} : { forMs: pause }),
        }),
      ];

const who = (change: Staged, weight: number, sticky: Canary["sticky"]): string => {
  if (weight === 0) return `reached by ${reachedBy(change)}; nobody else gets it`;
  return sticky === false
    ? `${weight} % of the requests, each drawn for itself`
    : `${weight} % of the clients; whoever is among them stays there`;
};

/** A growing part of the clients is served by the new release, which is compared with the stable one beside it; then everybody is. */
export const planCanary = (change: Staged, { steps, sticky }: Canary, manifest: ReleaseManifest): readonly Step[] => {
  const parts = partsOf(change, manifest);
  return [
    ...look(change, manifest),
    ...steps.flatMap((one) => [
      steerTo(change, manifest, one.weight, who(change, one.weight, sticky)),
      ...judged(parts, one),
      ...paused(parts, change.service.name, one),
    ]),
    ...takeOver(change, manifest),
  ];
};
