import * as v from "valibot";
import { described, platformSchema, section, sizeSchema, wordSchema } from "./section.ts";

export const serviceBuild = section({
  key: "build",
  scope: "service",
  docs: "The platforms to build for (default: build.platforms, else the builder's own), the size the image must stay below, and secrets for the build.",
  schema: v.strictObject({
    platforms: v.optional(described("The platforms to build for.", v.array(platformSchema)), []),
    maxSize: v.optional(described("The size that the image must stay below.", sizeSchema)),
    secrets: v.optional(described("Names of the top-level secrets that the build may mount.", v.array(wordSchema)), []),
  }),
});
