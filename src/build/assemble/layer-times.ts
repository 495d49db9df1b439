import { join } from "node:path";
import type { ImageConfig } from "../../image/index.ts";
import type { Step } from "../dockerfile/inputs.ts";
import type { LayerPlan } from "./layer.ts";

/** Where commits are asked for: the part of a repository that layers need. */
export interface ChangeTimes {
  lastChange(paths: readonly string[]): Promise<number | undefined>;
}

export interface LayerTimes {
  readonly plans: readonly LayerPlan[];
  /** History entries of the base image. */
  readonly baseHistory: number;
}

const BUILDKIT = /^buildkit\.dockerfile/;
const keywordOf = (createdBy: string | undefined): string => /^[A-Z]+/.exec(createdBy ?? "")?.[0] ?? "";

/** Each instruction leaves one history entry. Where the last entries are not exactly the Dockerfile's, nobody can tell whose layers they are. */
const matchSteps = (config: ImageConfig, steps: readonly Step[] | undefined): readonly Step[] | undefined => {
  if (steps === undefined || steps.length > config.history.length) return undefined;
  const own = config.history.slice(config.history.length - steps.length);
  const fits = own.every((entry, at) => BUILDKIT.test(entry.comment ?? "") && keywordOf(entry.createdBy) === steps[at]?.keyword);
  return fits ? steps : undefined;
};

export interface TimesInput {
  readonly config: ImageConfig;
  /** Undefined where the Dockerfile cannot be followed. */
  readonly steps: readonly Step[] | undefined;
  /** Absolute. */
  readonly context: string;
  /** Files whose change may change any layer: the Dockerfile and its ignore file. */
  readonly always: readonly string[];
  /** Milliseconds since the epoch: the commit's time, and the time of whatever cannot be told better. */
  readonly createdAt: number;
  /** Absent outside a repository, and where build arguments could bring in anything. */
  readonly changes?: ChangeTimes;
}

/**
 * Gives each layer that the build made the time of the last commit that changed what it was made from, so that
 * - one commit built twice has the same bytes, whenever its steps were run or cached;
 * - layers that a commit did not touch (the installed dependencies, mostly) keep their digest and are neither compressed nor pushed again;
 * - a file that changed gets a later time: servers that make an ETag or Last-Modified of size and time never serve it as unchanged.
 * In RUN layers only files newer than the base image are touched: what packages bring keeps its own time. Layers of the base image stay as they are.
 */
export const planLayers = async (input: TimesInput): Promise<LayerTimes> => {
  const { config, createdAt } = input;
  const steps = matchSteps(config, input.steps);
  const fallback = config.history.findLastIndex((entry) => !BUILDKIT.test(entry.comment ?? "")) + 1;
  const baseHistory = steps === undefined ? fallback : config.history.length - steps.length;
  const layered = config.history
    .map((entry, at) => ({ entry, step: steps?.[at - baseHistory], own: at >= baseHistory }))
    .filter(({ entry }) => !entry.emptyLayer);
  const baseCreated = Date.parse(layered.findLast(({ own }) => !own)?.entry.created ?? "");
  const laterThan = Number.isNaN(baseCreated) ? Number.NEGATIVE_INFINITY : Math.floor(baseCreated / 1000);
  const floor = (await input.changes?.lastChange(input.always)) ?? createdAt;
  const timeOf = async (step: Step | undefined): Promise<number> => {
    if (step === undefined || input.changes === undefined) return createdAt;
    const paths = step.inputs === "everything" ? [input.context] : [...step.inputs].map((path) => join(input.context, path));
    const changed = paths.length === 0 ? floor : ((await input.changes.lastChange(paths)) ?? createdAt);
    return Math.min(Math.max(changed, floor), createdAt);
  };
  const plans: LayerPlan[] = [];
  for (const [at, engineDiffId] of config.diffIds.entries()) {
    const layer = layered[at];
    if (layer === undefined || layered.length !== config.diffIds.length)
      plans.push({ engineDiffId, times: { to: Math.floor(createdAt / 1000), laterThan } });
    else if (!layer.own) plans.push({ engineDiffId });
    else {
      const to = Math.floor((await timeOf(layer.step)) / 1000);
      plans.push({ engineDiffId, times: { to, laterThan: layer.step?.copies === true ? Number.NEGATIVE_INFINITY : laterThan } });
    }
  }
  return { plans, baseHistory };
};
