import type { Front } from "../front.ts";
import { ID } from "./pages.ts";

/** What stands inside of double quotes of a configuration line and is a log format at the same time (configuration.txt 2.2, 8.2.4). */
const quoted = (value: string): string => `"${value.replaceAll(/["$]/g, String.raw`\$&`).replaceAll("%", "%%")}"`;

/**
 * Header rules of a backend. What HAProxy answers in its place goes out with the same headers, hence `http-after-response`;
 * what the application says of itself is never overwritten. `add-header` spares HAProxy the search for another of that name, of which there is none.
 */
export const headerRules = ({ headers = {}, hide = [] }: Front, tls: boolean): readonly string[] => [
  ...hide.map((name) => `http-response del-header ${name}`),
  ...Object.entries(headers).flatMap(([name, value]) => {
    const secured = /^strict-transport-security$/i.test(name);
    if (secured && !tls) return [];
    return [`http-after-response add-header ${name} ${quoted(value)} if ${secured ? "{ ssl_fc } " : ""}!{ res.hdr(${name}) -m found }`];
  }),
];

/** What an id of somebody else's making may look like: it goes into logs and other people's systems as it is. */
const REQUEST_ID = "^[A-Za-z0-9][A-Za-z0-9._:/+=@~-]{0,127}$";

/** Every request has one id, that of the client when it sent one that is fit to be logged, and errors are logged with it. */
export const requestIdRules = (): readonly string[] => [
  `http-request set-header X-Request-ID %[uuid()] unless { req.fhdr_cnt(X-Request-ID) eq 1 } { req.fhdr(X-Request-ID) -m reg ${REQUEST_ID} }`,
  `http-request set-var(${ID}) req.fhdr(X-Request-ID)`,
];
