import { formatReference, type ImageRunConfig, isSeaworthyError, parseReference } from "../core/index.ts";
import type { Project, Service } from "../project/index.ts";
import { child } from "../source/index.ts";
import { type BaseConfig, type Dockerfile, type EvaluateOptions, type HealthcheckValue, imagesUnder } from "../source/dockerfile/index.ts";
import { resolve } from "node:path";
import { sure } from "./compose/text.ts";

/**
 * How an image is configured, by whoever has it: a layout, an engine, a registry; undefined when nobody does. `reference` is a name as FROM takes it, or
 * `oci-layout://` and an absolute path. `platform`, as `linux/arm64`, is given only where the file names one. Never rejects.
 */
export type BaseImages = (reference: string, platform: string | undefined, signal: AbortSignal) => Promise<ImageRunConfig | undefined>;

/** An image that something here is built on or runs. */
export interface BaseUse {
  readonly reference: string;
  readonly platform?: string;
}

/** What is known of images. Looking asks nobody. */
export type KnownBases = (reference: string, platform?: string) => ImageRunConfig | undefined;

/** A repository has a handful; whoever names more is not waited for. */
const MAX_ASKED = 200;
const AT_ONCE = 8;

/** `node:24` and `docker.io/library/node:24` are one image. */
const keyOf = (reference: string, platform = ""): string => {
  if (reference.startsWith("oci-layout://")) return `${reference} ${platform}`;
  try {
    return `${formatReference(parseReference(reference))} ${platform}`;
  } catch (error) {
    if (isSeaworthyError(error)) return "";
    throw error;
  }
};

/** Asks for each image once, and for all of them no longer than `limitMs` (2 s): what has not come by then is not known. */
export const findBases = async (uses: readonly BaseUse[], ask: BaseImages, limitMs = 2000): Promise<KnownBases> => {
  const found = new Map<string, ImageRunConfig>();
  const waiting = [...new Map(uses.map((use) => [keyOf(use.reference, use.platform), use]))].filter(([key]) => key !== "");
  const queue = waiting.slice(0, MAX_ASKED);
  const late = new AbortController();
  const worker = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined && !late.signal.aborted; next = queue.shift()) {
      const [key, { reference, platform }] = next;
      const config = await ask(reference, platform, late.signal);
      // What its ONBUILD does to a build on top of it is not followed: then nothing is known of the outcome.
      if (config !== undefined && config.onBuild === undefined && !late.signal.aborted) found.set(key, config);
    }
  };
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<void>((end) => {
    timer = setTimeout(end, limitMs);
  });
  await Promise.race([deadline, Promise.all(Array.from({ length: Math.min(AT_ONCE, queue.length) }, worker))]);
  clearTimeout(timer);
  late.abort();
  return (reference, platform) => found.get(keyOf(reference, platform));
};

/** The images under a Dockerfile's stages. */
export const basesOf = (file: Dockerfile, options: EvaluateOptions): readonly BaseUse[] =>
  imagesUnder(file, options).map(({ image, ...rest }) => ({ reference: image, ...rest }));

/** What `additional_contexts` of a service's build puts in the place of an image's name. */
const contextOf = (service: Service, project: Project, name: string): string | undefined => {
  const build = child(child(child(project.written, "services"), service.name), "build");
  const written = sure(build, "additional_contexts", name);
  if (written?.startsWith("docker-image://") === true) return written.slice("docker-image://".length);
  return written?.startsWith("oci-layout://") === true
    ? `oci-layout://${resolve(project.folder, written.slice("oci-layout://".length))}`
    : written;
};

/** An image's name, as the build of a service resolves it. Another service's image, or a folder, is none that could be asked for. */
export const inBuildOf =
  (service: Service, project: Project) =>
  (use: BaseUse): BaseUse => ({ ...use, reference: contextOf(service, project, use.reference) ?? use.reference });

const healthcheckOf = ({
  test,
  intervalNs,
  timeoutNs,
  startPeriodNs,
  retries,
}: NonNullable<ImageRunConfig["healthcheck"]>): HealthcheckValue => ({
  type: test[0] === "NONE" ? "NONE" : "CMD",
  test,
  ...(intervalNs === undefined ? {} : { intervalMs: intervalNs / 1e6 }),
  ...(timeoutNs === undefined ? {} : { timeoutMs: timeoutNs / 1e6 }),
  ...(startPeriodNs === undefined ? {} : { startPeriodMs: startPeriodNs / 1e6 }),
  ...(retries === undefined ? {} : { retries }),
});

const variable = (line: string): readonly [string, string] => {
  const at = line.indexOf("=");
  return at < 0 ? [line, ""] : [line.slice(0, at), line.slice(at + 1)];
};

/** An image's configuration, as a stage on top of it starts from it. */
export const asBase = (config: ImageRunConfig): BaseConfig => ({
  env: Object.fromEntries(config.env.map(variable)),
  labels: config.labels,
  exposed: config.exposedPorts,
  volumes: config.volumes,
  ...(config.user === undefined ? {} : { user: config.user }),
  ...(config.workingDir === undefined ? {} : { workdir: config.workingDir }),
  ...(config.entrypoint === undefined ? {} : { entrypoint: config.entrypoint }),
  ...(config.command === undefined ? {} : { cmd: config.command }),
  ...(config.shell === undefined ? {} : { shell: config.shell }),
  ...(config.stopSignal === undefined ? {} : { stopSignal: config.stopSignal }),
  ...(config.healthcheck === undefined ? {} : { healthcheck: healthcheckOf(config.healthcheck) }),
});
