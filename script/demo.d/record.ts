import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import * as v from "valibot";
import { writeFileAtomic } from "../../src/core/index.ts";
import { engineId } from "../bases/docker.ts";
import { DemoFailure } from "./failure.ts";

const RECORD = v.object({
  /** Of the state folder that governs the engine while the demo lives. */
  uuid: v.string(),
  scratch: v.string(),
  project: v.string(),
  registryPort: v.number(),
  /** References of the demo's repositories that the engine had before it. */
  imagesBefore: v.array(v.string()),
  /** Before the engine was taken for that state folder, nothing on it is the demo's. */
  claimed: v.boolean(),
  kept: v.boolean(),
});

/** What there is to clean up, remembered outside the scratch folder so that neither a crash nor a reboot loses it. */
export type DemoRecord = Readonly<v.InferOutput<typeof RECORD>>;

const path = (): string => {
  const engine = engineId();
  if (engine === undefined) throw new DemoFailure(7, "no Docker Engine answers any more; script/setup starts it");
  const cache = join(process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "seaworthy");
  return join(cache, `demo-${createHash("sha256").update(engine).digest("hex").slice(0, 12)}.json`);
};

export const readRecord = (): DemoRecord | undefined => {
  try {
    return v.parse(RECORD, JSON.parse(readFileSync(path(), "utf8")));
  } catch (error) {
    if (error instanceof DemoFailure) throw error;
    return undefined;
  }
};

export const writeRecord = (record: DemoRecord): void => {
  mkdirSync(dirname(path()), { recursive: true });
  writeFileAtomic(path(), JSON.stringify(record), 0o600);
};

export const forgetRecord = (): void => rmSync(path(), { force: true });
