import { buildCommand, numberParser } from "@stricli/core";
import type { Context } from "../context.ts";
import { JSON_FLAG, parseText, PLATFORM_FLAG } from "../flags.ts";
import type { Flags } from "./image-diff.run.ts";

export const diff = buildCommand<Flags, [string, string], Context>({
  loader: async () => (await import("./image-diff.run.ts")).run,
  parameters: {
    flags: {
      ...JSON_FLAG,
      ...PLATFORM_FLAG,
      top: {
        kind: "parsed",
        parse: numberParser,
        brief: "How many files, those that change the size most first (default: 50; 0: all)",
        optional: true,
        placeholder: "NUMBER",
      },
      exitCode: { kind: "boolean", withNegated: false, brief: "Exit with 1 when they are different", optional: true },
    },
    positional: {
      kind: "tuple",
      parameters: [
        { parse: parseText, brief: "Image: a name, the path of an archive or of a layout", placeholder: "BEFORE" },
        { parse: parseText, brief: "The other one", placeholder: "AFTER" },
      ],
    },
  },
  docs: {
    customUsage: [
      { input: "shop/web:1.2.2 shop/web:1.2.3", brief: "what a release changes" },
      { input: "one.tar two.tar --exit-code", brief: "whether a build made the same files again" },
    ],
    brief: "What is different between two images: configuration, layers, files",
    fullDescription: `Compares what containers of the two see, file by file: content, kind, mode, owner and links, not times. Files are compared by all of their bytes, wherever they lie in layers.`,
  },
});
