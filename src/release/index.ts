export { ailmentOf, type Ailment, diagnose, type Diagnosis, type DiagnosisSources } from "./diagnosis.ts";
export type { ReleaseDiff, ServiceDiff } from "./diff.ts";
export { type DropReport, formatDropReport } from "./drop-report.ts";
export { versionOf } from "./files.ts";
export type { Intervention, Request, SaidByHand } from "./by-hand.ts";
export type { ReleaseLine } from "./history.ts";
export type { Decided } from "./decide.ts";
export { type Difference, wordsOfDifference } from "./drift/differences.ts";
export { describeStep, outcomeExit, type RolloutOutcome, type StepHook } from "./interpreter.ts";
export { type LogLine, type LogsOptions, releaseLogs } from "./logs.ts";
export { describeOneOff, runningReplica } from "./one-off.ts";
export type { ReleaseManifest, ReleaseService } from "./manifest.ts";
export { orderOf } from "./rollout/overlap.ts";
export { type Finding, wordsOfFinding } from "./adopt/survey.ts";
export { type Approved, type PlanFile, readPlanFile, writePlanFile } from "./plan-file.ts";
export type { Plan, ServicePlan, Step } from "./plan.ts";
export { type Pruned, removeLeftover } from "./prune/prune.ts";
export {
  type AdoptOptions,
  type DecideOptions,
  type DeployOptions,
  openReleases,
  type Releases,
  type Repair,
  type RunOptions,
} from "./releases.ts";
export type { ContainerStatus, ProjectStatus, ServiceStatus } from "./status.ts";
export type { Run } from "./schedule/runs.ts";
export { wordsOfRun } from "./schedule/scheduler.ts";
export type { ScheduleStatus } from "./schedule/status.ts";
export type { Notice } from "./watch/watch.ts";
