import { NO_TRAFFIC, SeaworthyError, type Weight } from "../../core/index.ts";
import type { Server } from "../backend.ts";
import { serverOptions } from "./render.ts";
import type { Runtime } from "./runtime.ts";
import { numberIn, parseStat, type StatRow } from "./stat.ts";

/** A server as HAProxy sees it now. */
export interface ServerStatus {
  readonly name: string;
  readonly address: string;
  readonly weight: number;
  /** UP, DOWN, DRAIN, MAINT, NOLB, `UP 1/3` ... */
  readonly status: string;
  /** L7OK, L7STS, L4CON, INI ... of the last finished check. */
  readonly checkStatus: string;
  /** A check is under way. */
  readonly checking: boolean;
  /** HTTP status of the last check, when it got one. */
  readonly checkCode: string;
  readonly lastCheck: string;
  /** Requests under way, tunnels included. */
  readonly current: number;
  readonly queued: number;
  readonly total: number;
  readonly serverErrors: number;
  /** Requests that it takes at once; 0: as many as come. */
  readonly most: number;
}

const statusOf = (row: StatRow): ServerStatus => ({
  name: row["svname"] ?? "",
  address: row["addr"] ?? "",
  weight: numberIn(row, "uweight"),
  status: row["status"] ?? "",
  // A check under way is marked by a star before the last result.
  checkStatus: (row["check_status"] ?? "").replace(/^\* /, ""),
  checking: row["check_status"]?.startsWith("* ") === true,
  checkCode: row["check_code"] ?? "",
  lastCheck: row["last_chk"] ?? "",
  current: numberIn(row, "scur"),
  queued: numberIn(row, "qcur"),
  total: numberIn(row, "stot"),
  serverErrors: numberIn(row, "hrsp_5xx"),
  most: numberIn(row, "slim"),
});

/** Undefined when the running HAProxy does not know the backend. */
export const readServers = async (runtime: Runtime, backend: string): Promise<readonly ServerStatus[] | undefined> => {
  // 6: the backend itself and its servers. A name that HAProxy does not know is answered with words, not with a table.
  const rows = parseStat(await runtime(`show stat ${backend} 6 -1`)).filter((row) => row["pxname"] === backend);
  const isBackend = (row: StatRow): boolean => row["svname"] === "BACKEND";
  return rows.some(isBackend) ? rows.filter((row) => !isBackend(row)).map(statusOf) : undefined;
};

const refused = (command: string, answer: string): SeaworthyError =>
  new SeaworthyError("PROXY_UNREACHABLE", `HAProxy refused "${command}": ${answer.trim().split("\n")[0] ?? ""}`);

/**
 * Tells HAProxy several things in one breath, between which nothing else happens in it. Commands of the runtime API print nothing when they did what was asked,
 * but for what a new server is answered with.
 */
const tell = async (runtime: Runtime, ...commands: readonly string[]): Promise<void> => {
  const answer = await runtime(commands.join(";"));
  const against = answer.split("\n").find((line) => !/^\s*$|New server registered/.test(line));
  if (against !== undefined) throw refused(commands.join(";"), against);
};

/** What makes a registered server checked and part of its backend. A check that comes while the server is still out of it is put off to the next one, a second later. */
const enabling = (backend: string, { name, check }: Pick<Server, "name" | "check">): readonly string[] => [
  `enable server ${backend}/${name}`,
  ...(check === undefined ? [`enable health ${backend}/${name}`] : []),
];

/** Doing it again changes nothing. */
export const enableServer = (runtime: Runtime, backend: string, server: Pick<Server, "name" | "check">): Promise<void> =>
  tell(runtime, ...enabling(backend, server));

/**
 * Registers a server that is checked but gets no requests. In 2.6 a new server counts as UP before its first check, so weight 0 comes first
 * and traffic only after `checkStatus` was L7OK (facts/deploy.md 0.3). `default-server` is not inherited (haproxy#1994): checks are spelled out.
 */
export const addServer = (runtime: Runtime, backend: string, server: Server, most = 0): Promise<void> =>
  tell(
    runtime,
    `add server ${backend}/${server.name} ${server.address}:${server.port} ${serverOptions({ ...server, weight: NO_TRAFFIC }, most)}`,
    ...enabling(backend, server),
  );

/** A line of HAProxy's runtime API holds 16 KiB, and so some thirty servers of the longest names. */
const IN_A_BREATH = 20;

/** In this order, and those of a breath in one change. */
export const setWeights = async (
  runtime: Runtime,
  backend: string,
  servers: readonly { readonly name: string; readonly weight: Weight }[],
): Promise<void> => {
  for (let at = 0; at < servers.length; at += IN_A_BREATH)
    await tell(
      runtime,
      ...servers.slice(at, at + IN_A_BREATH).flatMap(({ name, weight }) => {
        const id = `${backend}/${name}`;
        return [...(weight === NO_TRAFFIC ? [] : [`set server ${id} state ready`]), `set weight ${id} ${weight}`];
      }),
    );
};

/** How many requests the server takes at once from now on; 0: as many as come. Those under way stay. */
export const setMost = (runtime: Runtime, backend: string, server: string, most: number): Promise<void> =>
  tell(runtime, `set maxconn server ${backend}/${server} ${most}`);

/**
 * Takes the server for down now, before its checks find out; the checks go on, and bring it back once they pass (management.txt 9.3, `set server ... health`).
 * A server that HAProxy does not know, or does not check, stays as it is.
 */
export const takeForDown = async (runtime: Runtime, backend: string, server: string): Promise<void> => {
  await runtime(`set server ${backend}/${server} health down`);
};

/** Cuts what is still connected to the server: for the end of a drain's deadline. */
export const shutdownSessions = (runtime: Runtime, backend: string, server: string): Promise<void> =>
  tell(runtime, `shutdown sessions server ${backend}/${server}`);

/** False while HAProxy still has connections attached to it. */
export const deleteServer = async (runtime: Runtime, backend: string, server: string): Promise<boolean> => {
  const id = `${backend}/${server}`;
  await tell(runtime, `set server ${id} state maint`);
  const command = `del server ${id}`;
  const answer = await runtime(command);
  if (/Server deleted|^\s*$|No such server/.test(answer)) return true;
  if (/still has|cannot remove/i.test(answer)) return false;
  throw refused(command, answer);
};
