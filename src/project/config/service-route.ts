import * as v from "valibot";
import { isHostName } from "../../core/index.ts";
import { pathSchema, portSchema, section, wordSchema } from "./section.ts";

const host = v.pipe(
  wordSchema,
  v.toLowerCase(),
  v.maxLength(253, "a host name has at most 253 characters"),
  v.check(
    (text) => text === "*" || isHostName(text),
    "expected a host name such as shop.acme.example, or * for whatever no other service claims",
  ),
);

export const serviceRoute = section({
  key: "route",
  scope: "service",
  docs: "Traffic for the service: host names (default *), the port inside the container (default: the only one it exposes), and its readiness and liveness paths.",
  schema: v.strictObject({
    hosts: v.optional(v.pipe(v.array(host), v.minLength(1, "expected at least one host name")), ["*"]),
    port: v.optional(portSchema),
    ready: v.optional(pathSchema, "/"),
    live: v.optional(pathSchema),
  }),
});
