import { buildCommand } from "@stricli/core";
import type { Context } from "../context.ts";
import { fileFlag, IMAGE_ARGUMENT, JSON_FLAG, PLATFORM_FLAG } from "../flags.ts";
import type { Flags } from "./image-save.run.ts";

export const save = buildCommand<Flags, [string], Context>({
  loader: async () => (await import("./image-save.run.ts")).run,
  parameters: {
    flags: {
      ...JSON_FLAG,
      ...PLATFORM_FLAG,
      output: { ...fileFlag("File to write, e.g. web.tar"), optional: false },
      format: {
        kind: "enum",
        values: ["docker", "oci"],
        brief: "docker: one image, which every engine loads and skopeo reads; oci: every platform (default: docker)",
        optional: true,
      },
    },
    aliases: { o: "output" },
    positional: IMAGE_ARGUMENT,
  },
  docs: {
    customUsage: [
      { input: "shop/web:1.2.3 -o web.tar", brief: "for docker load, podman load, skopeo" },
      { input: "ghcr.io/acme/web:1.2.3 -o web.tar --format oci", brief: "every platform" },
    ],
    brief: "Write an image into an archive, the same bytes every time",
    fullDescription: `Unlike what docker save writes, the archive depends on the image and its name alone, not on the time or the engine's version, and it keeps the image's manifest. The engine's copy is taken where there is one.`,
  },
});
