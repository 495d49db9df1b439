import * as v from "valibot";
import { type Digest, type ImageRunConfig, normalisePlatform, parseDigest } from "../../core/index.ts";
import type { Images, ImageSummary } from "../ports.ts";

const WORDS = v.nullish(v.array(v.string()), []);
const KEYS = v.nullish(v.record(v.string(), v.unknown()), {});
const COUNT = v.nullish(v.number());

const RUN_CONFIG = v.object({
  User: v.nullish(v.string(), ""),
  Env: WORDS,
  Entrypoint: v.nullish(v.array(v.string())),
  Cmd: v.nullish(v.array(v.string())),
  WorkingDir: v.nullish(v.string(), ""),
  ExposedPorts: KEYS,
  Volumes: KEYS,
  StopSignal: v.nullish(v.string(), ""),
  OnBuild: WORDS,
  Shell: v.nullish(v.array(v.string())),
  Labels: v.nullish(v.record(v.string(), v.string()), {}),
  Healthcheck: v.nullish(v.object({ Test: WORDS, Interval: COUNT, Timeout: COUNT, StartPeriod: COUNT, Retries: COUNT })),
});

const IMAGE = v.object({
  Id: v.string(),
  Os: v.string(),
  Architecture: v.string(),
  Variant: v.nullish(v.string(), ""),
  RepoDigests: WORDS,
  Size: v.number(),
  Config: v.nullish(RUN_CONFIG),
  RootFS: v.nullish(v.object({ Layers: WORDS })),
  Metadata: v.nullish(v.object({ LastTagTime: v.nullish(v.string(), "") })),
});

const LISTED = v.array(
  v.object({
    Id: v.string(),
    RepoTags: WORDS,
    RepoDigests: WORDS,
    Labels: v.nullish(v.record(v.string(), v.string()), {}),
    Created: v.nullish(v.number(), 0),
    Size: v.nullish(v.number(), 0),
  }),
);

/** An image that was never tagged has Go's zero time. */
const tagTimeOf = (text: string): { readonly taggedAt?: number } => {
  const at = Date.parse(text);
  return at > 0 ? { taggedAt: at } : {};
};

/** What the engine says of all images (GET /images/json): a missing name is `<none>` in older ones. @throws ValiError for anything else */
export const readListed = (answer: unknown): readonly ImageSummary[] =>
  v.parse(LISTED, answer).map(({ Id, RepoTags, RepoDigests, Labels, Created, Size }) => ({
    id: parseDigest(Id),
    tags: RepoTags.filter((tag) => !tag.startsWith("<none>")),
    digests: RepoDigests.filter((digest) => !digest.startsWith("<none>")),
    labels: Labels,
    createdAt: Created * 1000,
    sizeBytes: Size,
  }));

const EMPTY_CONFIG: ImageRunConfig = { env: [], exposedPorts: [], volumes: [], labels: {} };

type Healthcheck = NonNullable<v.InferOutput<typeof RUN_CONFIG>["Healthcheck"]>;

const healthcheckOf = ({ Test: test, Interval, Timeout, StartPeriod, Retries }: Healthcheck): Pick<ImageRunConfig, "healthcheck"> => ({
  healthcheck: {
    test,
    ...(Interval ? { intervalNs: Interval } : {}),
    ...(Timeout ? { timeoutNs: Timeout } : {}),
    ...(StartPeriod ? { startPeriodNs: StartPeriod } : {}),
    ...(Retries ? { retries: Retries } : {}),
  },
});

const runConfigOf = (config: v.InferOutput<typeof RUN_CONFIG>): ImageRunConfig => ({
  ...(config.User === "" ? {} : { user: config.User }),
  env: config.Env,
  ...(config.Entrypoint ? { entrypoint: config.Entrypoint } : {}),
  ...(config.Cmd ? { command: config.Cmd } : {}),
  ...(config.WorkingDir === "" ? {} : { workingDir: config.WorkingDir }),
  exposedPorts: Object.keys(config.ExposedPorts),
  volumes: Object.keys(config.Volumes),
  ...(config.StopSignal === "" ? {} : { stopSignal: config.StopSignal }),
  ...(config.OnBuild.length === 0 ? {} : { onBuild: config.OnBuild }),
  ...(config.Shell ? { shell: config.Shell } : {}),
  labels: config.Labels,
  ...(config.Healthcheck && config.Healthcheck.Test.length > 0 ? healthcheckOf(config.Healthcheck) : {}),
});

/** What the engine's API says of an image (GET /images/{name}/json). @throws ValiError for anything else */
export const readInspected = (answer: unknown): NonNullable<Awaited<ReturnType<Images["inspect"]>>> => {
  const image = v.parse(IMAGE, answer);
  return {
    id: parseDigest(image.Id),
    platform: normalisePlatform({
      os: image.Os,
      architecture: image.Architecture,
      ...(image.Variant === "" ? {} : { variant: image.Variant }),
    }),
    digests: image.RepoDigests,
    sizeBytes: image.Size,
    config: image.Config ? runConfigOf(image.Config) : EMPTY_CONFIG,
    layers: (image.RootFS?.Layers ?? []).map((layer): Digest => parseDigest(layer)),
    ...tagTimeOf(image.Metadata?.LastTagTime ?? ""),
  };
};
