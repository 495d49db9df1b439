import { SeaworthyError } from "../../core/index.ts";
import { type Backend, mainOf, nextOf, type Steering } from "../backend.ts";
import type { Runtime } from "./runtime.ts";
import { numberIn, parseStat } from "./stat.ts";

/** `backend side` lines. A backend without a next one is not in it, and `-` means that nothing is being steered. */
export const SIDES_FILE = "sides.map";

/** Holds a ticket from 0 to 9999 for each client and release: whose number is below the share is served by the next release, so who came over stays there as it grows. */
const COOKIE = "seaworthy-side";
/** Reaches the side it names, `next` or `stable`, whatever the ticket. */
const HEADER = "X-Seaworthy-Side";
const COOKIE_SECONDS = 7 * 24 * 3600;
const TABLE = "seaworthy_sides";

/** Upper bounds of the classes that answers are counted in, in milliseconds until the answer's head; a last class is open. */
export const LATENCY_BOUNDS_MS: readonly number[] = [
  1, 2, 3, 5, 7, 10, 15, 20, 30, 40, 50, 70, 100, 150, 200, 300, 500, 700, 1000, 1500, 2000, 3000, 5000, 10_000,
];

const valueOf = (steering: Steering | undefined): string => (steering === undefined ? "-" : `${steering.release}.${steering.share}`);

/** Backends that have a next one beside them. */
const steered = (backends: readonly Backend[]): readonly Backend[] => {
  const names = new Set(backends.map(({ name }) => name));
  return backends.filter(({ name }) => names.has(nextOf(name)));
};

/** The file is read when HAProxy starts; afterwards values are set over the socket. */
export const renderSides = (backends: readonly Backend[]): string =>
  steered(backends)
    .map(({ name, steering }) => `${name} ${valueOf(steering)}\n`)
    .join("");

/** Which backend a request goes to, given the expression that finds the one of its host name. Nothing where no backend has a next one. */
export const sideRules = (backends: readonly Backend[], configFolder: string): readonly string[] | undefined => {
  if (steered(backends).length === 0) return undefined;
  const open = "{ var(txn.sw_release) -m found }";
  const kept = "{ var(txn.sw_ticket) -m found }";
  const fresh = "{ var(txn.sw_fresh) -m found }";
  return [
    `http-request set-var(txn.sw_side) var(txn.sw_backend),map(${configFolder}/${SIDES_FILE})`,
    "http-request set-var(txn.sw_release) var(txn.sw_side),field(1,.) if { var(txn.sw_side) -m beg r }",
    `http-request set-var(txn.sw_share) var(txn.sw_side),field(2,.),add(0) if ${open}`,
    `http-request set-var(txn.sw_ticket) req.cook(${COOKIE}),field(2,.),add(0) if ${open} { req.cook(${COOKIE}),field(1,.),strcmp(txn.sw_release) eq 0 }`,
    `http-request set-var(txn.sw_stale) bool(true) if { var(txn.sw_side) -m found } !${open} { req.cook(${COOKIE}) -m found }`,
    `http-request set-var(txn.sw_fresh) rand(10000) if { var(txn.sw_share) -m int gt 0 } !${kept}`,
    `http-request set-var(txn.sw_ticket) var(txn.sw_fresh) if ${fresh}`,
    `http-request set-var(txn.sw_to) str(next) if ${kept} { var(txn.sw_ticket),sub(txn.sw_share) lt 0 }`,
    `http-request set-var(txn.sw_to) req.hdr(${HEADER}) if ${open} { req.hdr(${HEADER}) -m str next stable }`,
    "http-request set-var(txn.sw_next) var(txn.sw_backend),concat(:next) if { var(txn.sw_to) -m str next }",
    // Nobody is sent to where nobody answers.
    "http-request set-var(txn.sw_backend) var(txn.sw_next) if { var(txn.sw_next) -m found } { var(txn.sw_next),nbsrv gt 0 }",
    `http-response add-header Set-Cookie "${COOKIE}=%[var(txn.sw_release)].%[var(txn.sw_fresh)]; Path=/; Max-Age=${COOKIE_SECONDS}; HttpOnly; SameSite=Lax" if ${fresh}`,
    `http-response add-header Set-Cookie "${COOKIE}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax" if { var(txn.sw_stale) -m found }`,
  ];
};

/** What both sides of a steered backend count: answers by the time they took. */
export const latencyRules = (name: string, backends: readonly Backend[]): readonly string[] => {
  if (!steered(backends).some((one) => one.name === mainOf(name))) return [];
  const took = "var(txn.sw_took) -m int";
  const rule = (index: number, conditions: string): string => `http-response sc-inc-gpc(${index},2) if ${conditions}`;
  return [
    "http-request set-var(txn.sw_begun) date(0,ms) if { var(txn.sw_release) -m found }",
    `http-request track-sc2 be_name table ${TABLE} if { var(txn.sw_release) -m found }`,
    "http-response set-var(txn.sw_took) date(0,ms),sub(txn.sw_begun) if { var(txn.sw_begun) -m found }",
    ...LATENCY_BOUNDS_MS.map((bound, index) =>
      rule(index, index === 0 ? `{ ${took} lt ${bound} }` : `{ ${took} ge ${LATENCY_BOUNDS_MS[index - 1] ?? 0} } { ${took} lt ${bound} }`),
    ),
    rule(LATENCY_BOUNDS_MS.length, `{ ${took} ge ${LATENCY_BOUNDS_MS.at(-1) ?? 0} }`),
  ];
};

/** Where the classes are kept. */
export const sidesSection = (backends: readonly Backend[]): string =>
  steered(backends).length === 0
    ? ""
    : `\nbackend ${TABLE}\n    stick-table type string len 200 size 10k store gpc(${LATENCY_BOUNDS_MS.length + 1})\n`;

/** @throws PROXY_UNREACHABLE when HAProxy does not know the backend as one with a next one */
export const setSide = async (runtime: Runtime, configFolder: string, { name, steering }: Backend): Promise<void> => {
  const answer = await runtime(`set map ${configFolder}/${SIDES_FILE} ${name} ${valueOf(steering)}`);
  if (answer.trim() !== "")
    throw new SeaworthyError("PROXY_UNREACHABLE", `HAProxy did not move the share of ${name}: ${answer.trim().split("\n")[0] ?? ""}`);
};

/** Totals of one side since HAProxy's worker started. */
export interface SideCounters {
  readonly requests: number;
  /** 5xx answers, whoever gave them, and answers that a server broke off. */
  readonly errors: number;
  /** Answers while requests were steered, by LATENCY_BOUNDS_MS; one class more than there are bounds. */
  readonly latency: readonly number[];
}

export interface Sides {
  /** Another one than before: the totals began anew. */
  readonly worker: string;
  readonly stable: SideCounters;
  readonly next: SideCounters;
}

const classesOf = (table: string, name: string): readonly number[] => {
  const line = table.split("\n").find((one) => one.includes(` key=${name} `)) ?? "";
  return Array.from({ length: LATENCY_BOUNDS_MS.length + 1 }, (_, index) =>
    Number(new RegExp(`\\bgpc${index}=(\\d+)`).exec(line)?.[1] ?? 0),
  );
};

/** Undefined when the running HAProxy does not know both sides. */
export const readSides = async (runtime: Runtime, backend: string): Promise<Sides | undefined> => {
  const [stat, table, info] = await Promise.all([runtime("show stat -1 2 -1"), runtime(`show table ${TABLE}`), runtime("show info")]);
  const rows = parseStat(stat);
  const side = (name: string): SideCounters | undefined => {
    const row = rows.find((one) => one["pxname"] === name && one["svname"] === "BACKEND");
    if (row === undefined) return undefined;
    return {
      requests: numberIn(row, "req_tot"),
      errors: numberIn(row, "hrsp_5xx") + numberIn(row, "srv_abrt"),
      latency: classesOf(table, name),
    };
  };
  const [stable, next] = [side(backend), side(nextOf(backend))];
  if (stable === undefined || next === undefined) return undefined;
  return { worker: `${/^Pid: (\d+)/m.exec(info)?.[1] ?? ""}@${/^Start_time_sec: (\d+)/m.exec(info)?.[1] ?? ""}`, stable, next };
};
