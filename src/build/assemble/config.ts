import { canonicalJson, type Digest, isoTime, type Json } from "../../core/index.ts";
import type { ImageConfig } from "../../image/index.ts";
import { mergeLabels } from "../labels.ts";

/** Fields of image-spec's config.md and of Docker's own that say how to run the image; the rest is about the container that built it. */
const RUN_FIELDS = [
  "User",
  "ExposedPorts",
  "Env",
  "Entrypoint",
  "Cmd",
  "Volumes",
  "WorkingDir",
  "StopSignal",
  "ArgsEscaped",
  "Healthcheck",
  "OnBuild",
  "Shell",
];

const objectOf = (value: Json | undefined): { readonly [key: string]: Json | undefined } =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as { readonly [key: string]: Json | undefined }) : {};

export interface ConfigFacts {
  readonly diffIds: readonly Digest[];
  /** History entries that the base image brought: they keep their times. */
  readonly baseHistory: number;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly labels: Readonly<Record<string, string>>;
}

/** The image's configuration from the engine's: times are the commit's, traces of machine and container go, keys are sorted. */
export const writeConfig = (engine: ImageConfig, facts: ConfigFacts): Buffer => {
  const created = isoTime(facts.createdAt);
  const run = objectOf(engine.json["config"]);
  const history = Array.isArray(engine.json["history"]) ? (engine.json["history"] as readonly Json[]) : [];
  const kept = Object.fromEntries(
    RUN_FIELDS.map((name) => [name, run[name]]).filter(([, value]) => value !== null && value !== undefined && value !== ""),
  );
  const labels = mergeLabels(engine.run.labels, facts.labels);
  const { os, architecture, variant } = engine.platform;
  return Buffer.from(
    canonicalJson({
      architecture,
      os,
      variant,
      created,
      author: engine.json["author"] ?? undefined,
      config: { ...kept, ...(Object.keys(labels).length === 0 ? {} : { Labels: labels }) } as Json,
      rootfs: { type: "layers", diff_ids: facts.diffIds },
      history: history.map((entry, at) => (at < facts.baseHistory ? entry : { ...objectOf(entry), created })) as Json,
    }),
  );
};
