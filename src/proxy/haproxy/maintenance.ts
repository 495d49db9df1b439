import { createHash } from "node:crypto";
import { type Backend, mainOf } from "../backend.ts";
import { ID } from "./pages.ts";

/** `backend section` lines: where requests of a closed service go. One that is open is not in it. */
export const MAINTENANCE_FILE = "maintenance.map";

const SHARED = "seaworthy_closed";
const KEY_HEADER = "X-Seaworthy-Maintenance";
const DEFAULT_RETRY_SECONDS = 120;

const DEFAULT_PAGE = [
  "<!doctype html><html lang='en'><meta charset='utf-8'><meta name='viewport' content='width=device-width'><title>Back soon</title>",
  "<body style='font:1.1rem/1.5 system-ui,sans-serif;max-width:32rem;margin:20vh auto;padding:0 1rem'>",
  "<h1>Back soon</h1><p>We are working on it. Please try again in a few minutes.</p>",
].join("");

const isMain = ({ name }: Backend): boolean => mainOf(name) === name;

/** A page of its own is part of the configuration: its name has its content's hash in it, so that another page is another structure. */
const pageFile = ({ name, maintenance }: Backend): string | undefined =>
  maintenance?.html === undefined
    ? undefined
    : `maintenance-${name}.${createHash("sha256").update(maintenance.html).digest("hex").slice(0, 12)}.html`;

/** Files with the pages of services that have their own. */
export const maintenancePages = (backends: readonly Backend[]): readonly (readonly [file: string, html: string])[] =>
  backends.flatMap((backend) => {
    const file = pageFile(backend);
    return file === undefined ? [] : [[file, backend.maintenance?.html ?? ""] as const];
  });

const sectionOf = ({ name, maintenance }: Backend): string => (maintenance === undefined ? SHARED : `${name}:closed`);

export const maintenanceValue = (backend: Backend): string | undefined =>
  backend.byHand?.closed === undefined ? undefined : sectionOf(backend);

export const renderMaintenance = (backends: readonly Backend[]): string =>
  backends
    .filter(isMain)
    .flatMap((backend) => {
      const value = maintenanceValue(backend);
      return value === undefined ? [] : [`${backend.name} ${value}\n`];
    })
    .join("");

/**
 * What comes between finding the backend of a host name and going there. It is the frontend's, so that the answers of a closed service are not among those of the
 * service itself: a release under maintenance has lost nobody's request. The preview of a next release is another backend and stays open.
 */
export const maintenanceRules = (backends: readonly Backend[], configFolder: string): readonly string[] => {
  const said = `var(txn.sw_backend),map(${configFolder}/${MAINTENANCE_FILE})`;
  const open = (name: string, who: string): string =>
    `http-request unset-var(txn.sw_closed) if ${CLOSED} { var(txn.sw_backend) -m str ${name} } ${who}`;
  const allowed = backends
    .filter(isMain)
    .flatMap(({ name, maintenance: { allow = {} } = { retrySeconds: 0 } }) => [
      ...(allow.addresses ?? []).map((address) => open(name, `{ src ${address} }`)),
      ...(allow.keySha256 === undefined
        ? []
        : [open(name, `{ req.hdr(${KEY_HEADER}),sha2(256),hex -m str ${allow.keySha256.toUpperCase()} }`)]),
    ]);
  return [`http-request set-var(txn.sw_closed) ${said} if { ${said} -m found }`, ...allowed];
};

const CLOSED = "{ var(txn.sw_closed) -m found }";

/** After all rules that choose a backend, and before the one that goes there. */
export const TO_MAINTENANCE = `use_backend %[var(txn.sw_closed)] if ${CLOSED}`;

const answer = (content: string, retrySeconds: number): string =>
  `    http-request return status 503 content-type "text/html; charset=utf-8" ${content} hdr Retry-After ${retrySeconds} hdr Cache-Control no-store hdr X-Request-ID %[var(${ID})]`;

/** The sections that answer for closed services. */
export const maintenanceSections = (backends: readonly Backend[], configFolder: string): string => {
  const shared = `lf-string "${DEFAULT_PAGE}<p><small>%[var(${ID}),url_enc]</small>"`;
  const own = backends.filter((backend) => isMain(backend) && backend.maintenance !== undefined);
  return [
    ...(backends.some(isMain) ? [`backend ${SHARED}\n${answer(shared, DEFAULT_RETRY_SECONDS)}`] : []),
    ...own.map((backend) => {
      const file = pageFile(backend);
      const content = file === undefined ? shared : `file ${configFolder}/${file}`;
      return `backend ${sectionOf(backend)}\n${answer(content, backend.maintenance?.retrySeconds ?? DEFAULT_RETRY_SECONDS)}`;
    }),
  ].join("\n\n");
};
