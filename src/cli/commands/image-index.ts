import { buildCommand } from "@stricli/core";
import type { Context } from "../context.ts";
import { COPY_FLAGS, parseText } from "../flags.ts";
import type { Flags } from "./image-index.run.ts";

export const index = buildCommand<Flags, [string, ...string[]], Context>({
  loader: async () => (await import("./image-index.run.ts")).run,
  parameters: {
    flags: COPY_FLAGS,
    positional: {
      kind: "array",
      parameter: {
        parse: parseText,
        brief: "Where the index goes, then the images that it is made of, one for each platform",
        placeholder: "TO FROM...",
      },
      minimum: 2,
    },
  },
  docs: {
    customUsage: [
      { input: "reg.example/web:1.2.3 reg.example/web:1.2.3-amd64 reg.example/web:1.2.3-arm64", brief: "one tag for two platforms" },
      { input: "web.tar amd64.tar arm64.tar", brief: "an archive for both" },
    ],
    brief: "Make one image for many platforms out of several for one",
    fullDescription: `Writes an index of the images, and the images with it where TO lacks them. Each keeps its bytes and its digest; its platform is the one that its configuration says. An index among them brings all that it lists. The same images in the same order always make the same index.`,
  },
});
