import { existsSync, readFileSync, statSync } from "node:fs";
import { relative, resolve } from "node:path";
import { fileError, SeaworthyError, SourceText } from "../core/index.ts";
import type { ImageConfig } from "../image/index.ts";
import type { Dockerfile } from "../source/dockerfile/index.ts";
import type { WrittenBy } from "../source/history/index.ts";
import type { Context } from "./context.ts";

/** A Dockerfile whose steps an image's history shows. */
export interface OwnDockerfile extends WrittenBy {
  readonly dockerfile: Dockerfile;
}

const MAX_BYTES = 1024 * 1024;

const readAt = async (path: string, cwd: string): Promise<Dockerfile> => {
  const { parseDockerfile } = await import("../source/dockerfile/index.ts");
  try {
    if (statSync(path).size > MAX_BYTES) throw new SeaworthyError("INPUT_TOO_LARGE", `${path} has more than ${MAX_BYTES} bytes`);
    return parseDockerfile(new SourceText(relative(cwd, path) || path, readFileSync(path, "utf8")));
  } catch (error) {
    throw fileError(error, `read the Dockerfile ${path}`);
  }
};

/** Those of the folder and of the services of its compose file, where it has one that can be read. */
const atHand = async (context: Context): Promise<readonly string[]> => {
  const { cwd } = context;
  const here = ["Dockerfile", "Containerfile"].map((name) => resolve(cwd, name)).filter((path) => existsSync(path));
  const hasCompose = ["compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml"].some((name) =>
    existsSync(resolve(cwd, name)),
  );
  if (!hasCompose) return here;
  const { projectOf } = await import("./chosen-project.ts");
  // A project that cannot be read is another command's to complain of.
  const services = await projectOf(context, {}).then(
    (project) => project.services,
    () => [],
  );
  return [...new Set([...here, ...services.flatMap(({ build }) => (build === undefined ? [] : [build.dockerfile]))])];
};

/**
 * The Dockerfile that made an image: the one that is named, else of those at hand the first whose steps its history shows. Undefined where none is.
 * @throws INPUT_NOT_FOUND, INPUT_INVALID when the one that is named did not make it
 */
export const ownDockerfile = async (
  context: Context,
  named: string | undefined,
  { history }: Pick<ImageConfig, "history">,
): Promise<OwnDockerfile | undefined> => {
  const paths = named === undefined ? await atHand(context) : [resolve(context.cwd, named)];
  if (paths.length === 0) return undefined;
  const { stepsOf, writtenBy } = await import("../source/history/index.ts");
  const steps = stepsOf(history);
  for (const path of paths) {
    const dockerfile = await readAt(path, context.cwd);
    const found = writtenBy(dockerfile, steps, history);
    if (found !== undefined) return { ...found, dockerfile };
  }
  if (named === undefined) return undefined;
  throw new SeaworthyError(
    "INPUT_INVALID",
    `${named} is not what the image was built from: its steps are not those of the image's history`,
    {
      hint: "seaworthy image inspect IMAGE shows the steps. Leave --file out to go by them alone.",
    },
  );
};
