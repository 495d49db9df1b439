import { type Backend, mainOf, MAX_HOLD_SECONDS } from "../backend.ts";
import type { Runtime } from "./runtime.ts";
import { numberIn, parseStat } from "./stat.ts";

/** `backend until,seconds,requests` lines: until which second since the epoch requests wait, how long one does at most, and how many. A backend whose requests do not wait is not in it. */
export const HOLD_FILE = "hold.map";
export const HOLD_SCRIPT_FILE = "hold.lua";

/** A rollout that replaces the only container, and a person's word; whoever asks for longer. */
export const holdValue = ({ hold, heldUntil = 0, byHand }: Backend): string | undefined => {
  const paused = byHand?.paused;
  if (paused !== undefined && paused.untilSeconds >= heldUntil) return `${paused.untilSeconds},${MAX_HOLD_SECONDS},${paused.requests}`;
  return hold === undefined || heldUntil === 0 ? undefined : `${heldUntil},${hold.seconds},${hold.requests}`;
};

/** The file is read when HAProxy starts; afterwards the one value is set over the socket. A service's next release waits with it. */
export const renderHolds = (backends: readonly Backend[]): string =>
  backends
    .filter(({ name }) => mainOf(name) === name)
    .flatMap((backend) => {
      const value = holdValue(backend);
      return value === undefined ? [] : [`${backend.name} ${value}\n`];
    })
    .join("");

/**
 * Where nobody waits, as nearly always, the map is empty: that costs next to nothing, and no Lua.
 * Requests wait in the backend, so what they are answered there is in its counters and in the drop report.
 */
export const holdRule = (name: string, configFolder: string): string =>
  `http-request lua.seaworthy_hold ${mainOf(name)} if { str(${mainOf(name)}),map(${configFolder}/${HOLD_FILE}) -m found }`;

/** Requests in the backend: under way on a server, or waiting for one. */
export const readConnections = async (runtime: Runtime, backend: string): Promise<number> =>
  numberIn(
    parseStat(await runtime(`show stat ${backend} 2 -1`)).find((row) => row["pxname"] === backend),
    "scur",
  );
