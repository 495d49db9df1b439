import { SeaworthyError } from "../../core/index.ts";
import { HOLD_FILE } from "./render.ts";
import type { Runtime } from "./runtime.ts";
import { numberIn, parseStat } from "./stat.ts";

/** `untilSeconds` since the epoch; 0 lets go. The key is in the map from the configuration's file, so this changes it and adds nothing. */
export const setHold = async (runtime: Runtime, configFolder: string, backend: string, untilSeconds: number): Promise<void> => {
  const answer = await runtime(`set map ${configFolder}/${HOLD_FILE} ${backend} ${untilSeconds}`);
  if (answer.trim() !== "")
    throw new SeaworthyError("PROXY_UNREACHABLE", `HAProxy did not change the hold of ${backend}: ${answer.trim().split("\n")[0] ?? ""}`);
};

/** Requests in the backend: under way on a server, or waiting for one. */
export const readConnections = async (runtime: Runtime, backend: string): Promise<number> =>
  numberIn(
    parseStat(await runtime(`show stat ${backend} 2 -1`)).find((row) => row["pxname"] === backend),
    "scur",
  );
