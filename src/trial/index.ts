export { TRIALS, trialsOf } from "./catalogue.ts";
export { sweepLeftOvers } from "./lab/sweep.ts";
export { type TrialOptions, type TrialOutcome, type TrialReport, tryService } from "./run.ts";
export type { SmokeRequest } from "./smoke/request.ts";
export type * from "./subject.ts";
export { type Level, LEVELS, type Trial } from "./trial.ts";
