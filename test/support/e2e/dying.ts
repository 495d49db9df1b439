import { join } from "node:path";
import type { CallOptions } from "./installation.ts";

/** Loaded into a process that is to die. */
export const DIE_AT = `--import=${join(import.meta.dirname, "die-at.ts")}`;

/** For a process that is killed (SIGKILL) as soon as its journal holds the first entry of that kind whose step begins so: it does nothing of what that announces. */
export const dyingOn = (kind: "intent" | "done", step: string): NonNullable<CallOptions["env"]> => ({
  NODE_OPTIONS: DIE_AT,
  SEAWORTHY_TEST_DIE_AT: `on ${kind} ${step}`,
});
