import { existsSync, readFileSync, rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type Digest,
  exec,
  formatPlatform,
  forTerminal,
  isDigest,
  lastWords,
  type Platform,
  type Progress,
  SeaworthyError,
} from "../../core/index.ts";
import type { BuildInput } from "../../project/index.ts";
import type { DockerCli } from "./find-cli.ts";
import { type BuildTally, readPlainProgress } from "./plain-progress.ts";
import { readySecrets, secretFiles } from "./secret-files.ts";

export interface RunBuild {
  readonly service: string;
  readonly cli: DockerCli;
  /** The engine's address, as DOCKER_HOST takes it. */
  readonly engine: string;
  readonly input: BuildInput;
  readonly platform: Platform;
  /** Whether to ask for the platform by name: an engine told its own name may refuse a base image without a variant. */
  readonly foreign: boolean;
  /** Kept on the image until the caller removes it, so that nothing prunes it in between. */
  readonly tag: string;
  readonly noCache: boolean;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Path of the host's CA bundle. */
  readonly caBundle?: string;
  /** Seconds since the epoch, for a Dockerfile that asks for it. */
  readonly sourceDateEpoch: number;
  readonly timeoutMs: number;
  readonly progress: Progress;
  readonly signal?: AbortSignal;
}

/**
 * Newer BuildKits run every step again for another SOURCE_DATE_EPOCH, whoever uses it (seen with Docker 28.5): to each commit's build that would be the end of the
 * cache. What the layers and the configuration say of time is written when the image is assembled.
 */
const asksForEpoch = (dockerfile: string): boolean =>
  existsSync(dockerfile) && /\bSOURCE_DATE_EPOCH\b/.test(readFileSync(dockerfile, "utf8"));

const buildArgs = (run: RunBuild, imageIdFile: string, secrets: readonly string[]): readonly string[] => [
  ...(run.cli.kind === "buildx" ? ["buildx", "build", "--load", "--provenance=false", "--sbom=false"] : ["build"]),
  "--progress=plain",
  "--iidfile",
  imageIdFile,
  "--tag",
  run.tag,
  "--file",
  run.input.dockerfile,
  ...(run.input.target === undefined ? [] : ["--target", run.input.target]),
  ...(run.foreign ? ["--platform", formatPlatform(run.platform)] : []),
  ...(run.noCache ? ["--no-cache"] : []),
  ...Object.entries({
    ...(asksForEpoch(run.input.dockerfile) ? { SOURCE_DATE_EPOCH: String(run.sourceDateEpoch) } : {}),
    ...run.input.args,
  }).flatMap(([name, value]) => ["--build-arg", `${name}=${value}`]),
  ...secrets,
  run.input.context,
];

/** Said before any step runs: a Dockerfile that cannot be read, a base image that cannot be had. */
const plainReason = (stderr: string): string => {
  const lines = stderr
    .split("\n")
    .filter((line) => line.trim() !== "" && !line.startsWith("#") && !/^-+$/.test(line) && !line.startsWith(" > "));
  return (lines.at(-1) ?? "")
    .replace(/^(?:ERROR: )?(?:failed to solve(?: with frontend [\w.]+)?: )?(?:failed to solve with frontend [\w.]+: )?/, "")
    .trim();
};

const refuse = (run: RunBuild, tally: BuildTally, words: string, said: string): never => {
  const { failed } = tally;
  const what = `the image of service ${run.service} could not be built from ${run.input.dockerfile}`;
  if (failed === undefined)
    throw new SeaworthyError("BUILD_FAILED", `${what}: ${forTerminal(plainReason(said)) || words}`, {
      hint: "The builder's own words are above.",
      details: { service: run.service },
    });
  throw new SeaworthyError("BUILD_FAILED", `${what}: ${failed.step}: ${failed.because}`, {
    problems: failed.lines,
    details: { service: run.service, step: failed.step },
  });
};

/**
 * Builds one image for one platform with the engine's BuildKit. Secrets are files named on the command line, their values nowhere; the signal cancels.
 * @throws BUILD_FAILED with the step and its last lines; ENGINE_UNREACHABLE; DEADLINE; the signal's reason
 */
export const runBuild = async (run: RunBuild): Promise<{ readonly id: Digest; readonly tally: BuildTally }> => {
  const folder = await mkdtemp(join(tmpdir(), "seaworthy-build-"));
  const imageIdFile = join(folder, "id");
  try {
    const ready = await readySecrets(run.input.secrets, run.environment, run.signal);
    using secrets = secretFiles(ready, run.environment, run.caBundle === undefined ? {} : { ca: run.caBundle });
    const { line, tally } = readPlainProgress(run.progress);
    const result = await exec(run.cli.program, buildArgs(run, imageIdFile, secrets.args), {
      env: {
        DOCKER_BUILDKIT: "1",
        DOCKER_HOST: run.engine,
        DOCKER_CONTEXT: undefined,
        BUILDKIT_COLORS: undefined,
        NO_COLOR: "1",
        // buildx would hand it on by itself.
        SOURCE_DATE_EPOCH: undefined,
      },
      timeoutMs: run.timeoutMs,
      onLine: line,
      ...(run.signal === undefined ? {} : { signal: run.signal }),
    });
    if (result.exitCode !== 0) {
      if (/cannot connect to the docker daemon|error during connect/i.test(result.stderr))
        throw new SeaworthyError(
          "ENGINE_UNREACHABLE",
          `the engine at ${run.engine} did not answer the build of ${run.service}: ${lastWords(result, 2)}`,
        );
      refuse(run, tally(), lastWords(result), result.stderr);
    }
    const id = readFileSync(imageIdFile, "utf8").trim();
    if (!isDigest(id))
      throw new SeaworthyError("ENGINE_REFUSED", `the build of ${run.service} ended well, but named no image: "${id.slice(0, 100)}"`);
    return { id, tally: tally() };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
