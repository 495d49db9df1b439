import { appendFileSync, existsSync, readFileSync } from "node:fs";
import * as v from "valibot";

const line = v.object({
  subject: v.string(),
  level: v.picklist(["quick", "standard", "deep"]),
  /** Endless loops beside it. */
  stress: v.number(),
  at: v.string(),
  commit: v.string(),
  seconds: v.number(),
  upMs: v.exactOptional(v.number()),
  /** It did not come up, though it should: its words. */
  failed: v.exactOptional(v.string()),
  verdicts: v.record(
    v.string(),
    v.object({ state: v.picklist(["proven", "disproved", "not-tried"]), because: v.string(), seconds: v.number() }),
  ),
});

/** One trial of one subject, a line of the results file. */
export type Run = v.InferOutput<typeof line>;

export const readRuns = (path: string): readonly Run[] =>
  existsSync(path)
    ? readFileSync(path, "utf8")
        .split("\n")
        .filter((text) => text !== "")
        .map((text) => v.parse(line, JSON.parse(text)))
    : [];

export const appendRun = (path: string, run: Run): void => appendFileSync(path, `${JSON.stringify(run)}\n`);
