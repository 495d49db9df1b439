export type * from "./container-spec.ts";
export type * from "./project.ts";
export type * from "./settings.ts";
