import { createHash } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/** What set-up found out about one engine: where each base image is to be taken from. */
export interface State {
  /** Of the recipes and the pinned node; another key means: look again. */
  readonly key: string;
  readonly bases: readonly Base[];
}

export interface Base {
  readonly name: string;
  /** The names (without digest) that a Dockerfile may say for it. */
  readonly from: readonly string[];
  /** `hub`: what the Dockerfile says resolves as it is. `made`: use `pinned` for a name with a digest, `repository` with the author's own tag for one without. */
  readonly source: "hub" | "made";
  /** `host/repository@sha256:...`, resolvable by this engine with nothing running. */
  readonly pinned: string;
  readonly repository: string;
  readonly imageId: string;
}

export const cacheFolder = join(process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "seaworthy", "bases");

export function stateFile(engineId: string): string {
  return join(cacheFolder, `engine-${createHash("sha256").update(engineId).digest("hex").slice(0, 12)}.json`);
}

export function readState(engineId: string): State | undefined {
  try {
    return JSON.parse(readFileSync(stateFile(engineId), "utf8")) as State;
  } catch {
    return undefined;
  }
}

/** The local name for what a Dockerfile says without a digest: the tag stays the author's (`latest` stays `latest`, none stays none). */
export function localTag(repository: string, from: string): string {
  return repository + (/:[^/]*$/.exec(from)?.[0] ?? "");
}

/** Changes whenever something that goes into the images does. */
export function recipeKey(): string {
  const folder = import.meta.dirname;
  const rootfs = readdirSync(join(folder, "rootfs")).sort();
  const hash = createHash("sha256");
  for (const file of ["recipes.ts", "layout.ts", ...rootfs.map((name) => join("rootfs", name))]) {
    hash
      .update(file)
      .update("\0")
      .update(readFileSync(join(folder, file)))
      .update("\0");
  }
  return hash.digest("hex").slice(0, 16);
}
