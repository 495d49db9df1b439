import { hasCode, parseReference, wordsOf } from "../../core/index.ts";
import { placeFile } from "../files.ts";
import type { Perform } from "./world.ts";

const PULL_TRIES = 4;
const PULL_AGAIN_MS = 500;

/** A connection that was not made or did not last: a network's hiccup, or the embedded registry on its way from one process to the next. */
const isPassing = (error: unknown): boolean =>
  hasCode(error, "REGISTRY_UNREACHABLE") || /connection (?:refused|reset)|EOF|timeout|temporarily/i.test(wordsOf(error));

export const pullImage: Perform<"pull-image"> = async ({ reference, platform }, world) => {
  if ((await world.engine.images.inspect(reference)) !== undefined) return { pulled: false };
  for (let tries = 1; ; tries += 1) {
    try {
      const auth = await world.credentials(parseReference(reference).registry);
      await world.engine.images.pull(reference, { platform, ...(auth === undefined ? {} : { auth }) });
      return { pulled: true };
    } catch (error) {
      if (tries === PULL_TRIES || !isPassing(error)) throw error;
      await world.clock.sleep(PULL_AGAIN_MS * tries, world.signal);
    }
  }
};

export const createNetwork: Perform<"create-network"> = async ({ name, config }, { engine }) => {
  if ((await engine.networks.inspect(name)) === undefined) await engine.networks.create(name, config);
  return undefined;
};

export const removeNetwork: Perform<"remove-network"> = async ({ name }, { engine }) => {
  if ((await engine.networks.inspect(name)) === undefined) return undefined;
  try {
    await engine.networks.remove(name);
  } catch (error) {
    // Somebody else's container has joined it meanwhile: it is theirs now as well.
    if (!hasCode(error, "ENGINE_REFUSED")) throw error;
  }
  return undefined;
};

export const createVolume: Perform<"create-volume"> = async ({ name, driver, options, labels }, { engine }) => {
  await engine.volumes.create(name, { driver, options, labels });
  return undefined;
};

export const placeFileAction: Perform<"place-file"> = async ({ kind, key, version, uid, gid, mode }, { state, project, content }) => {
  await placeFile(state, { project, kind, key, version, uid, gid, mode }, () => content(kind, key));
  return undefined;
};
