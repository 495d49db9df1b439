import { homedir } from "node:os";
import { join } from "node:path";
import type { Context } from "./context.ts";

/** What can be made again, of builds and scans: the user's, between runs. */
export const cacheFolder = (env: Context["process"]["env"]): string =>
  join(env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "seaworthy");
