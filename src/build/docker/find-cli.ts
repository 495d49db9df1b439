import { accessSync, constants, realpathSync } from "node:fs";
import { delimiter, join } from "node:path";
import { exec, SeaworthyError } from "../../core/index.ts";

/** A docker program whose `build` is BuildKit. */
export interface DockerCli {
  readonly program: string;
  /** `buildx`: the plugin; `builtin`: BuildKit in the client itself, as 18.09 to 20.10 had it. */
  readonly kind: "buildx" | "builtin";
  readonly version: string;
}

const ALWAYS = ["/usr/bin/docker", "/usr/local/bin/docker", "/opt/homebrew/bin/docker"];

const isProgram = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

const candidates = (path: string): readonly string[] => {
  const found = [...path.split(delimiter).filter((folder) => folder !== ""), ...ALWAYS.map((file) => join(file, ".."))].map((folder) =>
    join(folder, "docker"),
  );
  const real = new Map(found.filter(isProgram).map((file) => [realpathSync(file), file]));
  return [...real.values()];
};

/** From 23.0 on `docker build` without the plugin is the legacy builder, which knows no build secrets. */
const hasBuiltinBuildKit = (version: string): boolean => {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return (major === 18 && minor >= 9) || major === 19 || major === 20;
};

const probe = async (program: string, signal?: AbortSignal): Promise<DockerCli | string> => {
  const options = { timeoutMs: 10_000, ...(signal === undefined ? {} : { signal }) };
  const version = (await exec(program, ["--version"], options)).stdout.replace(/^Docker version /, "").split(/[,+\s]/, 1)[0] ?? "";
  if ((await exec(program, ["buildx", "version"], options)).exitCode === 0) return { program, kind: "buildx", version };
  return hasBuiltinBuildKit(version) ? { program, kind: "builtin", version } : `${program} ${version} has no buildx plugin`;
};

/**
 * The first docker program that can build with BuildKit: those on PATH in their order, then the usual places. A machine may have several,
 * and the first may be one that cannot.
 * @throws TOOL_MISSING naming each one that was tried, and why it cannot
 */
export const findDockerCli = async (path: string = process.env["PATH"] ?? "", signal?: AbortSignal): Promise<DockerCli> => {
  const refused: string[] = [];
  for (const program of candidates(path)) {
    const found = await probe(program, signal);
    if (typeof found !== "string") return found;
    refused.push(found);
  }
  throw new SeaworthyError(
    "TOOL_MISSING",
    refused.length === 0
      ? "there is no docker program to build with"
      : `no docker program here can build with BuildKit: ${refused.join("; ")}`,
    {
      hint: "Install the docker CLI with the buildx plugin (docker-buildx), or docker.io 20.10.",
    },
  );
};
