import { byDigest, hasCode, parseDigest, parseReference, SeaworthyError, wordsOf } from "../core/index.ts";
import type { Engine } from "../engine/index.ts";
import type { RegistryClient } from "../image/index.ts";
import type { ReleaseManifest } from "../release/index.ts";

/** Where one service's image can be had from now, by its digest. */
export interface ImageSource {
  readonly service: string;
  /** `repository@digest` */
  readonly reference: string;
  readonly from: "engine" | "registry" | "nowhere";
  /** Why from nowhere: the registry's words. */
  readonly because?: string;
}

/** Of each service's image: from the engine as it is, else from its registry. Changes nothing. */
export const imageSources = async (
  engine: Pick<Engine, "images">,
  client: Pick<RegistryClient, "manifest">,
  manifest: ReleaseManifest,
): Promise<readonly ImageSource[]> =>
  await Promise.all(
    manifest.services.map(async ({ name, image }): Promise<ImageSource> => {
      const reference = `${image.repository}@${image.digest}`;
      const found = { service: name, reference };
      if ((await engine.images.inspect(reference)) !== undefined) return { ...found, from: "engine" };
      const repository = parseReference(image.repository);
      try {
        // The index, and what is pulled through it: a registry may have lost the one and not the other.
        for (const digest of new Set([image.digest, image.manifest])) await client.manifest(byDigest(repository, parseDigest(digest)));
        return { ...found, from: "registry" };
      } catch (error) {
        if (!hasCode(error, "IMAGE_NOT_FOUND", "REGISTRY_UNREACHABLE", "REGISTRY_REFUSED", "INPUT_INVALID")) throw error;
        return { ...found, from: "nowhere", because: wordsOf(error) };
      }
    }),
  );

/** @throws IMAGE_NOT_FOUND, before anything changes, naming each image that neither the engine nor its registry has */
export const requireImages = (sources: readonly ImageSource[], release: string): void => {
  const missing = sources.filter(({ from }) => from === "nowhere");
  if (missing.length === 0) return;
  throw new SeaworthyError(
    "IMAGE_NOT_FOUND",
    `${release} cannot be brought back: ${missing.map(({ service }) => service).join(", ")} ${missing.length === 1 ? "has its image" : "have their images"} neither in the engine nor in a registry that answers; nothing was changed`,
    {
      problems: missing.map(({ service, reference, because = "" }) => `${service}: ${reference}: ${because}`),
      hint: "Push exactly that image again, by digest, or go back to another release: seaworthy rollback --dry-run --to rN says whether it can be had.",
    },
  );
};

/** For a person who looks before they approve. */
export const sourceWords = (sources: readonly ImageSource[]): readonly string[] =>
  sources
    .filter(({ from }) => from !== "engine")
    .map(({ service, from, because = "" }) =>
      from === "registry"
        ? `the image of ${service} is not in the engine any more: it is pulled by digest`
        : `warning: the image of ${service} is neither in the engine nor in its registry: ${because}`,
    );
