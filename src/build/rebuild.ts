import { appendFileSync, cpSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, relative, sep } from "node:path";
import { fileError, samePlatform, SeaworthyError, silentProgress } from "../core/index.ts";
import type { BuildInput, Project, Service } from "../project/index.ts";
import { type BuildOptions, createdAtOf, ignoreFile } from "./build-service.ts";
import { hostCaBundle } from "./docker/ca-bundle.ts";
import { findDockerCli } from "./docker/find-cli.ts";
import type { BuildStep } from "./docker/plain-progress.ts";
import { platformsFor } from "./docker/platforms.ts";
import { runBuild } from "./docker/run-build.ts";
import { buildTag } from "./leftovers.ts";
import { openRepository } from "./repository.ts";
import { originOf } from "./origin.ts";
import { projectTags } from "./project-tags.ts";

/** What a build did again because of a change in one source file. */
export interface Rebuilt {
  /** The file that was changed, below the context; absent: none is part of the image. */
  readonly file?: string;
  /** Instructions of the build after the change. */
  readonly steps: readonly BuildStep[];
}

/** A larger context is not copied. */
const MOST_BYTES = 512 * 1024 ** 2;
const MOST_FILES = 50_000;
/** So many files are tried until one is part of the image. */
const MOST_TRIES = 3;
const TIMEOUT_MS = 100_000;

const SOURCE = /\.(?:[cm]?[jt]sx?|py|rb|go|rs|java|kt|scala|php|cs|fs|ex|erl|clj|c|cc|cpp|swift|vue|svelte|html|css)$/;
/** What belongs to the installing, not to the program; and what an ignore file is likely to keep out. */
const NOT_SOURCE = /(?:config|setup|conftest|\.d|\.test|\.spec|_test)\.\w+$|^(?:build|settings)\.gradle/;
const NOT_BELOW = new Set(["node_modules", "vendor", "test", "tests", "dist", "build", "target", "scripts", "script", "docs", "coverage"]);
const LIKELY = ["src", "app", "lib", "cmd", "internal", "server", "pkg"];

/** Every file below a folder, as paths from it; links are not followed. @throws INPUT_TOO_LARGE */
const filesBelow = (folder: string): readonly { readonly path: string; readonly sizeBytes: number }[] => {
  const found: { readonly path: string; readonly sizeBytes: number }[] = [];
  let bytes = 0;
  const visit = (at: string): void => {
    for (const entry of readdirSync(at, { withFileTypes: true })) {
      const path = join(at, entry.name);
      if (entry.name === ".git") continue;
      if (entry.isDirectory()) visit(path);
      if (!entry.isFile()) continue;
      const { size } = statSync(path);
      bytes += size;
      found.push({ path: relative(folder, path), sizeBytes: size });
      if (bytes > MOST_BYTES || found.length > MOST_FILES)
        throw new SeaworthyError(
          "INPUT_TOO_LARGE",
          `the build context ${folder} has more than ${MOST_FILES} files or ${MOST_BYTES} bytes: it is not copied`,
        );
    }
  };
  visit(folder);
  return found;
};

/** The files of which a change is most likely one of the source alone, best first. */
export const sourceFiles = (paths: readonly string[]): readonly string[] => {
  const rank = (path: string): number => {
    const [top = ""] = path.split(sep);
    return (LIKELY.includes(top) ? 0 : 10) + path.split(sep).length;
  };
  return paths
    .filter(
      (path) =>
        SOURCE.test(path) &&
        !NOT_SOURCE.test(basename(path)) &&
        !path.split(sep).some((part) => NOT_BELOW.has(part) || part.startsWith(".")),
    )
    .toSorted((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
};

/**
 * Builds a copy of a service's context twice, the second time with one source file changed by an empty line at its end: what ran anew is what every change of the source
 * costs. The copy and the images are removed; the builder's cache keeps what it learned.
 * @throws INPUT_TOO_LARGE of a context that is not copied; BUILD_FAILED, TOOL_MISSING, ENGINE_UNREACHABLE, DEADLINE; the signal's reason
 */
export const rebuildAfterChange = async (
  project: Project,
  service: Service,
  { engine, signal, environment = process.env }: Pick<BuildOptions, "engine" | "signal" | "environment">,
): Promise<Rebuilt> => {
  const { build } = service;
  if (build === undefined) throw new SeaworthyError("USAGE", `service ${service.name} has no build section: there is nothing to build`);
  const info = await engine.system.info();
  const [platform = info.platform] = platformsFor(build.platforms, info);
  const cli = await findDockerCli(undefined, signal);
  const repository = project.git === undefined ? undefined : openRepository(project.folder, signal);
  const tags = await projectTags(project, repository);
  const origin = await originOf(project, build, repository, tags, [build.dockerfile, ignoreFile(build)]);
  const caBundle = hostCaBundle(environment);
  const paths = filesBelow(build.context).map(({ path }) => path);
  const folder = mkdtempSync(join(tmpdir(), "seaworthy-rebuild-"));
  const copy = join(folder, "context");
  const tag = buildTag(service.name, folder);
  // A Dockerfile of another folder is read where it is, and its ignore file with it.
  const inCopy = relative(build.context, build.dockerfile);
  const input: BuildInput = { ...build, context: copy, dockerfile: inCopy.startsWith("..") ? build.dockerfile : join(copy, inCopy) };
  const once = async (): Promise<readonly BuildStep[]> => {
    const { tally } = await runBuild({
      service: service.name,
      cli,
      engine: info.address,
      input,
      platform,
      foreign: !samePlatform(platform, info.platform),
      tag,
      noCache: false,
      environment,
      sourceDateEpoch: Math.floor(createdAtOf(origin, environment) / 1000),
      timeoutMs: TIMEOUT_MS,
      progress: silentProgress,
      ...(caBundle === undefined ? {} : { caBundle }),
      ...(signal === undefined ? {} : { signal }),
    });
    return tally.all;
  };
  try {
    cpSync(build.context, copy, { recursive: true, verbatimSymlinks: true, filter: (path) => basename(path) !== ".git" });
    // What this builder has not in its cache would be done again either way.
    let steps = await once();
    for (const file of sourceFiles(paths).slice(0, MOST_TRIES)) {
      appendFileSync(join(copy, file), "\n");
      steps = await once();
      if (steps.some(({ cached }) => !cached)) return { file, steps };
    }
    return { steps };
  } catch (error) {
    throw fileError(error, `build a copy of ${build.context}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
    await engine.images.remove(tag);
  }
};
