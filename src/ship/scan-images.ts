import { type Digest, formatPlace, isoTime } from "../core/index.ts";
import type { Inventory } from "../inventory/index.ts";
import {
  type AgePolicy,
  agesOf,
  DEFAULT_AGE,
  gatePolicy,
  type GatePolicy,
  type GateVerdict,
  judge,
  openMatcher,
  readManifest,
  scan,
  type ScanDone,
  secretAsVulnerability,
  type SourceAge,
  staleWords,
} from "../scan/index.ts";
import type { Project } from "../project/index.ts";
import { inventoryOfSubject, type Lookout, type ScanSubject } from "./scan-image.ts";
import type { Voyage } from "./voyage.ts";

/** An image, what is in it, what is known against that, and what the project's policy makes of it. */
export interface ScannedImage {
  readonly subject: ScanSubject;
  readonly inventory: Inventory;
  readonly done: Looked & ScanDone;
  readonly verdict: GateVerdict;
}

/** A scan, and what it was made by. */
type Looked = Omit<ScanDone, "tool"> & {
  readonly sources: readonly SourceAge[];
  /** A sentence for each source that is too old. */
  readonly stale: readonly string[];
  /** Whether they know what is exploited at all. */
  readonly tellsExploited: boolean;
};

/** The advisories of a folder, opened once for all images. */
export interface Advisories extends Disposable {
  readonly builtAt: number;
  /** What was found, by them as they are now. @throws ADVISORIES_STALE where the project refuses old ones */
  look(inventory: Inventory): Looked;
}

/** What the project holds against its images. */
export const gatePolicyOf = ({ settings, folder, locate }: Pick<Project, "settings" | "folder" | "locate">): GatePolicy =>
  gatePolicy(settings.scan, {
    cwd: folder,
    placeOfWaiver: (index) => {
      const origin = locate("x-seaworthy", "scan", "waive", index);
      return origin === undefined ? undefined : formatPlace(origin.path, origin.range);
    },
  });

/** How old a scan may be that somebody attested. */
export const scanMaxAgeMs = ({ settings }: Pick<Project, "settings">): number => settings.scan.maxAge ?? DEFAULT_AGE.maxAgeMs;

/** How old advisories may be, and what becomes of a scan by older ones. */
export const agePolicyOf = ({ settings: { scan: asked } }: Pick<Project, "settings">): AgePolicy => ({
  maxAgeMs: asked.maxAge ?? DEFAULT_AGE.maxAgeMs,
  stale: asked.stale ?? DEFAULT_AGE.stale,
});

/** As the project asks for them. Undefined where the folder has none. @throws INPUT_INVALID when what is there cannot be read */
export const openAdvisories = (folder: string, { clock, project }: Pick<Voyage, "clock" | "project">): Advisories | undefined =>
  advisoriesOf(folder, clock, agePolicyOf(project));

/** Undefined where the folder has none. @throws INPUT_INVALID when what is there cannot be read */
export const advisoriesOf = (folder: string, clock: Voyage["clock"], { maxAgeMs, stale }: AgePolicy): Advisories | undefined => {
  const manifest = readManifest(folder);
  if (manifest === undefined) return undefined;
  const matcher = openMatcher(folder, manifest);
  return {
    builtAt: manifest.builtAt,
    look: (inventory) => {
      const startedAt = clock.now();
      const { vulnerabilities, judged, blindSpots, ecosystems } = scan(inventory, matcher);
      const sources = agesOf(manifest, { now: startedAt, maxAgeMs, ecosystems });
      const advisories = { builtAt: manifest.builtAt, from: `seaworthy:advisories@${isoTime(manifest.builtAt)}` };
      return {
        advisories,
        sources,
        stale: staleWords(sources, { maxAgeMs, stale }),
        tellsExploited: manifest.exploited !== undefined,
        vulnerabilities: [...vulnerabilities, ...(inventory.secrets ?? []).map(secretAsVulnerability)],
        judged,
        blindSpots,
        startedAt,
        finishedAt: clock.now(),
      };
    },
    [Symbol.dispose]: () => matcher[Symbol.dispose](),
  };
};

/** By all that a statement about an image may call it. */
export const gateSubject = ({
  name,
  image,
  digest,
  index,
  service,
}: Pick<ScanSubject, "name" | "image" | "digest" | "index" | "service">): {
  readonly names: readonly string[];
  readonly digests: readonly Digest[];
  readonly services: readonly string[];
} => ({
  names: [...new Set([name, image, service])],
  digests: [...new Set([digest, index])],
  services: [service],
});

/** Looks one image up. What is in it is read only when nobody did before. */
export const scanSubject = async (
  voyage: Lookout & Pick<Voyage, "clock">,
  advisories: Advisories,
  subject: ScanSubject,
  policy: GatePolicy,
): Promise<ScannedImage> => {
  const inventory = await inventoryOfSubject(voyage, subject);
  const done = { ...advisories.look(inventory), tool: voyage.tool };
  const scanned = {
    subject: gateSubject(subject),
    vulnerabilities: done.vulnerabilities,
    packages: inventory.packages,
    judged: done.judged,
  };
  return { subject, inventory, done, verdict: judge(scanned, policy, voyage.clock.now()) };
};
