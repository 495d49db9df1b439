import * as v from "valibot";
import { isHeaderValue, isHostName, isResponseHeader, MAX_HEADERS } from "../../core/index.ts";
import { certificateEntries } from "./proxy.ts";
import { described, flag, pathSchema, portSchema, section, wordSchema } from "./section.ts";

const host = v.pipe(
  wordSchema,
  v.toLowerCase(),
  v.maxLength(253, "a host name has at most 253 characters"),
  v.check(
    (text) => text === "*" || isHostName(text),
    "expected a host name such as shop.acme.example, or * for whatever no other service claims",
  ),
);

const headerName = v.pipe(
  wordSchema,
  v.check(isResponseHeader, "expected the name of a response header that is not the application's own, such as X-Frame-Options"),
);

/** YAML 1.1 reads `off` as false. */
const headerValue = v.union(
  [
    v.pipe(
      v.union([v.literal("off"), v.literal(false)]),
      v.transform(() => "off" as const),
    ),
    v.pipe(
      v.string("expected text"),
      v.check(isHeaderValue, "expected up to 800 printable characters without a backslash, and no space at either end"),
    ),
  ],
  "expected the header's value, or off",
);

const tls = v.strictObject({
  certificate: v.optional(certificateEntries.certificate),
  key: v.optional(certificateEntries.key),
  redirect: v.optional(described("Whether what comes without TLS for a host that has a certificate is sent to HTTPS (308).", flag), true),
});

export const serviceRoute = section({
  key: "route",
  scope: "service",
  docs: "Traffic for the service: host names (default *), the port inside the container (default: the only one it exposes), and its readiness and liveness paths, its certificate, and headers that the proxy adds or takes away.",
  schema: v.strictObject({
    hosts: v.optional(
      described(
        "Host names; * takes whatever no other service claims.",
        v.pipe(v.array(host), v.minLength(1, "expected at least one host name")),
      ),
      ["*"],
    ),
    port: v.optional(described("The port inside the container. Absent: the only one that it exposes.", portSchema)),
    ready: v.optional(described("Asked until it answers 200 to 399: then the container gets traffic.", pathSchema), "/"),
    live: v.optional(described("Liveness, when it is a path of its own.", pathSchema)),
    protocol: v.optional(
      described(
        "What the container speaks: http (HTTP/1.1), or h2c, which is HTTP/2 in clear text as gRPC servers speak it.",
        v.picklist(["http", "h2c"], "expected http or h2c"),
      ),
      "http",
    ),
    tls: v.optional(described("The certificate of these hosts, where it is not one of x-seaworthy.proxy.certificates.", tls), {}),
    headers: v.optional(
      described(
        "Response headers to set where the application sets none, or off. Without a word: X-Content-Type-Options nosniff, Referrer-Policy strict-origin-when-cross-origin and, for hosts that are redirected to HTTPS, Strict-Transport-Security of half a year.",
        v.pipe(v.record(headerName, headerValue), v.maxEntries(MAX_HEADERS - 3, `expected at most ${MAX_HEADERS - 3} headers`)),
      ),
      {},
    ),
    hideHeaders: v.optional(
      described(
        "Response headers of the application that do not go out, such as Server and X-Powered-By.",
        v.pipe(
          v.array(headerName),
          v.check((names) => names.length <= MAX_HEADERS, `expected at most ${MAX_HEADERS} headers`),
        ),
      ),
      [],
    ),
  }),
});
