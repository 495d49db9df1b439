import { formatReference, hasCode, parseReference, SeaworthyError, wordsOf } from "../core/index.ts";
import type { Service } from "../project/index.ts";
import type { ReleaseService } from "../release/index.ts";
import type { GatePolicy } from "../scan/index.ts";
import { resolveForeign } from "./images.ts";
import { engineSubject, resolvedSubject, type ScanSubject } from "./scan-image.ts";
import { type Advisories, type ScannedImage, scanSubject } from "./scan-images.ts";
import type { Voyage } from "./voyage.ts";

/** What was looked at of a project, and what came of it. */
export interface RunningScan {
  /** The live release; absent: nothing is live, and the images are those that the project names. */
  readonly release?: number;
  readonly images: readonly ScannedImage[];
  /** Images that could not be had. */
  readonly unread: readonly { readonly service: string; readonly because: string }[];
}

/** From the engine, which runs it; else from its registry, by digest. */
export const releasedSubject = async (
  voyage: Pick<Voyage, "engine" | "harbour" | "platform">,
  { name, image, unverified }: ReleaseService,
): Promise<ScanSubject> => {
  const known = `${image.repository}@${image.digest}`;
  const about = {
    service: name,
    name,
    digest: image.manifest,
    index: image.digest,
    platform: voyage.platform,
    ours: unverified === undefined,
  };
  const here = await engineSubject(voyage, known, about);
  if (here !== undefined) return here;
  if (image.repository.startsWith(`${voyage.harbour.address}/`)) await voyage.harbour.serve();
  const { digest, manifest } = image;
  return resolvedSubject(
    voyage,
    { service: name, repository: parseReference(image.repository), digest, manifest, ours: about.ours },
    undefined,
  );
};

/** As the engine has it, under the name that the file gives it or docker compose does; else, of what others built, as its registry has it. */
const named = async (voyage: Voyage, { name, spec, build }: Service): Promise<ScanSubject> => {
  const { project, engine, harbour, platform } = voyage;
  const reference = spec.image === undefined ? `${project.name}-${name}` : formatReference(spec.image);
  const here = await engineSubject(voyage, reference, { service: name, name, platform, ours: build !== undefined });
  if (here !== undefined) return here;
  if (build !== undefined)
    throw new SeaworthyError("IMAGE_NOT_FOUND", `the engine has no image ${reference}`, {
      hint: "seaworthy ship, or docker compose build, makes it.",
    });
  return resolvedSubject(voyage, await resolveForeign({ name, spec }, engine, harbour.client, platform), spec.image);
};

/**
 * Scans what runs: the images of the live release by digest, else those that the project names. What is in an image is read once, so another look by newer
 * advisories reads nothing. `services`: only these; none: all.
 */
export const scanRunning = async (
  voyage: Voyage,
  advisories: Advisories,
  policy: GatePolicy,
  services: readonly string[] = [],
): Promise<RunningScan> => {
  const { project, releases } = voyage;
  const live = releases.live(project.name);
  const isWanted = ({ name }: { readonly name: string }): boolean => services.length === 0 || services.includes(name);
  const subjects: readonly (readonly [string, () => Promise<ScanSubject>])[] =
    live === undefined
      ? project.services.filter(isWanted).map((one) => [one.name, () => named(voyage, one)])
      : live.manifest.services.filter(isWanted).map((one) => [one.name, () => releasedSubject(voyage, one)]);
  const images: ScannedImage[] = [];
  const unread: { service: string; because: string }[] = [];
  for (const [service, subject] of subjects) {
    voyage.signal.throwIfAborted();
    try {
      images.push(await scanSubject(voyage, advisories, await subject(), policy));
    } catch (error) {
      if (!hasCode(error, "IMAGE_NOT_FOUND", "REGISTRY_UNREACHABLE", "REGISTRY_REFUSED")) throw error;
      unread.push({ service, because: wordsOf(error) });
    }
  }
  return { ...(live === undefined ? {} : { release: live.release }), images, unread };
};
