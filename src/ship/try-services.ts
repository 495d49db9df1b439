import { join } from "node:path";
import { type Digest, formatReference, hexOf, isSeaworthyError, type Json, samePlatform, SeaworthyError } from "../core/index.ts";
import { rebuildAfterChange } from "../build/index.ts";
import { createDockerInside } from "../engine/index.ts";
import { openLayout, writeDockerArchive } from "../image/index.ts";
import type { Project, Service } from "../project/index.ts";
import {
  type Dependency,
  type Level,
  openTrialCache,
  type Subject,
  type SubjectImage,
  type TrialCache,
  trialKey,
  type TrialReport,
  tryService,
} from "../trial/index.ts";
import { buildServices } from "./stages/build.ts";
import { forgetTriedImages, inspected, nameForTrial } from "./tried-images.ts";
import type { Voyage } from "./voyage.ts";

/** Puts a built image into the engine's store, so that exactly what will be pushed is what is tried. */
const loaded = async ({ engine, built, platform, signal }: Voyage, service: string): Promise<SubjectImage | undefined> => {
  const image = built.get(service);
  const own = image?.platforms.find(({ platform: one }) => samePlatform(one, platform));
  if (image === undefined || own === undefined) return undefined;
  // An engine's id of an image is its configuration's digest.
  const there = await inspected(engine, own.config);
  if (there !== undefined) return there;
  signal.throwIfAborted();
  const layout = await openLayout(image.layoutFolder);
  await engine.images.load(writeDockerArchive(layout, own.manifest, [nameForTrial(hexOf(own.manifest).slice(0, 12))]));
  return inspected(engine, own.config);
};

/** The image of a service in the engine's store; pulled when it is another's and not there. */
const imageOf = async (voyage: Voyage, { name, spec, build }: Service): Promise<SubjectImage | undefined> => {
  if (build !== undefined) return loaded(voyage, name);
  if (spec.image === undefined) return undefined;
  const reference = formatReference(spec.image);
  const there = await inspected(voyage.engine, reference);
  if (there !== undefined) return there;
  try {
    await voyage.engine.images.pull(reference);
  } catch (error) {
    if (isSeaworthyError(error)) return undefined;
    throw error;
  }
  return inspected(voyage.engine, reference);
};

/** What a service needs beside it, and what those need in turn, in the order they start. */
const neededBy = (project: Project, service: Service): readonly { readonly service: Service; readonly until: Dependency["until"] }[] => {
  const found = new Map<string, { readonly service: Service; readonly until: Dependency["until"] }>();
  const visit = (one: Service, path: readonly string[]): void => {
    const named = one === service ? one.settings.trial.needs : undefined;
    const wanted = named?.map((name) => ({ service: name, condition: "service_healthy" as const })) ?? one.dependsOn;
    for (const { service: name, condition } of wanted) {
      const other = project.services.find((candidate) => candidate.name === name);
      if (other === undefined)
        throw new SeaworthyError("INPUT_INVALID", `x-seaworthy.trial.needs of ${one.name} names ${name}, and there is no such service`);
      if (path.includes(name) || found.has(name)) continue;
      visit(other, [...path, name]);
      found.set(name, {
        service: other,
        until: condition === "service_completed_successfully" ? "ended" : condition === "service_healthy" ? "healthy" : "started",
      });
    }
  };
  visit(service, [service.name]);
  return [...found.values()];
};

const configsOf = async ({ project, contents }: Voyage, services: readonly Service[]): Promise<ReadonlyMap<string, string>> => {
  const keys = new Set(services.flatMap(({ spec }) => spec.configs.map(({ source }) => source)));
  const wanted = project.configs.filter(({ key, from }) => keys.has(key) && (from === "file" || from === "content"));
  return new Map(await Promise.all(wanted.map(async (source) => [source.key, await contents.read(source, "config")] as const)));
};

/** All of a subject but the images. */
type Described = Omit<Subject, "image" | "dependencies"> & { readonly dependencies: readonly Omit<Dependency, "image">[] };

const described = async (voyage: Voyage, service: Service, needed: ReturnType<typeof neededBy>): Promise<Described> => {
  const { requests, state, egress } = service.settings.trial;
  const { route, jobs } = service.settings;
  const port = route?.port;
  const onPort = <R extends { readonly port?: number }>(request: R): R =>
    request.port === undefined && port !== undefined ? { ...request, port } : request;
  return {
    service: service.name,
    folder: voyage.project.folder,
    spec: service.spec,
    requests: requests.map(onPort),
    state: state.map(({ write, read }) => ({ write: onPort(write), read: onPort(read) })),
    ...(egress === undefined ? {} : { egress }),
    ...(route === undefined ? {} : { ready: { port: route.port, path: route.ready } }),
    dependencies: needed.map(({ service: { name, spec }, until }) => ({ name, spec, until })),
    jobs: jobs.filter(({ when }) => when === "before-traffic"),
    configs: await configsOf(voyage, [service, ...needed.map((one) => one.service)]),
  };
};

/** The engine's id of a service's image, when it is known without building or fetching anything. */
const idOf = async ({ built, platform, engine }: Voyage, { name, spec, build }: Service): Promise<Digest | undefined> => {
  if (build !== undefined) return built.get(name)?.platforms.find((one) => samePlatform(one.platform, platform))?.config;
  return spec.image === undefined ? undefined : (await inspected(engine, formatReference(spec.image)))?.id;
};

/** Undefined where a verdict rests on something that the key cannot hold: an image that is not there yet, a file of the project that is mounted. */
const keyOf = async (voyage: Voyage, service: Service): Promise<Digest | undefined> => {
  const needed = neededBy(voyage.project, service);
  const services = [service, ...needed.map((one) => one.service)];
  if (services.some(({ spec }) => spec.mounts.some(({ type }) => type === "bind"))) return undefined;
  const images = await Promise.all(services.map((one) => idOf(voyage, one)));
  if (images.some((id) => id === undefined)) return undefined;
  const { configs, ...rest } = await described(voyage, service, needed);
  const parts = { tool: voyage.tool, images, ...rest, configs: [...configs] };
  return trialKey(JSON.parse(JSON.stringify(parts)) as Json);
};

/** One service of a project as a trial takes it: its image in the engine's store, with what it needs beside it. @throws IMAGE_NOT_FOUND */
const subjectOf = async (voyage: Voyage, service: Service): Promise<Subject> => {
  const needed = neededBy(voyage.project, service);
  const image = await imageOf(voyage, service);
  if (image === undefined)
    throw new SeaworthyError("IMAGE_NOT_FOUND", `the image of ${service.name} is neither in the engine's store nor can it be pulled`);
  const { dependencies, ...rest } = await described(voyage, service, needed);
  const withImages = needed.map(async ({ service: other }, index): Promise<Dependency | undefined> => {
    const its = await imageOf(voyage, other);
    const known = dependencies[index];
    return known === undefined ? undefined : { ...known, ...(its === undefined ? {} : { image: its }) };
  });
  const { project, engine, signal } = voyage;
  const rebuild = service.build === undefined ? {} : { rebuild: () => rebuildAfterChange(project, service, { engine, signal }) };
  return { ...rest, ...rebuild, image, dependencies: (await Promise.all(withImages)).filter((one) => one !== undefined) };
};

const cacheOf = ({ state }: Voyage): TrialCache => openTrialCache(join(state.folder, "trials"));

/** What an earlier trial of the very same showed, of this level or a higher one. Builds, pulls and runs nothing. */
export const triedBefore = async (voyage: Voyage, service: Service, level: Level): Promise<TrialReport | undefined> => {
  const key = await keyOf(voyage, service);
  return key === undefined ? undefined : cacheOf(voyage).find(key, level);
};

/** Builds what has to be built of a service and of what it needs. */
const builtFor = async (voyage: Voyage, service: Service): Promise<void> => {
  const services = [service, ...neededBy(voyage.project, service).map((one) => one.service)];
  const missing = services.filter(({ name, build }) => build !== undefined && !voyage.built.has(name)).map(({ name }) => name);
  if (missing.length > 0) await buildServices(voyage, missing);
};

/**
 * Tries one service: built when it has to be, run in the lab, its report kept for the next time that the very same is tried. `again`: though it was tried before.
 * @throws IMAGE_NOT_FOUND when its image is not to be had; as `tryService`
 */
export const tryProjectService = async (
  voyage: Voyage,
  service: Service,
  { level, again = false }: { readonly level: Level; readonly again?: boolean },
): Promise<TrialReport> => {
  await builtFor(voyage, service);
  const before = again ? undefined : await triedBefore(voyage, service, level);
  if (before !== undefined) return before;
  const { engine, signal, progress } = voyage;
  try {
    const subject = await subjectOf(voyage, service);
    const report = await tryService(subject, { engine, inside: createDockerInside(), level, signal, progress });
    const key = await keyOf(voyage, service);
    if (key !== undefined) cacheOf(voyage).keep(key, report);
    return report;
  } finally {
    await forgetTriedImages(engine);
  }
};
