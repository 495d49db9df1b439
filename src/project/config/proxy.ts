import * as v from "valibot";
import { described, later, portSchema, section, wordSchema } from "./section.ts";

export const proxy = section({
  key: "proxy",
  scope: "project",
  docs: "The port on which HAProxy takes HTTP (default 80), and its image when it is not the usual one.",
  schema: v.strictObject({
    http: v.optional(described("The port for HTTP, on every address.", portSchema), 80),
    image: v.optional(described("The image of its container.", wordSchema)),
    https: later("TLS in the proxy is not in this version"),
    acme: later("certificates are not in this version"),
  }),
});
