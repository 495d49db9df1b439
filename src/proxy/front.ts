import { isHeaderValue, isResponseHeader, MAX_HEADERS } from "../core/index.ts";

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

const isMapping = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Why the value is no `Front`; undefined when it is one. */
export const wrongFront = (value: unknown): string | undefined => {
  if (!isMapping(value)) return "it is no mapping";
  const { headers = {}, hide = [], tls } = value;
  if (!isMapping(headers) || Object.keys(headers).length > MAX_HEADERS) return "its headers are no mapping, or too many";
  const bad = Object.entries(headers).find(([name, text]) => !isResponseHeader(name) || typeof text !== "string" || !isHeaderValue(text));
  if (bad !== undefined) return `the header ${bad[0]} cannot be set`;
  if (!Array.isArray(hide) || hide.length > MAX_HEADERS || !hide.every((name) => typeof name === "string" && isResponseHeader(name)))
    return "what it hides is no list of headers";
  if (tls === undefined) return undefined;
  const { port, redirect } = isMapping(tls) ? tls : {};
  return typeof port === "number" && Number.isInteger(port) && port >= 1 && port <= 65_535 && typeof redirect === "boolean"
    ? undefined
    : "it has no port for TLS";
};
