/** How what comes to a backend and goes out from it is treated on the way, apart from which server gets it. */
export interface Front {
  /** Response headers that are set where the application sets none. A Strict-Transport-Security goes out over TLS only (RFC 6797, 7.2). */
  readonly headers?: Readonly<Record<string, string>>;
  /** Response headers of the application that do not go out. */
  readonly hide?: readonly string[];
  /** Its hosts that have a certificate are answered over TLS on this port. */
  readonly tls?: {
    readonly port: number;
    /** Requests without TLS for such a host are sent there. */
    readonly redirect: boolean;
  };
}

/** HAProxy takes 2048 characters a line of its configuration, and every one of a value may have to be escaped. */
export const MAX_HEADER_VALUE = 800;
export const MAX_HEADERS = 32;

const NAME = /^[A-Za-z][A-Za-z0-9-]{0,63}$/;
/** Printable ASCII without the backslash, which HAProxy's configuration has its own meaning for. */
const VALUE = /^[\x21-\x5b\x5d-\x7e](?:[\x20-\x5b\x5d-\x7e]*[\x21-\x5b\x5d-\x7e])?$/;

/** What frames a message, and what only the application knows: a proxy that sets or hides it breaks the answer. */
const ITS_OWN =
  /^(?:connection|content-length|content-(?:encoding|type)|date|keep-alive|location|set-cookie|te|trailer|transfer-encoding|upgrade|www-authenticate)$/i;

/** A response header that a proxy may set or take away. */
export const isFrontHeader = (name: string): boolean => NAME.test(name) && !ITS_OWN.test(name);

export const isHeaderValue = (value: string): boolean => value.length <= MAX_HEADER_VALUE && VALUE.test(value);

const isMapping = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Why the value is no `Front`; undefined when it is one. */
export const wrongFront = (value: unknown): string | undefined => {
  if (!isMapping(value)) return "it is no mapping";
  const { headers = {}, hide = [], tls } = value;
  if (!isMapping(headers) || Object.keys(headers).length > MAX_HEADERS) return "its headers are no mapping, or too many";
  const bad = Object.entries(headers).find(([name, text]) => !isFrontHeader(name) || typeof text !== "string" || !isHeaderValue(text));
  if (bad !== undefined) return `the header ${bad[0]} cannot be set`;
  if (!Array.isArray(hide) || hide.length > MAX_HEADERS || !hide.every((name) => typeof name === "string" && isFrontHeader(name)))
    return "what it hides is no list of headers";
  if (tls === undefined) return undefined;
  const { port, redirect } = isMapping(tls) ? tls : {};
  return typeof port === "number" && Number.isInteger(port) && port >= 1 && port <= 65_535 && typeof redirect === "boolean"
    ? undefined
    : "it has no port for TLS";
};
