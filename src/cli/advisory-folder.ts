import { homedir } from "node:os";
import { join, resolve } from "node:path";
import type { Context } from "./context.ts";

/** Where advisories are kept: the folder that a flag names, else one of the user's cache. */
export const advisoryFolder = ({ cwd, process }: Pick<Context, "cwd" | "process">, named: string | undefined): string =>
  named === undefined ? join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "seaworthy", "advisories") : resolve(cwd, named);
