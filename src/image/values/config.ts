import * as v from "valibot";
import { type Digest, digestOf, type ImageRunConfig, normalisePlatform, type Platform } from "../../core/index.ts";
import { type JsonObject, parseJsonObject } from "./bounded-json.ts";
import { conform, digestSchema } from "./descriptor.ts";

export const MAX_CONFIG_BYTES = 4 * 1024 * 1024;

export interface HistoryEntry {
  readonly created?: string;
  readonly createdBy?: string;
  readonly comment?: string;
  /** True where the step made no layer. */
  readonly emptyLayer: boolean;
}

/** An image's configuration: platform, run settings, and the digests of its layers when unpacked. */
export interface ImageConfig {
  readonly bytes: Uint8Array;
  readonly digest: Digest;
  readonly platform: Platform;
  /** RFC 3339, as written. */
  readonly created?: string;
  readonly run: ImageRunConfig;
  /** One for each layer, base first, of the uncompressed tar. */
  readonly diffIds: readonly Digest[];
  readonly history: readonly HistoryEntry[];
  readonly json: JsonObject;
}

const text = v.nullish(v.string());
const words = v.nullish(v.array(v.string()));
const names = v.nullish(v.record(v.string(), v.unknown()));
const count = v.nullish(v.number());
const schema = v.looseObject({
  architecture: v.string(),
  os: v.string(),
  variant: text,
  created: text,
  config: v.nullish(
    v.looseObject({
      User: text,
      Env: words,
      Entrypoint: words,
      Cmd: words,
      WorkingDir: text,
      ExposedPorts: names,
      Volumes: names,
      StopSignal: text,
      OnBuild: words,
      Shell: words,
      Labels: v.nullish(v.record(v.string(), v.string())),
      Healthcheck: v.nullish(v.looseObject({ Test: words, Interval: count, Timeout: count, StartPeriod: count, Retries: count })),
    }),
  ),
  rootfs: v.looseObject({
    type: v.literal("layers"),
    diff_ids: v.pipe(
      v.nullish(v.array(digestSchema)),
      v.check((ids) => (ids?.length ?? 0) <= 10_000),
    ),
  }),
  history: v.nullish(v.array(v.looseObject({ created: text, created_by: text, comment: text, empty_layer: v.nullish(v.boolean()) }))),
});

const given = <Name extends string, Value>(name: Name, value: Value | null | undefined): { readonly [key in Name]?: Value } =>
  value === null || value === undefined || value === "" ? {} : ({ [name]: value } as { readonly [key in Name]?: Value });

const runOf = (config: v.InferOutput<typeof schema>["config"]): ImageRunConfig => {
  const health = config?.Healthcheck;
  const test = health?.Test ?? [];
  return {
    ...given("user", config?.User),
    env: config?.Env ?? [],
    ...given("entrypoint", config?.Entrypoint),
    ...given("command", config?.Cmd),
    ...given("workingDir", config?.WorkingDir),
    exposedPorts: Object.keys(config?.ExposedPorts ?? {}),
    volumes: Object.keys(config?.Volumes ?? {}),
    ...given("stopSignal", config?.StopSignal),
    ...((config?.OnBuild ?? []).length === 0 ? {} : given("onBuild", config?.OnBuild)),
    ...given("shell", config?.Shell),
    labels: config?.Labels ?? {},
    ...(test.length === 0
      ? {}
      : {
          healthcheck: {
            test,
            ...given("intervalNs", health?.Interval),
            ...given("timeoutNs", health?.Timeout),
            ...given("startPeriodNs", health?.StartPeriod),
            ...given("retries", health?.Retries),
          },
        }),
  };
};

/** Reads an image configuration, OCI or Docker. @throws INPUT_TOO_LARGE, INPUT_INVALID */
export const parseImageConfig = (bytes: Uint8Array): ImageConfig => {
  const digest = digestOf(bytes);
  const what = `image configuration ${digest}`;
  const json = parseJsonObject(bytes, what, MAX_CONFIG_BYTES);
  const read = conform(schema, json, what);
  return {
    bytes,
    digest,
    platform: normalisePlatform({ os: read.os, architecture: read.architecture, ...given("variant", read.variant) }),
    ...given("created", read.created),
    run: runOf(read.config),
    diffIds: read.rootfs.diff_ids ?? [],
    history: (read.history ?? []).map((entry) => ({
      ...given("created", entry.created),
      ...given("createdBy", entry.created_by),
      ...given("comment", entry.comment),
      emptyLayer: entry.empty_layer === true,
    })),
    json,
  };
};
