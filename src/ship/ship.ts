import { type ItemVerdict, judge } from "../checklist/index.ts";
import { STAGES } from "./stages.ts";
import type { Stage, StageName, StageResult, Voyage } from "./voyage.ts";

/** A stage as it went, with what it took. */
export type StageReport = { readonly stage: StageName; readonly seconds: number } & StageResult;

export interface ShipReport {
  readonly stages: readonly StageReport[];
  /** The stage whose gate refused; absent when the voyage ended well. */
  readonly refusedBy?: StageName;
  readonly exit: number;
  readonly checklist: readonly ItemVerdict[];
}

/** Goes through the stages until one refuses. What was found out is in the voyage either way. */
export const ship = async (
  voyage: Voyage,
  onStage: (report: StageReport) => void = () => undefined,
  way: readonly Stage[] = STAGES,
): Promise<ShipReport> => {
  const stages: StageReport[] = [];
  for (const { name, run } of way) {
    voyage.signal.throwIfAborted();
    const begun = voyage.clock.elapsed();
    const result = await run(voyage);
    const report: StageReport = { stage: name, seconds: Math.round(voyage.clock.elapsed() - begun) / 1000, ...result };
    stages.push(report);
    onStage(report);
    if (result.state === "refused") break;
  }
  const refused = stages.find((one) => one.state === "refused");
  const live = voyage.outcome?.state === "live" ? await voyage.releases.evidence(voyage.project.name) : voyage.evidence;
  return {
    stages,
    ...(refused === undefined ? {} : { refusedBy: refused.stage }),
    exit: refused?.state === "refused" ? refused.exit : 0,
    checklist: judge(live, voyage.project.policy, voyage.clock.now()),
  };
};
