import { buildCommand, numberParser } from "@stricli/core";
import type { Context } from "../context.ts";
import { IMAGE_ARGUMENT, JSON_FLAG, parseText, PLATFORM_FLAG } from "../flags.ts";
import type { Flags } from "./image-tree.run.ts";

export const tree = buildCommand<Flags, [string], Context>({
  loader: async () => (await import("./image-tree.run.ts")).run,
  parameters: {
    flags: {
      ...JSON_FLAG,
      ...PLATFORM_FLAG,
      depth: {
        kind: "parsed",
        parse: numberParser,
        brief: "How deep folders are shown (default: 3)",
        optional: true,
        placeholder: "NUMBER",
      },
      top: {
        kind: "parsed",
        parse: numberParser,
        brief: "How many files of each kind (default: 10)",
        optional: true,
        placeholder: "NUMBER",
      },
      minEfficiency: {
        kind: "parsed",
        parse: numberParser,
        brief: "Exit with 1 when a smaller part of the files' bytes is seen, e.g. 0.95",
        optional: true,
        placeholder: "NUMBER",
      },
      maxWasted: {
        kind: "parsed",
        parse: parseText,
        brief: "Exit with 1 when more is wasted, e.g. 20mb",
        optional: true,
        placeholder: "SIZE",
      },
    },
    positional: IMAGE_ARGUMENT,
  },
  docs: {
    customUsage: [
      { input: "shop/web:1.2.3", brief: "where its bytes are, and which no container sees" },
      { input: "web.tar --depth 5 --top 30", brief: "in more detail" },
      { input: "web.tar --min-efficiency 0.95 --max-wasted 20mb", brief: "a gate for CI" },
    ],
    brief: "Biggest folders, files and layers of an image, and the bytes it wastes",
    fullDescription: `Folders that hold at least one hundredth of the image, its biggest files, what each layer brings, and what a later layer deletes or replaces: whoever pulls the image pulls that too.\nEfficiency is the part of all files' bytes that a container sees.`,
  },
});
