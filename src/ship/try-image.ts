import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  hasCode,
  isSeaworthyError,
  type Json,
  parseReference,
  type Platform,
  type Progress,
  SeaworthyError,
  type StateFolder,
} from "../core/index.ts";
import { createDockerInside, type Engine } from "../engine/index.ts";
import { createBudget, dockerCredentials, type Loadable, loadableArchive, loadableLayout, openLayout } from "../image/index.ts";
import { loadProject, type Project } from "../project/index.ts";
import { fixProposals, type Level, openTrialCache, type SubjectImage, trialKey, type TrialReport, tryService } from "../trial/index.ts";
import { forgetTriedImages, inspected, nameForTrial } from "./tried-images.ts";

/** Where an image by itself comes from. `text`: as the user named it. */
export type ImageSource = { readonly text: string } & (
  | {
      readonly kind: "archive";
      /** From its beginning, each time. */ readonly open: () => AsyncIterable<Uint8Array>;
      readonly name?: string;
    }
  | { readonly kind: "layout"; readonly folder: string; readonly name?: string }
  /** An image's id, or a reference: looked for in the engine, then pulled from its registry. */
  | { readonly kind: "reference" }
);

/** What a trial of an image by itself works with. */
export interface ImageTrialHost {
  readonly engine: Engine;
  readonly platform: Platform;
  readonly state: StateFolder;
  /** The version of this tool. */
  readonly tool: string;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** What came of it. */
export interface ImageTrial {
  readonly report: TrialReport;
  /** A compose file with one service of this image and what the trial proposes for it, each with its measurement; absent when nothing is proposed. */
  readonly compose?: string;
}

interface Found {
  readonly image: SubjectImage;
  /** What to call it; absent for an id, and for an archive without names. */
  readonly reference?: string;
}

const isId = (text: string): boolean => /^(?:sha256:)?[0-9a-f]{12,64}$/.test(text);

const pulled = async ({ engine, progress }: ImageTrialHost, text: string): Promise<Found> => {
  // Refused here, with the reason, before anybody is asked for it.
  const reference = isId(text) ? undefined : parseReference(text);
  const there = await inspected(engine, text);
  if (there !== undefined) return { image: there, ...(reference === undefined ? {} : { reference: text }) };
  if (reference === undefined)
    throw new SeaworthyError("IMAGE_NOT_FOUND", `the engine here has no image with the id ${text}`, {
      hint: "docker images --no-trunc lists what the engine has.",
    });
  const known = await dockerCredentials()(reference.registry);
  const auth = known !== undefined && "username" in known ? known : undefined;
  const step = `pull ${text}`;
  progress.begin(step, `from ${reference.registry}`);
  try {
    await engine.images.pull(text, { ...(auth === undefined ? {} : { auth }), onProgress: (words) => progress.begin(step, words) });
  } catch (error) {
    if (!isSeaworthyError(error) || !hasCode(error, "IMAGE_NOT_FOUND", "REGISTRY_UNREACHABLE", "REGISTRY_REFUSED", "ENGINE_REFUSED"))
      throw error;
    throw new SeaworthyError(error.code, `the engine here has no image ${text}; ${error.message}`, {
      hint: "Build or pull it first, or name an archive of it (docker save -o image.tar REF, then seaworthy trial ./image.tar).",
      cause: error,
    });
  }
  progress.end(step);
  const image = await inspected(engine, text);
  if (image === undefined) throw new SeaworthyError("IMAGE_NOT_FOUND", `${text} was pulled, and the engine does not have it`);
  return { image, reference: text };
};

const loaded = async (host: ImageTrialHost, source: ImageSource): Promise<Found> => {
  const { engine, progress, platform, signal } = host;
  if (source.kind === "reference") return pulled(host, source.text);
  const options = { name: source.name, platform, as: nameForTrial("image") };
  const { tags, archive }: Loadable =
    source.kind === "archive"
      ? await loadableArchive(source.open, { ...options, budget: createBudget({ signal }) })
      : await loadableLayout(await openLayout(source.folder), options);
  progress.begin(`load ${source.text}`, "into the engine");
  await engine.images.load(archive);
  progress.end(`load ${source.text}`);
  const image = await inspected(engine, options.as);
  if (image === undefined) throw new SeaworthyError("ENGINE_REFUSED", `the engine took the image of ${source.text} and does not have it`);
  const [tag] = tags;
  // A layout's name may be a tag alone.
  return { image, ...(tag !== undefined && /[:/]/.test(tag) ? { reference: tag } : {}) };
};

/** The last word of a repository or a file's name, as a compose file may call a service. */
const serviceName = (text: string): string =>
  (text.split("@")[0] ?? "")
    .replace(/:[\w.-]*$/, "")
    .split("/")
    .findLast((part) => part !== "")
    ?.replace(/\.(?:tar|tgz|tar\.\w+)$/, "")
    .toLowerCase()
    .replaceAll(/[^a-z0-9_-]+/g, "-")
    .replaceAll(/^-+|-+$/g, "") || "app";

const isReference = (text: string): boolean => {
  try {
    return !isId(text) && parseReference(text).repository !== "";
  } catch {
    return false;
  }
};

/** The image as the only service of a project that asks for nothing else: what a compose file says when it names the image alone. */
const plainProject = async (
  folder: string,
  { reference }: Found,
  text: string,
): Promise<{ readonly project: Project; readonly read: Parameters<typeof fixProposals>[2] }> => {
  const name = serviceName(reference ?? text);
  const image = [reference, text, name].find((one) => one !== undefined && isReference(one)) ?? name;
  writeFileSync(join(folder, "compose.yaml"), `services:\n  ${name}:\n    image: ${JSON.stringify(image)}\n`);
  const read = (replaced?: ReadonlyMap<string, string>): Promise<Project> => loadProject({ folder, env: {}, git: false, replaced });
  return { project: await read(), read };
};

const tried = async (
  host: ImageTrialHost,
  source: ImageSource,
  folder: string,
  { level, again }: { readonly level: Level; readonly again: boolean },
): Promise<ImageTrial> => {
  const { engine, signal, progress, state, tool } = host;
  const found = await loaded(host, source);
  const { project, read } = await plainProject(folder, found, source.text);
  const [service] = project.services;
  if (service === undefined) throw new SeaworthyError("INPUT_INVALID", `${source.text} cannot be run as a service`);
  const named = { service: service.name, reference: found.reference ?? source.text };
  const subject = {
    ...named,
    folder,
    spec: service.spec,
    image: found.image,
    requests: [],
    state: [],
    dependencies: [],
    jobs: [],
    configs: new Map<string, string>(),
  };
  const { image: _, ...spec } = service.spec;
  const key = trialKey(JSON.parse(JSON.stringify({ tool, image: found.image.id, spec })) as Json);
  const cache = openTrialCache(join(state.folder, "trials"));
  const before = again ? undefined : cache.find(key, level);
  const report =
    before === undefined ? await tryService(subject, { engine, inside: createDockerInside(), level, signal, progress }) : before;
  if (before === undefined) cache.keep(key, report);
  const { files } = await fixProposals(
    project,
    report.outcomes.map(({ proposals = [] }) => ({ service: service.name, proposals })),
    read,
  );
  const [compose] = files;
  return {
    // The same image may have been tried under another name.
    report: { ...report, subject: { ...named, image: found.image.id } },
    ...(compose === undefined ? {} : { compose: compose.after }),
  };
};

/**
 * Tries an image by itself, as a service that names it and says nothing else. What is loaded for it from an archive or a layout has a name of the trial's own, which is
 * taken away afterwards; what is pulled stays.
 * @throws IMAGE_NOT_FOUND, REGISTRY_UNREACHABLE, REGISTRY_REFUSED when it is not to be had; INPUT_INVALID, INPUT_TOO_LARGE, PLATFORM_MISSING of an archive; as `tryService`
 */
export const tryImage = async (
  host: ImageTrialHost,
  source: ImageSource,
  { level, again = false }: { readonly level: Level; readonly again?: boolean },
): Promise<ImageTrial> => {
  const folder = mkdtempSync(join(tmpdir(), "seaworthy-trial-image-"));
  try {
    return await tried(host, source, folder, { level, again });
  } finally {
    rmSync(folder, { recursive: true, force: true });
    await forgetTriedImages(host.engine);
  }
};
