import { isSeaworthyError } from "../../core/index.ts";
import { judgedTogether } from "../../scan/index.ts";
import { gateOn } from "../gate.ts";
import { resolveForeign } from "../images.ts";
import { builtSubjects, keptInventory, resolvedSubject, type ScanSubject } from "../scan-image.ts";
import { findingWords, isScanDemanded, notScanned, refusedOf, SCANNED, scanEvidence, scanWords } from "../scan-evidence.ts";
import { type Advisories, gatePolicyOf, openAdvisories, type ScannedImage, scanSubject } from "../scan-images.ts";
import type { Stage, StageResult, Voyage } from "../voyage.ts";

/** Of all images that a release would run, those that others built included. */
const subjectsOf = async (voyage: Voyage): Promise<readonly ScanSubject[]> => {
  const { project, images, engine, harbour, platform } = voyage;
  const found: ScanSubject[] = [];
  for (const service of project.services) {
    if (service.build !== undefined) found.push(...builtSubjects(voyage, service.name));
    else {
      const image = images.get(service.name) ?? (await resolveForeign(service, engine, harbour.client, platform));
      images.set(service.name, image);
      found.push(await resolvedSubject(voyage, image, service.spec.image));
    }
  }
  return found;
};

/** How many findings of one image a refusal lists. */
const MOST_LISTED = 50;

const refusalLines = ({ subject: { name }, verdict, done }: ScannedImage): readonly string[] => {
  if (verdict.unjudged)
    return [`${name}: nothing in it could be judged, which is no proof`, ...done.blindSpots.map((spot) => `${name}: ${spot}`)];
  const refused = refusedOf(verdict);
  return [
    ...refused.slice(0, MOST_LISTED).map((one) => `${name}: ${findingWords(one)}`),
    ...(refused.length > MOST_LISTED ? [`${name}: and ${refused.length - MOST_LISTED} more`] : []),
  ];
};

const words = (images: readonly ScannedImage[]): string => images.map((image) => `${image.subject.name}: ${scanWords(image)}`).join("; ");

const scanAll = async (voyage: Voyage, advisories: Advisories): Promise<StageResult> => {
  const policy = gatePolicyOf(voyage.project);
  const scanned: ScannedImage[] = [];
  const later: string[] = [];
  for (const subject of await subjectsOf(voyage)) {
    const { name, digest, platform, from } = subject;
    voyage.signal.throwIfAborted();
    if (voyage.dryRun && from === "its registry" && keptInventory(voyage, digest, platform) === undefined) {
      const reason = `a dry run fetches nothing: ${name} would be read from its registry and scanned`;
      later.push(reason);
      voyage.evidence.push(notScanned(voyage, reason, subject));
      continue;
    }
    const image = await scanSubject(voyage, advisories, subject, policy);
    scanned.push(image);
    voyage.evidence.push(scanEvidence(image));
    for (const one of image.done.stale) voyage.progress.note(`warning: stale advisories: ${one}`);
  }
  const findings = judgedTogether(scanned.map(({ verdict }) => verdict)).flatMap((verdict) => verdict.findings);
  for (const line of new Set(findings.map(({ message, place }) => `${place === undefined ? "" : `${place}: `}${message}`)))
    voyage.progress.note(line);
  voyage.scanned = scanned;
  const refused = gateOn(voyage, SCANNED, "disproof");
  if (refused !== undefined)
    return {
      ...refused,
      words: words(scanned.filter(({ verdict }) => !verdict.passed)),
      problems: scanned.flatMap((image) => (image.verdict.passed ? [] : refusalLines(image))),
      hint: "Update what is named (seaworthy scan IMAGE says more), or waive a vulnerability with a reason and an end date in x-seaworthy.scan.waive.",
    };
  if (scanned.length === 0) return { state: "not-tried", reason: later[0] ?? "the project has no images" };
  return { state: "passed", words: [words(scanned), ...later].join("; ") };
};

const untried = (voyage: Voyage, reason: string): StageResult => {
  voyage.evidence.push(notScanned(voyage, reason));
  return gateOn(voyage, SCANNED, isScanDemanded(voyage.project.policy) ? "all" : "disproof") ?? { state: "not-tried", reason };
};

export const scan: Stage = {
  name: "scan",
  brief: "known vulnerabilities in what a release would run",
  run: async (voyage) => {
    let advisories: Advisories | undefined;
    try {
      advisories = openAdvisories(voyage.advisoryFolder, voyage);
    } catch (error) {
      if (!isSeaworthyError(error)) throw error;
      return untried(voyage, `${error.message}; ${error.hint}`);
    }
    if (advisories === undefined)
      return untried(
        voyage,
        `there are no advisories in ${voyage.advisoryFolder}, so nothing is known of its images: seaworthy db update fetches them`,
      );
    using open = advisories;
    return await scanAll(voyage, open);
  },
};
