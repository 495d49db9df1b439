import * as v from "valibot";
import { isHostName } from "../../core/index.ts";
import { described, pathSchema, portSchema, section, wordSchema } from "./section.ts";

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
  }),
});
