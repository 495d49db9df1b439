import { ITEMS, type ItemId } from "../../checklist/index.ts";
import { formatDropReport, outcomeExit, type ReleaseManifest, type Releases, type RolloutOutcome } from "../../release/index.ts";
import { imageEvidence } from "../image-evidence.ts";
import { commitSubject, type Service } from "../../project/index.ts";
import { requireHere, resolveBuilt, type ResolvedService, resolveForeign } from "../images.ts";
import { trustedKeys } from "../keys.ts";
import { releaseManifest } from "../manifest.ts";
import { checkCertificates } from "../certificates.ts";
import { changesOf } from "../changes.ts";
import { contentOf } from "../content.ts";
import { gateOn } from "../gate.ts";
import { keepApproved } from "../rescan/approved.ts";
import { isScanDemanded, SCANNED } from "../scan-evidence.ts";
import { scannedBefore } from "../scanned-before.ts";
import { signedEvidence, verifyImage } from "../verify.ts";
import { pullCredentials } from "../pull-credentials.ts";
import type { Stage, StageResult, Voyage } from "../voyage.ts";

/** What the policy is asked about. That nobody scanned, because there was nothing to scan by, is said and not refused, unless the policy says so itself. */
const demanded = ({ evidence, project }: Voyage): ReadonlySet<ItemId> => {
  const isScanned = evidence.some(({ item, verdict }) => item === "scanned" && verdict.state !== "not-tried");
  const all = ITEMS.map(({ id }) => id);
  return new Set(isScanned || isScanDemanded(project.policy) ? all : all.filter((id) => !SCANNED.has(id)));
};

const verifyAll = async (voyage: Voyage): Promise<void> => {
  const { project, state, images, harbour, evidence, verified, clock, keys } = voyage;
  const checking = { client: harbour.client, state, keys: trustedKeys(project, state, keys.publicPath) };
  for (const image of images.values()) {
    if (!image.ours) continue;
    const good = await verifyImage(checking, image);
    verified.push(good);
    evidence.push(signedEvidence(image, good, clock.now()));
  }
};

const resolveService = ({ project, engine, harbour, platform, commitTag }: Voyage, service: Service): Promise<ResolvedService> =>
  service.build === undefined
    ? resolveForeign(service, engine, harbour.client, platform)
    : resolveBuilt(project, service, commitTag, harbour.address, harbour.client, platform);

const refusal = (outcome: Exclude<RolloutOutcome, { state: "live" }>): string => {
  const { message } = outcome.because;
  if (outcome.state === "paused") return `release r${outcome.release} waits: ${message}`;
  return outcome.state === "rolled-back" ? `${message}; r${outcome.by} brought r${outcome.to} back` : message;
};

/** Without an agent nothing comes by its schedule, and nothing else would say so. */
const unwatched = ({ services }: ReleaseManifest, releases: Pick<Releases, "watcher">): readonly string[] => {
  const names = services.filter(({ schedule }) => schedule !== undefined).map(({ name }) => name);
  return names.length === 0 || releases.watcher() !== undefined
    ? []
    : [
        `no agent is at work here, so nobody runs ${names.join(", ")} by schedule: seaworthy agent --systemd prints the unit that keeps one`,
      ];
};

/** What `--why` says, else what the commit says of itself. */
const whyOf = async ({ project, why, manifest }: Voyage): Promise<string> => {
  if (why !== "" || manifest?.source === undefined) return why;
  const { commit, dirty } = manifest.source;
  const subject = await commitSubject(project.folder, commit);
  return subject === undefined ? "" : `${subject}${dirty ? " (and changes that are in no commit)" : ""}`;
};

const run = async (voyage: Voyage): Promise<StageResult> => {
  const { project, images, releases, dryRun, evidence } = voyage;
  for (const words of checkCertificates(project, voyage.clock.now())) voyage.progress.note(`warning: ${words}`);
  for (const service of project.services) if (!images.has(service.name)) images.set(service.name, await resolveService(voyage, service));
  for (const image of images.values()) {
    const built = voyage.built.get(image.service);
    if (built !== undefined) requireHere(image, built, voyage.platform);
  }
  // A dry run that has just built and pushed nothing has nothing signed to look at.
  if (!dryRun || voyage.built.size === 0) await verifyAll(voyage);
  if (!evidence.some(({ item }) => item === "scanned")) {
    const before = await scannedBefore(voyage, () => trustedKeys(project, voyage.state, voyage.keys.publicPath));
    evidence.push(...before.evidence);
    voyage.known = before.known;
  }
  evidence.push(...imageEvidence(voyage));
  voyage.manifest = await releaseManifest(voyage, images, voyage.version);
  if (dryRun) {
    voyage.changes = await changesOf(voyage, voyage.manifest, evidence);
    if (voyage.sealing === true) voyage.sealed = await releases.seal(voyage.manifest);
    voyage.plan = voyage.sealed?.plan ?? (await releases.plan(voyage.manifest));
    return { state: "passed", words: "would do the plan above; nothing was changed" };
  }
  const refused = gateOn(voyage, demanded(voyage), "all");
  if (refused !== undefined) return refused;
  keepApproved(voyage, voyage.manifest);
  const outcome = await releases.deploy(voyage.manifest, {
    why: await whyOf(voyage),
    verified: voyage.verified,
    evidence,
    progress: voyage.progress,
    signal: voyage.signal,
    waitMs: voyage.waitMs,
    keep: project.settings.release.keep,
    content: contentOf(voyage),
    credentials: pullCredentials(voyage.harbour),
    ...(voyage.approved === undefined ? {} : { approved: voyage.approved }),
  });
  voyage.outcome = outcome;
  if (outcome.state === "live") for (const words of unwatched(voyage.manifest, releases)) voyage.progress.note(words);
  if (outcome.state !== "live") {
    const { because } = outcome;
    const cost = ("reports" in outcome ? (outcome.reports ?? []) : []).map(formatDropReport);
    return {
      state: "refused",
      words: refusal(outcome),
      problems: [...because.problems, ...cost],
      exit: outcomeExit(outcome),
      hint: because.hint,
    };
  }
  return {
    state: "passed",
    words: [`release r${outcome.release} is live after ${outcome.seconds} s`, ...outcome.reports.map(formatDropReport)].join("; "),
  };
};

export const deploy: Stage = { name: "deploy", brief: "live, losing no request", run };
