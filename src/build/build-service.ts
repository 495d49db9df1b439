import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  type Digest,
  formatPlatform,
  type ImageRunConfig,
  lock,
  type Platform,
  type Progress,
  samePlatform,
  SeaworthyError,
  silentProgress,
} from "../core/index.ts";
import type { Engine } from "../engine/index.ts";
import { createLayout, type Layout, MEDIA } from "../image/index.ts";
import type { BuildInput, Project, Service } from "../project/index.ts";
import { type AssembledImage, assembleImage } from "./assemble/assemble.ts";
import { type LayerCache, openLayerCache } from "./assemble/layer-cache.ts";
import { planLayers } from "./assemble/layer-times.ts";
import { stepsOf } from "./dockerfile/inputs.ts";
import { hostCaBundle } from "./docker/ca-bundle.ts";
import { findDockerCli } from "./docker/find-cli.ts";
import { platformsFor } from "./docker/platforms.ts";
import { runBuild } from "./docker/run-build.ts";
import { labelsFor } from "./labels.ts";
import { openRepository, type Repository } from "./repository.ts";
import { buildTag, sweepBuilds } from "./leftovers.ts";
import { sweepLayout } from "./sweep-layout.ts";
import { type Origin, originOf } from "./origin.ts";
import { projectTags } from "./project-tags.ts";
import type { ImageTags } from "./tags.ts";

export interface BuildOptions {
  readonly engine: Engine;
  /** Becomes an OCI image layout that holds this image alone; what an earlier build left there goes. */
  readonly layoutFolder: string;
  /** For compressed layers, e.g. `$XDG_CACHE_HOME/seaworthy/layers`. Bounded by `cacheBytes`. */
  readonly cacheFolder: string;
  /** Default 8 GiB. */
  readonly cacheBytes?: number;
  readonly progress?: Progress;
  readonly signal?: AbortSignal;
  /** Runs every step again. Default false. */
  readonly noCache?: boolean;
  /** Of one platform's build. Default one hour. */
  readonly timeoutMs?: number;
  /** Where build secrets come from and where the CA bundle is looked up. Default: the process's own. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/** One platform of a built image. */
export interface BuiltPlatform {
  readonly platform: Platform;
  /** Of the platform's manifest: the subject of evidence. */
  readonly manifest: Digest;
  readonly config: Digest;
  readonly compressedSizeBytes: number;
  readonly uncompressedSizeBytes: number;
  readonly run: ImageRunConfig;
  readonly layers: readonly { readonly digest: Digest; readonly diffId: Digest; readonly sizeBytes: number }[];
}

/** An image whose bytes are known before any registry has seen them. */
export interface BuiltImage {
  readonly service: string;
  readonly layoutFolder: string;
  /** Of the image index: what tags name and releases run. */
  readonly digest: Digest;
  readonly platforms: readonly BuiltPlatform[];
  readonly tags: ImageTags;
  /** Of the image, those of the Dockerfile included. */
  readonly labels: Readonly<Record<string, string>>;
  /** Of the first platform. */
  readonly sizeBytes: { readonly compressed: number; readonly uncompressed: number };
  /** Instructions, over all platforms. */
  readonly steps: number;
  readonly cachedSteps: number;
  /** Layers compressed now; the others came from the cache. */
  readonly compressedLayers: number;
  /** All of it, and its two halves. */
  readonly seconds: { readonly total: number; readonly build: number; readonly assemble: number };
  /** Of the first platform: how the image wants to be run. */
  readonly run: ImageRunConfig;
}

const CACHE_BYTES = 8 * 1024 ** 3;
const TIMEOUT_MS = 3_600_000;
const LOCK_WAIT_MS = 600_000;
/** Where nothing says when: the earliest time every archive format can carry, as Cloud Native Buildpacks chose. */
const NO_DATE = Date.UTC(1980, 0, 1, 0, 0, 1);

/** When an image counts as made: at its commit, else as SOURCE_DATE_EPOCH says, else at no time. Milliseconds since the epoch. */
export const createdAtOf = (origin: Origin | undefined, environment: Readonly<Record<string, string | undefined>>): number => {
  if (origin !== undefined) return origin.at;
  const given = environment["SOURCE_DATE_EPOCH"];
  return given !== undefined && /^\d{1,11}$/.test(given) ? Number(given) * 1000 : NO_DATE;
};

/** What keeps files out of a build. */
export const ignoreFile = (build: BuildInput): string =>
  existsSync(`${build.dockerfile}.dockerignore`) ? `${build.dockerfile}.dockerignore` : join(build.context, ".dockerignore");

interface Shared {
  readonly service: Service;
  readonly build: BuildInput;
  readonly options: BuildOptions;
  readonly repository: Repository | undefined;
  readonly createdAt: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly layout: Layout;
  readonly cache: LayerCache;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

const assembleFrom = async (shared: Shared, id: Digest): Promise<AssembledImage> => {
  const { build, createdAt, repository, options, layout, cache, labels } = shared;
  const steps = stepsOf(readFileSync(build.dockerfile, "utf8"), build.target);
  // An argument's value is in no commit that can be asked for.
  const changes = Object.keys(build.args).length === 0 ? repository : undefined;
  return assembleImage({
    images: options.engine.images,
    id,
    layout,
    cache,
    spoolFolder: options.cacheFolder,
    createdAt,
    labels,
    plan: (config) =>
      planLayers({
        config,
        steps,
        context: build.context,
        always: [build.dockerfile, ignoreFile(build)],
        createdAt,
        ...(changes === undefined ? {} : { changes }),
      }),
  });
};

const describe = (image: AssembledImage): BuiltPlatform => ({
  platform: image.manifest.platform,
  manifest: image.manifest.digest,
  config: image.config.digest,
  compressedSizeBytes: image.layers.reduce((sum, layer) => sum + layer.sizeBytes, 0),
  uncompressedSizeBytes: image.layers.reduce((sum, layer) => sum + layer.uncompressedSizeBytes, 0),
  run: image.config.run,
  layers: image.layers.map(({ digest, diffId, sizeBytes }) => ({ digest, diffId, sizeBytes })),
});

/** The index over the platforms, and `index.json` naming it: nothing is in the layout until all of it is. */
const writeIndex = async (layout: Layout, images: readonly AssembledImage[], tags: ImageTags): Promise<Digest> => {
  const manifests = images
    .map(({ manifest }) => manifest)
    .toSorted((a, b) => (formatPlatform(a.platform) < formatPlatform(b.platform) ? -1 : 1));
  const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: MEDIA.ociIndex, manifests }));
  const { digest, size } = await layout.writeBlob(bytes);
  layout.writeIndex([{ mediaType: MEDIA.ociIndex, digest, size, annotations: { "org.opencontainers.image.ref.name": tags.version } }]);
  await sweepLayout(layout);
  return digest;
};

const requireBuild = (service: Service): BuildInput => {
  if (service.build === undefined)
    throw new SeaworthyError("USAGE", `service ${service.name} has no build section: there is nothing to build`);
  return service.build;
};

/**
 * Builds a service's image with the engine and assembles it into an OCI layout of our own: the digest is known before anything is pushed,
 * and one commit built again has the same digest wherever its own steps are deterministic.
 * @throws BUILD_FAILED, TOOL_MISSING, PLATFORM_MISSING, ENGINE_UNREACHABLE, DISK_FULL, VARIABLE_MISSING; LOCKED when
 * another build into this layout takes over ten minutes; the signal's reason
 */
export const buildService = async (project: Project, service: Service, options: BuildOptions): Promise<BuiltImage> => {
  const startedAt = performance.now();
  const progress = options.progress ?? silentProgress;
  const environment = options.environment ?? process.env;
  const build = requireBuild(service);
  const info = await options.engine.system.info();
  const platforms = platformsFor(build.platforms, info);
  const cli = await findDockerCli(undefined, options.signal);
  const repository = project.git === undefined ? undefined : openRepository(project.folder, options.signal);
  const tags = await projectTags(project, repository);
  for (const note of tags.notes) progress.note(note);
  const origin = await originOf(project, build, repository, tags, [build.dockerfile, ignoreFile(build)]);
  const createdAt = createdAtOf(origin, environment);
  // Two builds into one layout would sweep each other's blobs.
  using _ = await lock(
    `${options.layoutFolder}.lock`,
    { who: "seaworthy build", what: `the image layout of ${service.name}` },
    { waitMs: LOCK_WAIT_MS, ...(options.signal === undefined ? {} : { signal: options.signal }) },
  );
  await sweepBuilds(options.engine, options.layoutFolder, progress);
  const layout = await createLayout(options.layoutFolder);
  const cache = openLayerCache(options.cacheFolder, (words) => progress.note(words));
  const labels = labelsFor({
    title: `${project.name}/${service.name}`,
    createdAt,
    ...(origin === undefined ? {} : { commit: origin.commit, version: origin.version }),
    ...(project.git?.remoteUrl === undefined ? {} : { remoteUrl: project.git.remoteUrl }),
  });
  const shared: Shared = { service, build, options, repository, createdAt, labels, layout, cache, environment };
  const images: AssembledImage[] = [];
  let steps = 0;
  let cachedSteps = 0;
  let buildSeconds = 0;
  const caBundle = hostCaBundle(environment);
  for (const platform of platforms) {
    const tag = buildTag(service.name, options.layoutFolder);
    const buildStarted = performance.now();
    const { id, tally } = await runBuild({
      service: service.name,
      cli,
      engine: info.address,
      input: build,
      platform,
      foreign: !samePlatform(platform, info.platform),
      tag,
      noCache: options.noCache === true,
      environment,
      sourceDateEpoch: Math.floor(createdAt / 1000),
      timeoutMs: options.timeoutMs ?? TIMEOUT_MS,
      progress,
      ...(caBundle === undefined ? {} : { caBundle }),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
    buildSeconds += (performance.now() - buildStarted) / 1000;
    steps += tally.steps;
    cachedSteps += tally.cachedSteps;
    try {
      options.signal?.throwIfAborted();
      progress.begin("assemble", service.name);
      const image = await assembleFrom(shared, id);
      images.push(image);
      progress.end("assemble", image.manifest.digest);
    } finally {
      // The engine's copy was a means: what counts is in the layout, and BuildKit keeps its cache apart.
      await options.engine.images.remove(tag);
    }
  }
  const digest = await writeIndex(layout, images, tags);
  await cache.sweep(options.cacheBytes ?? CACHE_BYTES);
  const described = images.map(describe);
  const [first] = described;
  if (first === undefined) throw new SeaworthyError("PLATFORM_MISSING", `service ${service.name} names no platform to build`);
  const total = (performance.now() - startedAt) / 1000;
  return {
    service: service.name,
    layoutFolder: layout.folder,
    digest,
    platforms: described,
    tags,
    labels: first.run.labels,
    sizeBytes: { compressed: first.compressedSizeBytes, uncompressed: first.uncompressedSizeBytes },
    steps,
    cachedSteps,
    compressedLayers: images.reduce((sum, image) => sum + image.compressed, 0),
    seconds: { total, build: buildSeconds, assemble: total - buildSeconds },
    run: first.run,
  };
};
