import type { BuiltImage, BuiltPlatform } from "../build/index.ts";
import { BASE_RULES, checkProject, type ImageFacts, readImageFacts } from "../check/index.ts";
import type { Evidence } from "../checklist/index.ts";
import { formatReference } from "../core/index.ts";
import type { Service } from "../project/index.ts";
import { builtHere, knownDigest } from "./images.ts";
import type { Voyage } from "./voyage.ts";

type Images = ReadonlyMap<string, ImageFacts>;

interface Judging extends Pick<Voyage, "project" | "engine" | "platform" | "clock"> {
  readonly built: ReadonlyMap<string, Pick<BuiltImage, "platforms">>;
}

const IMAGE_RULES = BASE_RULES.filter(({ kind }) => kind === "image");

const builtFacts = ({ manifest, platform, uncompressedSizeBytes, run, layers }: BuiltPlatform): ImageFacts => ({
  digest: manifest,
  platform,
  sizeBytes: uncompressedSizeBytes,
  config: run,
  layers: layers.map(({ diffId }) => diffId),
});

/** An image that others built, when the engine has it: under the digest that a release of it will name. */
const pulledFacts = async ({ engine }: Judging, { spec: { image } }: Service): Promise<ImageFacts | undefined> => {
  if (image === undefined) return undefined;
  const reference = formatReference(image);
  const local = await engine.images.inspect(reference);
  return local === undefined ? undefined : readImageFacts(engine.images, reference, knownDigest(image, local.digests));
};

/** The image that this engine would run, of each service; then those that were built for other platforms, which others will run. */
const factsOf = async (judging: Judging): Promise<{ readonly here: Images; readonly elsewhere: readonly Images[] }> => {
  const here = new Map<string, ImageFacts>();
  const elsewhere: Images[] = [];
  for (const service of judging.project.services) {
    const built = judging.built.get(service.name);
    const first = built === undefined ? undefined : (builtHere(built, judging.platform) ?? built.platforms[0]);
    const facts = first === undefined ? (service.build === undefined ? await pulledFacts(judging, service) : undefined) : builtFacts(first);
    if (facts !== undefined) here.set(service.name, facts);
    for (const platform of built?.platforms ?? []) if (platform !== first) elsewhere.push(new Map([[service.name, builtFacts(platform)]]));
  }
  return { here, elsewhere };
};

/** All static rules on all services, with the images at hand: built or pulled, each platform for itself. */
export const judgeImages = async (judging: Judging): Promise<readonly Evidence[]> => {
  const { project } = judging;
  const now = judging.clock.now();
  const { here, elsewhere } = await factsOf(judging);
  return [
    ...checkProject(project, { images: here, now }).evidence,
    ...elsewhere
      .flatMap((images) => checkProject(project, { images, rules: IMAGE_RULES, now }).evidence)
      .filter(({ subject }) => subject.kind === "image"),
  ];
};
