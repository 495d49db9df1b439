import { mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import {
  canonicalJson,
  type Digest,
  digestOf,
  hexOf,
  isSeaworthyError,
  type Json,
  parseDigest,
  readTextFile,
  writeFileAtomic,
} from "../core/index.ts";
import { TRIALS, trialsOf } from "./catalogue.ts";
import type { TrialReport } from "./run.ts";
import { type Level, LEVELS } from "./trial.ts";

/** Reports that are kept; a project has a handful of services. */
const MOST_KEPT = 200;
const MAX_BYTES = 1_000_000;

const measured = v.record(v.string(), v.union([v.number(), v.string(), v.boolean(), v.array(v.string())]));
const proposal = v.object({
  path: v.array(v.string()),
  value: v.union([v.string(), v.number(), v.boolean(), v.array(v.string())]),
  because: v.string(),
});
const series = v.object({
  name: v.picklist(["memory", "stop", "start-up"]),
  unit: v.picklist(["bytes", "requests", "ms"]),
  points: v.array(v.object({ at: v.number(), value: v.number() })),
  marks: v.exactOptional(v.array(v.object({ at: v.number(), label: v.string() }))),
  limit: v.exactOptional(v.number()),
});
const stored = v.object({
  schema: v.literal("seaworthy/trial-report@1"),
  service: v.string(),
  reference: v.exactOptional(v.string()),
  image: v.string(),
  level: v.picklist(LEVELS),
  at: v.number(),
  seconds: v.number(),
  smoke: v.string(),
  upMs: v.number(),
  differences: v.array(v.string()),
  outcomes: v.array(
    v.object({
      id: v.string(),
      state: v.picklist(["proven", "disproved", "not-tried"]),
      because: v.string(),
      measured: v.exactOptional(measured),
      series: v.exactOptional(series),
      unless: v.exactOptional(v.string()),
      proposals: v.exactOptional(v.array(proposal)),
      seconds: v.number(),
    }),
  ),
});

/** What a verdict depends on: the images by their ids, how they are run, what is asked of them, and the version of the tool that asks. */
export const trialKey = (parts: Json): Digest => digestOf(canonicalJson(parts));

/** Reports of earlier trials, one file a key and level: a quick one takes the place of no deep one. A file that is not whole is as good as none. */
export interface TrialCache {
  /** The newest of this level or a higher one. */
  find(key: Digest, level: Level): TrialReport | undefined;
  /** Not kept when an experiment could not be done: the next trial may have more luck. */
  keep(key: Digest, report: TrialReport): void;
}

export const openTrialCache = (folder: string): TrialCache => {
  const pathOf = (key: Digest, level: Level): string => join(folder, `${hexOf(key)}-${level}.json`);

  const read = (key: Digest, level: Level): TrialReport | undefined => {
    let text: string;
    try {
      text = readTextFile(pathOf(key, level), MAX_BYTES);
    } catch (error) {
      if (isSeaworthyError(error)) return undefined;
      throw error;
    }
    let parsed: v.InferOutput<typeof stored>;
    let id: Digest;
    try {
      parsed = v.parse(stored, JSON.parse(text));
      id = parseDigest(parsed.image);
    } catch {
      return undefined;
    }
    const { schema: _, service, reference, image: _image, outcomes, ...rest } = parsed;
    const subject = { service, ...(reference === undefined ? {} : { reference }), image: id };
    const known = outcomes.flatMap(({ id, ...outcome }) => {
      const trial = TRIALS.find((one) => one.id === id);
      return trial === undefined ? [] : [{ ...outcome, trial }];
    });
    const isWhole = trialsOf(level).every((trial) => known.some((one) => one.trial === trial));
    return rest.level === level && isWhole ? { ...rest, subject, outcomes: known } : undefined;
  };

  const find = (key: Digest, level: Level): TrialReport | undefined => {
    const reports = LEVELS.slice(LEVELS.indexOf(level)).flatMap((one) => read(key, one) ?? []);
    return reports.toSorted((a, b) => b.at - a.at)[0];
  };

  const keep = (key: Digest, { subject, outcomes, ...rest }: TrialReport): void => {
    if (outcomes.some(({ broken }) => broken === true)) return;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const names = readdirSync(folder).filter((name) => name.endsWith(".json"));
    const oldest = names
      .map((name) => ({ name, at: statSync(join(folder, name), { throwIfNoEntry: false })?.mtimeMs ?? 0 }))
      .toSorted((a, b) => b.at - a.at)
      .slice(MOST_KEPT - 1);
    for (const { name } of oldest) rmSync(join(folder, name), { force: true });
    const document = {
      schema: "seaworthy/trial-report@1",
      ...subject,
      ...rest,
      outcomes: outcomes.map(({ trial, broken: _, ...outcome }) => ({ id: trial.id, ...outcome })),
    };
    writeFileAtomic(pathOf(key, rest.level), JSON.stringify(document), 0o600);
  };

  return { find, keep };
};
