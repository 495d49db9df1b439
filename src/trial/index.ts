export { openTrialCache, type TrialCache, trialKey } from "./cache.ts";
export { TRIALS } from "./catalogue.ts";
export { trialEvidence } from "./evidence.ts";
export { fixProposals, type ProposalFix } from "./fix/fix.ts";
export { type TrialOptions, type TrialOutcome, type TrialReport, tryService } from "./run.ts";
export type { SmokeRequest } from "./smoke/request.ts";
export type * from "./subject.ts";
export type { Level, Trial } from "./trial.ts";
export { waivedBy } from "./waived.ts";
