import { join } from "node:path";
import { buildService, type BuiltImage } from "../../build/index.ts";
import { formatByteSize, shortDigest } from "../../core/index.ts";
import { gateOn } from "../gate.ts";
import { judgeImages } from "../judge-images.ts";
import { baseName } from "../repositories.ts";
import type { Stage, Voyage } from "../voyage.ts";

/** Builds the named services, or all that can be built, each into a layout of its own. */
export const buildServices = async (voyage: Voyage, only: readonly string[] = []): Promise<readonly BuiltImage[]> => {
  const { project, engine, cacheFolder, progress, signal, built } = voyage;
  for (const service of project.services) {
    if (service.build === undefined || (only.length > 0 && !only.includes(service.name))) continue;
    const image = await buildService(project, service, {
      engine,
      layoutFolder: join(cacheFolder, "layouts", baseName(project), service.name),
      cacheFolder: join(cacheFolder, "layers"),
      progress,
      signal,
    });
    built.set(service.name, image);
  }
  return [...built.values()];
};

const line = ({ service, digest, sizeBytes, seconds, steps, cachedSteps }: BuiltImage): string =>
  `${service} ${shortDigest(digest)} ${formatByteSize(sizeBytes.uncompressed)} in ${seconds.total.toFixed(1)} s (${cachedSteps} of ${steps} steps cached)`;

export const build: Stage = {
  name: "build",
  brief: "images with known digests, assembled by us",
  run: async (voyage) => {
    const images = await buildServices(voyage);
    const evidence = await judgeImages(voyage);
    // The same rules again, now with the images at hand: what they say replaces what the files alone said.
    voyage.evidence.splice(0, voyage.evidence.length, ...evidence);
    const refused = gateOn(voyage, new Set(evidence.map(({ item }) => item)), "disproof");
    if (refused !== undefined) return refused;
    if (images.length === 0) return { state: "not-tried", reason: "no service has a build section" };
    return { state: "passed", words: images.map(line).join("; ") };
  },
};
