import { dockerCredentials } from "../image/index.ts";
import type { RunOptions } from "../release/index.ts";
import type { Harbour } from "./harbour.ts";

/** The user's own credentials as the engine's pull takes them. Asked right before a pull, so the embedded registry is seen to here as well. */
export const pullCredentials = (harbour: Pick<Harbour, "address" | "serve">): NonNullable<RunOptions["credentials"]> => {
  const look = dockerCredentials();
  return async (registry) => {
    if (registry === harbour.address) await harbour.serve();
    const found = await look(registry);
    return found !== undefined && "username" in found ? found : undefined;
  };
};
