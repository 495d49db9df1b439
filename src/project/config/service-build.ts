import * as v from "valibot";
import { platformSchema, section, sizeSchema, wordSchema } from "./section.ts";

export const serviceBuild = section({
  key: "build",
  scope: "service",
  docs: "The platforms to build for (default: build.platforms, else the builder's own), the size the image must stay below, and secrets for the build.",
  schema: v.strictObject({
    platforms: v.optional(v.array(platformSchema), []),
    maxSize: v.optional(sizeSchema),
    secrets: v.optional(v.array(wordSchema), []),
  }),
});
