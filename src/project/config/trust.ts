import * as v from "valibot";
import { described, later, section, wordSchema } from "./section.ts";

export const trust = section({
  key: "trust",
  scope: "project",
  docs: "The cosign public keys (files, from the project's folder) that may sign what is deployed. Default: this machine's own key.",
  schema: v.strictObject({
    keys: v.optional(described("Public key files.", v.array(wordSchema)), []),
    builders: later("trust in a builder's provenance is not in this version"),
    identities: later("keyless signatures are not in this version; name keys"),
  }),
});
