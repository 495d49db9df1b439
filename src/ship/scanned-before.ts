import type { Evidence } from "../checklist/index.ts";
import { byDigest, formatReference, hasCode, isoTime, isSeaworthyError, wordsOf } from "../core/index.ts";
import { isScanPredicate, judge, readScanPredicate, scannedBy, type ScanStatement } from "../scan/index.ts";
import { readAttestations, registryStore, type TrustedKey } from "../trust/index.ts";
import type { ResolvedService } from "./images.ts";
import { type JudgedImage, judgedImage } from "./rescan/judged.ts";
import { notScanned, scanEvidence, scanWords } from "./scan-evidence.ts";
import { keptInventory, resolvedSubject } from "./scan-image.ts";
import { type Advisories, gatePolicyOf, gateSubject, openAdvisories, scanMaxAgeMs, scanSubject } from "./scan-images.ts";
import type { Voyage } from "./voyage.ts";

/** An image whose statements are asked for: `manifest` is of one platform, `digest` of what a release names. */
type Attested = Pick<ResolvedService, "service" | "repository" | "digest" | "manifest">;

/** The newest scan of an image that a trusted key attested, or why there is none that counts. */
const attestedScan = async (
  { harbour, clock }: Pick<Voyage, "harbour" | "clock">,
  image: Attested,
  keys: readonly TrustedKey[],
): Promise<(ScanStatement & { readonly key: TrustedKey }) | string> => {
  const store = registryStore(harbour.client);
  const reasons: string[] = [];
  // What is attested of the whole is attested of each platform, where nothing is of that one.
  for (const digest of new Set([image.manifest, image.digest])) {
    const found: (ScanStatement & { readonly key: TrustedKey })[] = [];
    const { good, refusals } = await readAttestations(store, byDigest(image.repository, digest), digest, keys, isScanPredicate);
    reasons.push(...refusals);
    for (const { predicate, key } of good) {
      const said = readScanPredicate(predicate, clock.now());
      if (typeof said === "string") reasons.push(said);
      else found.push({ ...said, key });
    }
    const [newest] = found.toSorted((a, b) => b.finishedAt - a.finishedAt);
    if (newest !== undefined) return newest;
  }
  return reasons[0] ?? "nobody attested a scan of it";
};

/** A scan that a trusted key attested, as this project judges it; or why there is none that counts. */
export const judgedScan = async (
  voyage: Pick<Voyage, "harbour" | "clock" | "project">,
  image: Attested,
  keys: readonly TrustedKey[],
  maxAgeMs: number,
): Promise<{ readonly passed: boolean; readonly finishedAt: number; readonly because: string; readonly known: JudgedImage } | string> => {
  const said = await attestedScan(voyage, image, keys);
  if (typeof said === "string") return said;
  const now = voyage.clock.now();
  const { finishedAt, result, scanner, advisories, key } = said;
  if (finishedAt + maxAgeMs < now) return `its newest attested scan is of ${isoTime(finishedAt)}, which is too old`;
  if (result === undefined) return `its attested scan is by ${scanner || "another scanner"}, whose findings are not read`;
  const { service, manifest, digest } = image;
  const subject = gateSubject({
    service,
    name: service,
    image: formatReference(byDigest(image.repository, digest)),
    digest: manifest,
    index: digest,
  });
  const verdict = judge(scannedBy(result, subject), gatePolicyOf(voyage.project), now);
  const by = `attested by ${key.fingerprint.slice(7, 19)} (${key.path})`;
  const builtAt = Date.parse(advisories);
  // Whoever does not say how old theirs were is taken to have had none to speak of.
  const ofDay = Number.isNaN(builtAt) ? 0 : builtAt;
  return {
    passed: verdict.passed,
    finishedAt,
    known: { service, digest: manifest, at: finishedAt, advisories: { builtAt: ofDay, asOf: ofDay, stale: [] }, ...result, verdict },
    because: `${scanWords({ done: result, verdict })}; scanned ${isoTime(finishedAt)}, advisories of ${advisories}, ${by}`,
  };
};

/** What was found out about one image. */
interface Found {
  readonly evidence: Evidence;
  readonly known?: JudgedImage;
}

const attested = async (voyage: Voyage, image: ResolvedService, keys: readonly TrustedKey[]): Promise<Found | string> => {
  let judged: Awaited<ReturnType<typeof judgedScan>>;
  try {
    judged = await judgedScan(voyage, image, keys, scanMaxAgeMs(voyage.project));
  } catch (error) {
    // Registries that know no referrers answer in many ways; whether a scan is asked for is the policy's to say.
    if (!hasCode(error, "REGISTRY_REFUSED", "REGISTRY_UNREACHABLE", "INPUT_INVALID", "INPUT_TOO_LARGE")) throw error;
    return `what is attested of it cannot be read (${wordsOf(error)})`;
  }
  if (typeof judged === "string") return judged;
  const evidence: Evidence = {
    item: "scanned",
    subject: { kind: "image", service: image.service, digest: image.manifest },
    kind: "signature",
    verdict: { state: judged.passed ? "proven" : "disproved" },
    source: "ship/attested-scan",
    because: judged.because,
    at: judged.finishedAt,
  };
  return { evidence, known: judged.known };
};

const opened = (voyage: Voyage): Advisories | undefined => {
  try {
    return openAdvisories(voyage.advisoryFolder, voyage);
  } catch (error) {
    if (!isSeaworthyError(error)) throw error;
    voyage.progress.note(`warning: ${error.message}`);
    return undefined;
  }
};

/**
 * What is known of the vulnerabilities of images that are there already: of what was read before by the advisories here, as they are now; else as a trusted key
 * attested it; else, where there are advisories, by reading the image.
 */
export const scannedBefore = async (
  voyage: Voyage,
  keysOf: () => readonly TrustedKey[],
): Promise<{ readonly evidence: readonly Evidence[]; readonly known: readonly JudgedImage[] }> => {
  using advisories = opened(voyage);
  const found: Found[] = [];
  for (const service of voyage.project.services) {
    const image = voyage.images.get(service.name);
    if (image === undefined) continue;
    const kept = keptInventory(voyage, image.manifest, voyage.platform) !== undefined || voyage.readsForDiff === true;
    const told = image.ours && !(kept && advisories !== undefined) ? await attested(voyage, image, keysOf()) : "others built it";
    if (typeof told !== "string") found.push(told);
    else if (advisories !== undefined && (kept || !voyage.dryRun)) {
      const subject = await resolvedSubject(voyage, image, service.spec.image);
      const scanned = await scanSubject(voyage, advisories, subject, gatePolicyOf(voyage.project));
      found.push({ evidence: scanEvidence(scanned), known: judgedImage(scanned) });
    } else {
      const next = advisories === undefined ? `there are no advisories in ${voyage.advisoryFolder}` : "a dry run reads no images";
      found.push({ evidence: notScanned(voyage, `${told}, and ${next}`, { service: service.name, digest: image.manifest }) });
    }
  }
  return { evidence: found.map(({ evidence }) => evidence), known: found.flatMap(({ known }) => known ?? []) };
};
