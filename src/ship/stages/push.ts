import { byTag, formatByteSize, formatReference, shortDigest } from "../../core/index.ts";
import { copyToRegistry, openLayout } from "../../image/index.ts";
import { builtHere, type ResolvedService } from "../images.ts";
import { repositoryOf } from "../repositories.ts";
import type { Stage } from "../voyage.ts";

export const push: Stage = {
  name: "push",
  brief: "exactly the bytes that were built, to the registry",
  run: async (voyage) => {
    const { project, harbour, built, images, platform, dryRun, progress } = voyage;
    let sentBytes = 0;
    for (const service of project.services) {
      const image = built.get(service.name);
      if (image === undefined) continue;
      const repository = repositoryOf(project, service, harbour.address);
      const resolved: ResolvedService = {
        service: service.name,
        repository,
        digest: image.digest,
        manifest: builtHere(image, platform)?.manifest ?? image.digest,
        platforms: image.platforms.map((one) => one.platform),
        ours: true,
      };
      images.set(service.name, resolved);
      if (dryRun) continue;
      const [first, ...tags] = [...image.tags.fixed, ...image.tags.moving];
      const step = `push ${formatReference(repository)}`;
      progress.begin(step);
      const copied = await copyToRegistry(
        await openLayout(image.layoutFolder),
        image.digest,
        harbour.client,
        byTag(repository, first ?? "unversioned"),
        { tags, progress },
      );
      sentBytes += copied.blobs.sentBytes;
      progress.end(step, `${shortDigest(image.digest)}, ${formatByteSize(copied.blobs.sentBytes)} sent`);
    }
    return { state: "passed", words: dryRun ? "would push the digests above" : `${formatByteSize(sentBytes)} sent, the rest was there` };
  },
};
