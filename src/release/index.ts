export { type DropReport, formatDropReport } from "./drop-report.ts";
export { readContent, versionOf } from "./files.ts";
export type { ReleaseLine } from "./history.ts";
export { describeStep, revertedExit, type RolloutOutcome, type StepHook } from "./interpreter.ts";
export { type LogLine, type LogsOptions, releaseLogs } from "./logs.ts";
export type { ReleaseManifest, ReleaseService } from "./manifest.ts";
export type { Plan, ServicePlan, Step } from "./plan.ts";
export { type DeployOptions, openReleases, type Releases, type RunOptions } from "./releases.ts";
export type { ContainerStatus, ProjectStatus, ServiceStatus } from "./status.ts";
