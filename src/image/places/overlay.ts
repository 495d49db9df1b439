import type { Digest } from "../../core/index.ts";
import type { Index, Manifest } from "../values/manifest.ts";
import type { ImageSource } from "./source.ts";

/** A source with manifests of our own making before its own, and another root. Closing it closes the source. */
export const withManifests = (source: ImageSource, root: Digest, made: readonly (Manifest | Index)[]): ImageSource => {
  const own = new Map(made.map((manifest) => [manifest.digest, manifest]));
  return { ...source, root, manifest: async (digest) => own.get(digest) ?? source.manifest(digest) };
};
