import { type Digest, isSeaworthyError, type Platform } from "../core/index.ts";
import { type ImageConfig, readConfig } from "../image/index.ts";
import { type BaseImage, baseByLayers, guessedBase } from "../inventory/index.ts";
import type { Context } from "./context.ts";
import type { OwnDockerfile } from "./own-dockerfile.ts";

/** What an image was built on. */
export interface BuiltOn {
  readonly base?: BaseImage;
  /** Its name leads to other layers by now: building anew is enough to get them. */
  readonly renewed?: true;
}

/** What the engine here has of that name; nobody else is asked. */
const inEngine = async (name: string): Promise<readonly Digest[] | undefined> => {
  const { createDockerEngine } = await import("../engine/index.ts");
  try {
    return (await createDockerEngine().images.inspect(name))?.layers;
  } catch (error) {
    // A name that no engine takes, or none that answers.
    if (isSeaworthyError(error)) return undefined;
    throw error;
  }
};

const inItsPlace = async (context: Context, name: string, platform: Platform): Promise<readonly Digest[]> => {
  const { openSource } = await import("./image-places.ts");
  const source = await openSource(context, name);
  try {
    return (await readConfig(source, platform)).diffIds;
  } finally {
    await source.close();
  }
};

/** Names that the image was built on, going by what is written, the surest first. */
const namesOf = ({ run: { labels } }: ImageConfig, own: OwnDockerfile | undefined): readonly string[] => {
  const [name, digest] = [labels["org.opencontainers.image.base.name"], labels["org.opencontainers.image.base.digest"]];
  return [
    ...(name === undefined || digest === undefined || name.includes("@") ? [] : [`${name.replace(/:[\w][\w.-]*$/, "")}@${digest}`]),
    ...(name === undefined ? [] : [name]),
    ...(own?.base === undefined ? [] : [own.base.image]),
  ].filter((one) => one.length > 0 && one.length <= 300);
};

const byDockerfile = ({ history, diffIds }: ImageConfig, own: OwnDockerfile | undefined): BaseImage | undefined => {
  if (own === undefined) return undefined;
  const layers = history.slice(0, own.baseSteps).filter(({ emptyLayer }) => !emptyLayer).length;
  const fits = history.filter(({ emptyLayer }) => !emptyLayer).length === diffIds.length;
  return fits && layers > 0 ? { layers, by: "dockerfile", ...(own.base === undefined ? {} : { name: own.base.image }) } : undefined;
};

/**
 * Where the base image of an image ends: by the layers of the one that the user names, wherever that is; else of the one that its labels or its Dockerfile name, where the
 * engine here has it; else by the Dockerfile's steps; else by a guess. No registry is asked for a base that nobody named on the command line.
 * @throws what openSource throws, of the one that the user names
 */
export const builtOn = async (
  context: Context,
  config: ImageConfig,
  { base: named, own }: { readonly base?: string | undefined; readonly own: OwnDockerfile | undefined },
): Promise<BuiltOn> => {
  const written = byDockerfile(config, own);
  const otherwise = written ?? guessedBase(config);
  if (named !== undefined) {
    const base = baseByLayers(named, await inItsPlace(context, named, config.platform), config.diffIds);
    return base === undefined ? { ...(otherwise === undefined ? {} : { base: { ...otherwise, name: named } }), renewed: true } : { base };
  }
  let renewed = false;
  for (const name of namesOf(config, own)) {
    const layers = await inEngine(name);
    const base = layers === undefined ? undefined : baseByLayers(name, layers, config.diffIds);
    if (base !== undefined) return { base, ...(renewed ? { renewed } : {}) };
    renewed ||= layers !== undefined;
  }
  return { ...(otherwise === undefined ? {} : { base: otherwise }), ...(renewed ? { renewed: true } : {}) };
};
