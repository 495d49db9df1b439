import * as v from "valibot";
import { described, later, portSchema, section, wordSchema } from "./section.ts";

/** A pair of PEM files. Paths are relative to the project's folder. */
export const certificateEntries = {
  certificate: described("The certificate with its chain, as PEM.", wordSchema),
  key: described("Its private key as PEM, not encrypted; may be the same file.", wordSchema),
};

export const proxy = section({
  key: "proxy",
  scope: "project",
  docs: "The ports on which HAProxy takes HTTP (default 80) and, once there is a certificate, HTTPS (default 443), certificates for any host of the project, and its image when it is not the usual one.",
  schema: v.strictObject({
    http: v.optional(described("The port for HTTP, on every address.", portSchema), 80),
    https: v.optional(described("The port for HTTPS, on every address. Listened on once there is a certificate.", portSchema), 443),
    certificates: v.optional(
      described(
        "Certificates for the hosts of this project's services. They are read at each deploy, and while seaworthy agent runs, whenever they change.",
        v.array(v.strictObject(certificateEntries)),
      ),
      [],
    ),
    image: v.optional(described("The image of its container.", wordSchema)),
    acme: later("certificates are not ordered in this version: name files in x-seaworthy.proxy.certificates or a service's route.tls"),
  }),
});
