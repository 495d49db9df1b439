import { buildCommand, numberParser } from "@stricli/core";
import type { Context } from "../context.ts";
import { CACHE_FLAG, IMAGE_ARGUMENT, JSON_FLAG, ORIGIN_FLAGS, PLATFORM_FLAG } from "../flags.ts";
import type { Flags } from "./sbom.run.ts";

export const sbom = buildCommand<Flags, [string], Context>({
  loader: async () => (await import("./sbom.run.ts")).run,
  parameters: {
    flags: {
      ...JSON_FLAG,
      ...PLATFORM_FLAG,
      ...ORIGIN_FLAGS,
      ...CACHE_FLAG,
      format: {
        kind: "enum",
        values: ["table", "tree", "cyclonedx", "spdx"],
        brief: "tree: by layer and kind, cyclonedx: CycloneDX 1.6, spdx: SPDX 2.3, both as JSON (default: table)",
        optional: true,
      },
      licenses: { kind: "boolean", withNegated: false, brief: "Which licences are in it, and of how many packages", optional: true },
      top: {
        kind: "parsed",
        parse: numberParser,
        brief: "How many packages of a kind the tree names (default: 10; 0: all)",
        optional: true,
        placeholder: "NUMBER",
      },
    },
    positional: IMAGE_ARGUMENT,
  },
  docs: {
    customUsage: [
      { input: "shop/web:1.2.3", brief: "what is in it" },
      { input: "./web", brief: "a folder, with its lock files" },
      { input: "web.tar --format cyclonedx > web.cdx.json", brief: "for others to read" },
    ],
    brief: "The packages in an image, with their layers and files",
    fullDescription: `Reads an image wherever it is, as seaworthy image --help says, without running or unpacking it, and lists the packages that its files tell of: of Debian, Ubuntu, Alpine, Red Hat, SUSE and their kin, npm, Python, Ruby, PHP, .NET and Java, what is compiled into programs of Go and Rust, and some ninety programs by what is written in them; of a folder also what its lock files ask for. What could not be seen is said.
The same image gives the same document.`,
  },
});
