export type { Admission, LogEntry } from "./http/service.ts";
export { type RegistryOptions, type RunningRegistry, startRegistry, warningsTo } from "./serve.ts";
