import { hasCode, SeaworthyError } from "../../core/index.ts";
import { LABELS } from "../live.ts";
import type { Action } from "../plan.ts";
import { pullImage } from "./resources.ts";
import type { Perform, World } from "./world.ts";

/** Somebody may prune images between the pull and this: then it is pulled once more, by the same digest. */
const create = async ({ name, platform, config }: Extract<Action, { do: "create-container" }>, world: World): Promise<void> => {
  const { containers } = world.engine;
  try {
    await containers.create(name, config, platform);
  } catch (error) {
    if (!hasCode(error, "IMAGE_NOT_FOUND")) throw error;
    world.progress.note(`${config.Image} was taken out of the engine meanwhile; it is pulled again`);
    await pullImage({ do: "pull-image", reference: config.Image, platform }, world);
    await containers.create(name, config, platform);
  }
};

const connectAll = async ({ name, connect }: Extract<Action, { do: "create-container" }>, { engine }: World): Promise<undefined> => {
  for (const { network, aliases, address } of connect)
    await engine.networks.connect(network, name, { aliases, ...(address === undefined ? {} : { address }) });
  return undefined;
};

export const createContainer: Perform<"create-container"> = async (action, world) => {
  const { name, config } = action;
  const { engine } = world;
  try {
    await create(action, world);
  } catch (error) {
    // Mostly there is none, so the engine is asked about it only once it has refused to make a second.
    const found = hasCode(error, "ENGINE_REFUSED") ? await engine.containers.inspect(name) : undefined;
    if (found === undefined) throw error;
    if (found.labels[LABELS.sha] === config.Labels[LABELS.sha]) return connectAll(action, world);
    throw new SeaworthyError("STATE_NEEDS_PERSON", `there is already a container ${name}, and it is not the one this release makes`, {
      hint: `Look at it with docker inspect ${name}; remove it when nobody needs it.`,
    });
  }
  return connectAll(action, world);
};

export const connectNetwork: Perform<"connect-network"> = async ({ name, network, aliases, address }, { engine }) => {
  const now = (await engine.containers.inspect(name))?.addresses[network];
  if (now !== undefined && address !== undefined && now !== address) await engine.networks.disconnect(network, name);
  await engine.networks.connect(network, name, { aliases, ...(address === undefined ? {} : { address }) });
  return undefined;
};

export const disconnectNetwork: Perform<"disconnect-network"> = async ({ name, network }, { engine }) => {
  if ((await engine.containers.inspect(name))?.addresses[network] !== undefined) await engine.networks.disconnect(network, name);
  return undefined;
};

export const setRestart: Perform<"set-restart"> = async ({ name, policy }, { engine }) => {
  if ((await engine.containers.inspect(name)) !== undefined) await engine.containers.setRestart(name, policy);
  return undefined;
};

export const startContainer: Perform<"start-container"> = async ({ name, once = false }, { engine }) => {
  if (once && (await engine.containers.inspect(name))?.startedAt !== undefined) return undefined;
  await engine.containers.start(name);
  return undefined;
};

/** Exit status of a process that SIGKILL ended: it did not stop within its grace. */
const KILLED = 137;

export const stopContainer: Perform<"stop-container"> = async ({ name, graceSeconds }, { engine, progress }) => {
  const exitCode = await engine.containers.stop(name, graceSeconds);
  if (exitCode === KILLED) progress.note(`${name} did not stop within ${graceSeconds} s and was killed (exit status 137)`);
  return exitCode === undefined ? undefined : { exitCode };
};

export const removeContainer: Perform<"remove-container"> = async ({ name }, { engine }) => {
  await engine.containers.remove(name);
  return undefined;
};
