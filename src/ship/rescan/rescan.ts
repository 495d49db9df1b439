import { type Digest, isSeaworthyError, wordsOf } from "../../core/index.ts";
import { recordedDigests, type Releases, type ReleaseService } from "../../release/index.ts";
import { DEFAULT_AGE, DEFAULT_GATE, readManifest } from "../../scan/index.ts";
import type { Lookout } from "../scan-image.ts";
import { type Advisories, advisoriesOf, scanSubject } from "../scan-images.ts";
import { releasedSubject } from "../scan-running.ts";
import type { Voyage } from "../voyage.ts";
import { DEFAULT_RESCAN_MS, gateDigest } from "./approved.ts";
import { dueAt, type Now } from "./due.ts";
import { freshIn, judgedImage, keptScan } from "./judged.ts";
import type { KeptFinding, KeptGate, KeptRound, KeptScan, Unread } from "./kept-scan.ts";
import { openScanStore } from "./store.ts";

type Rescanning = Lookout &
  Pick<Voyage, "harbour" | "platform" | "advisoryFolder" | "clock"> & { readonly releases: Pick<Releases, "projects" | "live"> };

/** What came of another look at one image. */
export interface Rescanned {
  readonly project: string;
  readonly service: string;
  readonly scan: Pick<KeptScan, "digest" | "at" | "advisories" | "passed" | "unjudged">;
  /** What the scan before did not find; all of it where there was none. What is known to be exploited comes first. */
  readonly fresh: readonly KeptFinding[];
  readonly first: boolean;
  /** What was let through before, and is not any more. */
  readonly turned: boolean;
}

/** One round over all that runs on this host. */
export interface Rescan extends KeptRound {
  readonly scanned: readonly Rescanned[];
  /** What is new since its release in images that were not due: for who was not there when it was found. */
  readonly standing: readonly Pick<Rescanned, "project" | "service" | "fresh">[];
}

/** What could not be done is tried again after so long, or when something has changed. */
const AGAIN_MS = 3_600_000;
/** What no release of the journal has is forgotten when it is this old. */
const FORGET_AFTER_MS = 86_400_000;
/** Of each image: a report says how many there are, and the record has all. */
const MOST_FRESH = 50;

/** Released by a version that kept none. */
const plainGate = (project: string): KeptGate => ({
  schema: "seaworthy/kept-gate@1",
  project,
  at: 0,
  policy: DEFAULT_GATE,
  age: DEFAULT_AGE,
  rescanMs: DEFAULT_RESCAN_MS,
});

const builtAtOf = (folder: string): number | string => {
  try {
    return readManifest(folder)?.builtAt ?? `there are no advisories in ${folder} (seaworthy db update fetches them)`;
  } catch (error) {
    if (!isSeaworthyError(error)) throw error;
    return error.message;
  }
};

/**
 * Scans again what runs on this host and is due, one image after the other: each image of each project's live release, by the advisories here and by the gate that
 * the project was released with. What is in an image is read only where nobody did before. Keeps each result as soon as it is there; changes nothing else.
 */
export const rescan = async (parts: Rescanning): Promise<Rescan> => {
  const { releases, state, clock, advisoryFolder } = parts;
  const store = openScanStore(state);
  const at = clock.now();
  const scanned: Rescanned[] = [];
  const standing: Rescan["standing"][number][] = [];
  const unread: Unread[] = [];
  const next: number[] = [];
  const builtAt = builtAtOf(advisoryFolder);

  const look = async (project: string, service: ReleaseService, gate: KeptGate, advisories: Advisories): Promise<void> => {
    const before = store.find(project, service.name, service.image.manifest);
    const image = judgedImage(await scanSubject(parts, advisories, await releasedSubject(parts, service), gate.policy));
    const scan = keptScan(image, { project, by: "agent", gate: gateDigest(gate), before });
    store.keep(scan);
    scanned.push({
      project,
      service: service.name,
      scan,
      fresh: freshIn(image, before ?? { at: 0, found: [] }).slice(0, MOST_FRESH),
      first: before === undefined,
      turned: before?.passed === true && !scan.passed,
    });
  };

  const stand = (project: string, service: string, digest: Digest): void => {
    const fresh = (store.find(project, service, digest)?.open ?? []).filter(({ isNew }) => isNew === true);
    if (fresh.length > 0) standing.push({ project, service, fresh: fresh.slice(0, MOST_FRESH) });
  };

  const lookAtProject = async (project: string, built: number): Promise<void> => {
    const gate = store.gate(project) ?? plainGate(project);
    const asked: Omit<Now, "at"> = { builtAt: built, gate: gateDigest(gate), every: gate.rescanMs, uuid: state.uuid };
    using advisories = advisoriesOf(advisoryFolder, clock, gate.age);
    for (const service of releases.live(project)?.manifest.services ?? []) {
      const { manifest: digest } = service.image;
      const due = (): number | undefined => dueAt(store.find(project, service.name, digest), { ...asked, at: clock.now() });
      const wanted = due();
      if (wanted === undefined || advisories === undefined) continue;
      parts.signal.throwIfAborted();
      try {
        if (wanted <= clock.now()) await look(project, service, gate, advisories);
        else stand(project, service.name, digest);
        next.push(due() ?? at + AGAIN_MS);
      } catch (error) {
        // Whatever is wrong with one image, a bug of ours included, the others are looked at.
        if (parts.signal.aborted) throw error;
        unread.push({ project, service: service.name, digest, because: wordsOf(error) });
        next.push(at + AGAIN_MS);
      }
    }
  };

  const projects = releases.projects().filter((project) => releases.live(project) !== undefined && store.gate(project)?.rescanMs !== "off");
  if (typeof builtAt === "number") for (const project of projects) await lookAtProject(project, builtAt);
  // A release that is about to begin has its scans kept before it is in the journal.
  store.forgetOthers(new Set(recordedDigests(state.folder)), clock.now() - FORGET_AFTER_MS);
  const round: KeptRound = {
    schema: "seaworthy/rescan-round@1",
    at: clock.now(),
    nextAt: Math.max(at, Math.min(...next, at + (typeof builtAt === "number" ? DEFAULT_RESCAN_MS : AGAIN_MS))),
    ...(typeof builtAt === "number" || projects.length === 0 ? {} : { problem: builtAt }),
    unread,
  };
  store.keepRound(round);
  return { ...round, scanned, standing };
};
