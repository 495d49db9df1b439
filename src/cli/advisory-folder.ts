import { join, resolve } from "node:path";
import { cacheFolder } from "./cache-folder.ts";
import type { Context } from "./context.ts";

/** Where advisories are kept: the folder that a flag names, else one of the user's cache. */
export const advisoryFolder = ({ cwd, process }: Pick<Context, "cwd" | "process">, named: string | undefined): string =>
  named === undefined ? join(cacheFolder(process.env), "advisories") : resolve(cwd, named);
