export { type Account, type Administration, grantsOf, openAdministration, parseHtpasswd } from "./auth/index.ts";
export type { Contents } from "./contents.ts";
export { type Control, openControl } from "./control/client.ts";
export type { Admission, LogEntry } from "./http/service.ts";
export { type RegistryOptions, type RunningRegistry, startRegistry, warningsTo } from "./serve.ts";
export { fromDistributionFolder, fromRegistry, importImages, type ImportReport, type ImportSource } from "./import/index.ts";
export type { Served } from "./watch/index.ts";
export type { LimitOptions } from "./limits/index.ts";
