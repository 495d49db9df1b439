import { buildCommand } from "@stricli/core";
import type { Context } from "../context.ts";
import { COPY_FLAGS, parseText } from "../flags.ts";
import type { Flags } from "./image-copy.run.ts";

export const copy = buildCommand<Flags, [string, string], Context>({
  loader: async () => (await import("./image-copy.run.ts")).run,
  parameters: {
    flags: {
      ...COPY_FLAGS,
      platform: {
        kind: "parsed",
        parse: parseText,
        brief: "Only the image for this platform, e.g. linux/arm64; given several times, an index of those",
        optional: true,
        variadic: true,
        placeholder: "PLATFORM",
      },
      allPlatforms: {
        kind: "boolean",
        withNegated: false,
        brief: "The whole index, or nothing: a destination that holds one image is refused instead of given this machine's",
        optional: true,
      },
    },
    positional: {
      kind: "tuple",
      parameters: [
        { parse: parseText, brief: "Image: a name, the path of an archive or of a layout", placeholder: "FROM" },
        { parse: parseText, brief: "Repository with a tag, FILE.tar, a folder, or docker-daemon:NAME", placeholder: "TO" },
      ],
    },
  },
  docs: {
    customUsage: [
      {
        input: "ghcr.io/acme/web:1.2.3 registry.acme.example/web:1.2.3 --with-referrers",
        brief: "every platform, signatures too, the same digests",
      },
      { input: "shop/web:1.2.3 web.tar", brief: "an OCI archive" },
      { input: "web.tar docker-daemon:shop/web:1.2.3", brief: "into the engine" },
      { input: "ghcr.io/acme/web:1.2.3 ./layout:1.2.3 --platform linux/arm64", brief: "one platform of it" },
    ],
    brief: "Copy an image from anywhere to anywhere, byte for byte",
    fullDescription: `FROM is looked for as seaworthy image --help says; an image that the engine pulled comes from its registry, with every platform. TO is a repository, unless it is a path: one that ends in .tar becomes an OCI archive, any other an OCI layout; docker-archive:FILE.tar is an archive that every engine loads, docker-daemon:NAME the engine here.
Everything is copied as it is, with its digest: the whole index, or this machine's image where TO holds only one. What an older engine saves has no compressed layers: on its way to a registry or a layout it is gzipped, which never changes what is in it (its diffIDs).
What TO has already is not sent. Nothing is under its name before all of it is there.`,
  },
});
