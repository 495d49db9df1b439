import { hasCode, parseReference } from "../../core/index.ts";
import { placeFile } from "../files.ts";
import type { Perform } from "./world.ts";

export const pullImage: Perform<"pull-image"> = async ({ reference, platform }, world) => {
  if ((await world.engine.images.inspect(reference)) !== undefined) return { pulled: false };
  const auth = await world.credentials(parseReference(reference).registry);
  await world.engine.images.pull(reference, {
    platform,
    ...(auth === undefined ? {} : { auth }),
  });
  return { pulled: true };
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
