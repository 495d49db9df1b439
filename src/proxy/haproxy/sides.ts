import { type Backend, nextOf, type Steering } from "../backend.ts";
import type { Runtime } from "./runtime.ts";
import { numberIn, parseStat } from "./stat.ts";

/** Third word of a side whose requests are drawn one by one. */
const EACH = "each";

/** `backend side` lines. A backend without a next one is not in it, and `-` means that nothing is being steered. */
export const SIDES_FILE = "sides.map";

/** Holds a ticket from 0 to 9999 for each client and release: whose number is below the share is served by the next release, so who came over stays there as it grows. */
const COOKIE = "seaworthy-side";
/** Reaches the side it names, `next` or `stable`, whatever the ticket. */
const HEADER = "X-Seaworthy-Side";
const COOKIE_SECONDS = 7 * 24 * 3600;
/** Which release gets how much, and whether each request is drawn for itself. */
export const sideValue = (steering: Steering | undefined): string =>
  steering === undefined ? "-" : `${steering.release}.${steering.share}${steering.sticky === false ? `.${EACH}` : ""}`;

/** Backends that have a next one beside them. */
export const steered = (backends: readonly Backend[]): readonly Backend[] => {
  const names = new Set(backends.map(({ name }) => name));
  return backends.filter(({ name }) => names.has(nextOf(name)));
};

/** The file is read when HAProxy starts; afterwards values are set over the socket. */
export const renderSides = (backends: readonly Backend[]): string =>
  steered(backends)
    .map(({ name, steering }) => `${name} ${sideValue(steering)}\n`)
    .join("");

/** Whether any service's releases are told apart. */
export const hasSides = (backends: readonly Backend[]): boolean => steered(backends).length > 0;

/** Which backend a request goes to, once the one of its host name is found. Nothing where no backend has a next one. */
export const sideRules = (backends: readonly Backend[], configFolder: string): readonly string[] => {
  if (!hasSides(backends)) return [];
  const open = "{ var(txn.sw_release) -m found }";
  const kept = "{ var(txn.sw_ticket) -m found }";
  const fresh = "{ var(txn.sw_fresh) -m found }";
  const each = "{ var(txn.sw_each) -m found }";
  return [
    `http-request set-var(txn.sw_side) var(txn.sw_backend),map(${configFolder}/${SIDES_FILE})`,
    "http-request set-var(txn.sw_release) var(txn.sw_side),field(1,.) if { var(txn.sw_side) -m beg r }",
    `http-request set-var(txn.sw_share) var(txn.sw_side),field(2,.),add(0) if ${open}`,
    `http-request set-var(txn.sw_each) bool(true) if { var(txn.sw_side),field(3,.) -m str ${EACH} }`,
    `http-request set-var(txn.sw_ticket) req.cook(${COOKIE}),field(2,.),add(0) if ${open} !${each} { req.cook(${COOKIE}),field(1,.),strcmp(txn.sw_release) eq 0 }`,
    `http-request set-var(txn.sw_stale) bool(true) if { var(txn.sw_side) -m found } !${open} { req.cook(${COOKIE}) -m found }`,
    `http-request set-var(txn.sw_fresh) rand(10000) if { var(txn.sw_share) -m int gt 0 } !${kept}`,
    `http-request set-var(txn.sw_ticket) var(txn.sw_fresh) if ${fresh}`,
    `http-request set-var(txn.sw_to) str(next) if ${kept} { var(txn.sw_ticket),sub(txn.sw_share) lt 0 }`,
    `http-request set-var(txn.sw_to) req.hdr(${HEADER}) if ${open} { req.hdr(${HEADER}) -m str next stable }`,
    "http-request set-var(txn.sw_next) var(txn.sw_backend),concat(:next) if { var(txn.sw_to) -m str next }",
    // Nobody is sent to where nobody answers.
    "http-request set-var(txn.sw_backend) var(txn.sw_next) if { var(txn.sw_next) -m found } { var(txn.sw_next),nbsrv gt 0 }",
    `http-response add-header Set-Cookie "${COOKIE}=%[var(txn.sw_release)].%[var(txn.sw_fresh)]; Path=/; Max-Age=${COOKIE_SECONDS}; HttpOnly; SameSite=Lax" if ${fresh} !${each}`,
    `http-response add-header Set-Cookie "${COOKIE}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax" if { var(txn.sw_stale) -m found }`,
  ];
};

/** Totals of one side since HAProxy's worker started. */
export interface SideCounters {
  readonly requests: number;
  /** 5xx answers, whoever gave them, and answers that a server broke off. */
  readonly errors: number;
}

export interface Sides {
  /** Another one than before: the totals began anew. */
  readonly worker: string;
  readonly stable: SideCounters;
  readonly next: SideCounters;
}

/** Undefined when the running HAProxy does not know both sides. */
export const readSides = async (runtime: Runtime, backend: string): Promise<Sides | undefined> => {
  const [stat, info] = await Promise.all([runtime("show stat -1 2 -1"), runtime("show info")]);
  const rows = parseStat(stat);
  const side = (name: string): SideCounters | undefined => {
    const row = rows.find((one) => one["pxname"] === name && one["svname"] === "BACKEND");
    if (row === undefined) return undefined;
    return { requests: numberIn(row, "req_tot"), errors: numberIn(row, "hrsp_5xx") + numberIn(row, "srv_abrt") };
  };
  const [stable, next] = [side(backend), side(nextOf(backend))];
  if (stable === undefined || next === undefined) return undefined;
  return { worker: `${/^Pid: (\d+)/m.exec(info)?.[1] ?? ""}@${/^Start_time_sec: (\d+)/m.exec(info)?.[1] ?? ""}`, stable, next };
};
