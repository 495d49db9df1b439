import { dockerCredentials } from "../image/index.ts";
import type { RunOptions } from "../release/index.ts";

/** The user's own credentials as the engine's pull takes them. */
export const pullCredentials = (): NonNullable<RunOptions["credentials"]> => {
  const look = dockerCredentials();
  return async (registry) => {
    const found = await look(registry);
    return found !== undefined && "username" in found ? found : undefined;
  };
};
