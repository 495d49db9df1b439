import { type FileChange, differenceOf, fingerprinted, type ImageConfig } from "../../image/index.ts";
import { type Outcome, type OutputFlags, reporting } from "../outcome.ts";
import { progressFor } from "../progress.ts";
import { type Setting, renderImageDiff } from "../render/image-diff.ts";
import { formatPlatform } from "../../core/index.ts";
import { viewImage } from "../view-image.ts";

export interface Flags extends OutputFlags {
  readonly platform?: string;
  readonly top?: number;
  readonly exitCode?: boolean;
}

/** Every setting of a configuration as one word and one value. */
const settingsOf = ({ run, platform }: ImageConfig): ReadonlyMap<string, string> => {
  const json = (value: unknown): string => (value === undefined ? "" : JSON.stringify(value));
  return new Map([
    ["platform", formatPlatform(platform)],
    ["user", run.user ?? ""],
    ["entrypoint", json(run.entrypoint)],
    ["command", json(run.command)],
    ["folder", run.workingDir ?? ""],
    ["stop signal", run.stopSignal ?? ""],
    ["health", json(run.healthcheck)],
    ...run.exposedPorts.map((port) => [`port ${port}`, "exposed"] as const),
    ...run.volumes.map((volume) => [`volume ${volume}`, "declared"] as const),
    ...run.env.map((entry) => [`variable ${entry.split("=", 1)[0]}`, entry.slice(entry.indexOf("=") + 1)] as const),
    ...Object.entries(run.labels).map(([key, value]) => [`label ${key}`, value] as const),
  ]);
};

const settingChanges = (before: ImageConfig, after: ImageConfig): readonly Setting[] => {
  const [old, now] = [settingsOf(before), settingsOf(after)];
  return [...new Set([...old.keys(), ...now.keys()])]
    .map((setting) => ({ setting, before: old.get(setting) ?? "", after: now.get(setting) ?? "" }))
    .filter((one) => one.before !== one.after);
};

/** Those that change the size most first. */
const byWeight = (changes: readonly FileChange[]): readonly FileChange[] =>
  changes.toSorted((a, b) => Math.abs((b.afterBytes ?? 0) - (b.beforeBytes ?? 0)) - Math.abs((a.afterBytes ?? 0) - (a.beforeBytes ?? 0)));

export const run = reporting<Flags, [string, string]>(async (context, flags, one, other): Promise<Outcome> => {
  const progress = progressFor(context, flags);
  const view = { lookout: fingerprinted, platform: flags.platform, progress };
  const before = await viewImage(context, one, view);
  const after = await viewImage(context, other, view);
  const files = differenceOf(before, after);
  const settings = settingChanges(before.config, after.config);
  const layersShared = before.layers.findIndex(({ diffId }, at) => after.layers[at]?.diffId !== diffId);
  const difference = {
    settings,
    layers: {
      before: before.layers.length,
      after: after.layers.length,
      sharedBase: layersShared < 0 ? before.layers.length : layersShared,
      beforeBytes: before.sizeBytes,
      afterBytes: after.sizeBytes,
    },
  };
  const { top = 50 } = flags;
  const shown = top === 0 ? files : byWeight(files).slice(0, top);
  const different = files.length > 0 || settings.length > 0;
  return {
    exit: different && flags.exitCode === true ? 1 : 0,
    human: renderImageDiff({ one, other, ...difference, files, shown }),
    json: {
      schema: "seaworthy/image-diff@1",
      before: { image: one, digest: before.digest, ...(before.flaws.length === 0 ? {} : { flaws: before.flaws }) },
      after: { image: other, digest: after.digest, ...(after.flaws.length === 0 ? {} : { flaws: after.flaws }) },
      different,
      ...difference,
      files,
    },
  };
});
