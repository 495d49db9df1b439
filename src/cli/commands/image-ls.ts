import { buildCommand } from "@stricli/core";
import type { Context } from "../context.ts";
import { JSON_FLAG, parseText, PLATFORM_FLAG } from "../flags.ts";
import type { Flags } from "./image-ls.run.ts";

export const ls = buildCommand<Flags, [string, string?], Context>({
  loader: async () => (await import("./image-ls.run.ts")).run,
  parameters: {
    flags: {
      ...JSON_FLAG,
      ...PLATFORM_FLAG,
      layers: {
        kind: "boolean",
        withNegated: false,
        brief: "Layer by layer, base first, with what a later layer deletes or replaces",
        optional: true,
      },
      tags: { kind: "boolean", withNegated: false, brief: "The tags of a repository instead of the files of an image", optional: true },
    },
    positional: {
      kind: "tuple",
      parameters: [
        { parse: parseText, brief: "Image: a name, the path of an archive or of a layout", placeholder: "IMAGE" },
        { parse: parseText, brief: "Only this file, or what is in this folder", placeholder: "PATH", optional: true },
      ],
    },
  },
  docs: {
    customUsage: [
      { input: "shop/web:1.2.3 /etc", brief: "what a container finds in /etc" },
      { input: "web.tar --layers", brief: "which layer brings what" },
      { input: "ghcr.io/acme/web --tags", brief: "what there is to choose from" },
    ],
    brief: "The files of an image with their sizes, or the tags of a repository",
    fullDescription: `Lists what a container sees: mode, owner, size, the layer it comes from, path. Nothing is run or unpacked, and links are not followed.`,
  },
});
