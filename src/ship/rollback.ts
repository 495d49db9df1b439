import type { Evidence } from "../checklist/index.ts";
import { parseReference, SeaworthyError } from "../core/index.ts";
import type { ReleaseManifest, RolloutOutcome } from "../release/index.ts";
import { contentOf } from "./content.ts";
import { trustedKeys } from "./keys.ts";
import { imageSources, type ImageSource, requireImages, sourceWords } from "./image-sources.ts";
import { pullCredentials } from "./pull-credentials.ts";
import { signedEvidence, verifyImage } from "./verify.ts";
import type { ResolvedService } from "./images.ts";
import type { Voyage } from "./voyage.ts";

const imagesOf = (manifest: ReleaseManifest, platform: Voyage["platform"]): readonly ResolvedService[] =>
  manifest.services.map(({ name, image, unverified }) => ({
    service: name,
    repository: parseReference(image.repository),
    digest: image.digest,
    manifest: image.manifest,
    platforms: [platform],
    ours: unverified === undefined,
  }));

/** Where the images of a release can be had from now. The embedded registry is served for those that lie there, whatever the project uses today. */
export const rollbackSources = async (
  { engine, harbour }: Pick<Voyage, "engine" | "harbour">,
  manifest: ReleaseManifest,
): Promise<readonly ImageSource[]> => {
  if (manifest.services.some(({ image }) => image.repository.startsWith(`${harbour.address}/`))) await harbour.serve();
  return imageSources(engine, harbour.client, manifest);
};

/** What going back does not undo. */
export const crossingWords = (crosses: ReturnType<Voyage["releases"]["rollbackTarget"]>["crosses"]): readonly string[] =>
  crosses.map(({ release, job }) => `warning: r${release} ran the job ${job}, which going back does not undo`);

/**
 * Makes an earlier release live again by digest, with the configuration it had. Its signatures are checked again, because keys and registries change;
 * no other gate may stand in the way back. Where the old containers of a rollout that waits still run, it is taken back instead. @throws NOT_SIGNED, INPUT_NOT_FOUND
 */
export const rollback = async (
  voyage: Voyage,
  to?: number,
): Promise<{
  readonly target: number;
  readonly outcome: RolloutOutcome;
  /** What was taken back had not ended. */ readonly aborted?: true;
}> => {
  const { project, releases, harbour, state, keys, clock, progress, signal, waitMs } = voyage;
  const back = releases.waiting(project.name)?.back;
  if (back !== undefined && (to === undefined || to === back)) {
    // The old containers still run: nothing is nearer than they are.
    const outcome = await releases.abort(project.name, { why: voyage.why, progress, signal, waitMs });
    if (outcome.state === "asked") throw new SeaworthyError("LOCKED", outcome.words);
    return { target: back, outcome, aborted: true };
  }
  const target = releases.rollbackTarget(project.name, to, project.settings.release.keep);
  for (const words of crossingWords(target.crosses)) progress.note(words);
  const sources = await rollbackSources(voyage, target.manifest);
  requireImages(sources, `r${target.release} of ${project.name}`);
  for (const words of sourceWords(sources)) progress.note(words);
  const checking = { client: harbour.client, state, keys: trustedKeys(project, state, keys.publicPath) };
  const evidence: Evidence[] = [];
  for (const image of imagesOf(target.manifest, voyage.platform)) {
    if (!image.ours) continue;
    const good = await verifyImage(checking, image, true);
    voyage.verified.push(good);
    evidence.push(signedEvidence(image, good, clock.now()));
  }
  const shipped = releases.evidenceOf(project.name, target.release).filter(({ item }) => item !== "signed");
  const outcome = await releases.deploy(target.manifest, {
    why: voyage.why,
    rollbackTo: target.release,
    verified: voyage.verified,
    evidence: [...shipped, ...evidence],
    progress,
    signal,
    waitMs,
    keep: project.settings.release.keep,
    content: contentOf(voyage),
    credentials: pullCredentials(harbour),
  });
  return { target: target.release, outcome };
};
