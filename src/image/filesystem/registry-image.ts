import { byDigest, type Reference } from "../../core/index.ts";
import type { RegistryClient } from "../client/types.ts";
import { type Index, type Manifest, parseManifest } from "../values/manifest.ts";
import { type ImageContents, readImage, type ReadOptions } from "./image-contents.ts";

/** An image as its registry gives it. Nothing is kept. @throws what RegistryClient throws, and INPUT_INVALID, INPUT_TOO_LARGE, PLATFORM_MISSING */
export const readRegistryImage = async <Note>(
  client: Pick<RegistryClient, "manifest" | "blob">,
  reference: Reference,
  options: ReadOptions<Note>,
): Promise<ImageContents<Note>> => {
  const fetch = async (at: Reference): Promise<Manifest | Index> => {
    const { bytes, digest, mediaType } = await client.manifest(at);
    return parseManifest(bytes, { digest, mediaType });
  };
  return readImage(
    await fetch(reference),
    { manifest: (digest) => fetch(byDigest(reference, digest)), blob: ({ digest, size }) => client.blob(reference, digest, size) },
    options,
  );
};
