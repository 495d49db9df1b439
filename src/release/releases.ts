import { join } from "node:path";
import type { Evidence } from "../checklist/index.ts";
import {
  type Clock,
  hasCode,
  lock,
  type KernelLock,
  type LockHolder,
  type Progress,
  readHolder,
  SeaworthyError,
  silentProgress,
  type StateFolder,
  systemClock,
  tryLock,
  type VerifiedDigest,
  wordsOf,
} from "../core/index.ts";
import { type Engine, probeHttp } from "../engine/index.ts";
import type { Keep } from "../project/index.ts";
import type { Proxy } from "../proxy/index.ts";
import type { World } from "./actions/index.ts";
import { assertGoverned, claimEngine } from "./claim.ts";
import { type KeptContainer, withAdopted } from "./adopt/adopted.ts";
import { type AdoptionPlan, planAdoption } from "./adopt/plan.ts";
import {
  type ComposeContainer,
  type Consent,
  type Finding,
  freePort,
  readCompose,
  survey,
  unresolvedOf,
  wordsOfFinding,
} from "./adopt/survey.ts";
import { type Request, type SaidByHand, sayByHand, servicesBehind } from "./by-hand.ts";
import { abortIn, type Decided, outcomeOf, promoteIn } from "./decide.ts";
import { rolledBack } from "./bring-back.ts";
import { describeContainer, describeReplica } from "./describe.ts";
import { type Difference, differencesOf } from "./drift/differences.ts";
import { observe } from "./drift/observe.ts";
import { planRepair } from "./drift/repair.ts";
import { type ReleaseDiff, releaseDiff } from "./diff.ts";
import { liveEvidence } from "./evidence.ts";
import { linuxNetwork } from "./host/linux.ts";
import { type RolloutOutcome, runRollout, type StepHook } from "./interpreter.ts";
import { httpsEvidence } from "./https-evidence.ts";
import { openJournal, type Journal } from "./journal.ts";
import { type Live, readLive } from "./live.ts";
import { manifestDigest, type ReleaseManifest, type ReleaseService } from "./manifest.ts";
import type { Plan } from "./plan.ts";
import type { Direction } from "./rollout/change.ts";
import { type Approved, assertApproved, type PlanFile, sealPlan } from "./plan-file.ts";
import { planRolling } from "./rollout/rolling.ts";
import { type Pruned, pruneReleases } from "./prune/prune.ts";
import { type Busy, withThoseFree } from "./prune/turns.ts";
import { takePlace } from "./queue.ts";
import { letGo } from "./let-go.ts";
import { DEFAULT_KEEP, neededImages, recordedKeep } from "./retention.ts";
import { type Restored, restoreFiles } from "./restore.ts";
import { crossedJobs, rollbackTarget, type RollbackTarget } from "./rollback-target.ts";
import { dueRollback, isWaiting, liveRelease, rolloutState, type RolloutState, unfinishedRollout } from "./rollout-state.ts";
import { type ReleaseLine, historyOf } from "./history.ts";
import { type ProjectStatus, statusOf } from "./status.ts";
import { renewCertificates } from "./watch/certificates.ts";
import { openScheduledRuns, type ScheduledRuns } from "./schedule/scheduled-runs.ts";
import { keepSchedules } from "./schedule/scheduler.ts";
import type { Run } from "./schedule/runs.ts";
import { goOnWhenDue } from "./watch/due.ts";
import { type Notice, watch } from "./watch/watch.ts";

/** Everything that changes or reads what runs on one host. */
export interface Releases {
  /** What a deploy would do now. Changes nothing. */
  plan(manifest: ReleaseManifest, direction?: "update" | "rollback"): Promise<Plan>;
  /** The same, with what it was made from, to be approved and applied later. @throws PLAN_OUT_OF_DATE while a rollout is unfinished */
  seal(manifest: ReleaseManifest): Promise<PlanFile>;
  /** What the manifest would change of the live release, whose manifest comes with it. */
  diff(manifest: ReleaseManifest): { readonly diff: ReleaseDiff; readonly live?: ReleaseManifest };
  /** Makes the manifest live, or leaves the previous release serving. An unfinished rollout is converged first; one that waits for a word is not. @throws PAUSED */
  deploy(manifest: ReleaseManifest, options: DeployOptions): Promise<RolloutOutcome>;
  /**
   * Lets a rollout go on past where it waits; with `full`, past everything that would still wait or judge. Where another process is at work on it, that one does.
   * @throws INPUT_NOT_FOUND when none is under way, USAGE when it does not wait
   */
  promote(project: string, options: DecideOptions & { readonly full?: boolean }): Promise<Decided>;
  /**
   * Takes a rollout back: all traffic returns to the old containers first. A process that is at work on it ends its step and does so, and is waited for.
   * @throws INPUT_NOT_FOUND when none is under way, USAGE when its old containers already leave
   */
  abort(project: string, options: DecideOptions): Promise<Decided>;
  /** The release that waits for somebody's word, with the one that `abort` brings back. */
  waiting(project: string): { readonly release: number; readonly back: number | undefined } | undefined;
  /** Brings an unfinished rollout to its end, or to where it waits for somebody's word; undefined when there is none. */
  resume(project: string, options?: RunOptions): Promise<RolloutOutcome | undefined>;
  /**
   * The manifest that `rollback` would make live: the release before the live one, or the named one. `keep` past releases can be gone back to, by default 5.
   * @throws INPUT_NOT_FOUND when there is none, or it is beyond what is kept
   */
  rollbackTarget(project: string, to?: number, keep?: Keep): RollbackTarget;
  /** Services behind the proxy: the named ones, or all. @throws INPUT_NOT_FOUND naming those that are not */
  behindProxy(project: string, names: readonly string[]): readonly string[];
  /**
   * Closes a service for maintenance, pauses it, or takes that back, from the next request on. It waits for nobody's rollout, and no rollout takes it back.
   * @throws INPUT_NOT_FOUND, USAGE
   */
  sayByHand(project: string, service: string, request: Request, why: string): Promise<SaidByHand>;
  status(project: string): Promise<ProjectStatus>;
  /** How what runs differs from the live release, and what would put it right. Changes nothing. @throws as `reconcile` does */
  repair(project: string): Promise<Repair>;
  /**
   * Puts right what differs from the live release, losing nothing, as an entry of the history. Undefined when nothing can be done or has to be.
   * @throws INPUT_NOT_FOUND when nothing is live; STATE_NEEDS_PERSON, PAUSED while a rollout is unfinished
   */
  reconcile(
    project: string,
    options?: RunOptions & { readonly why?: string },
  ): Promise<(Repair & { readonly outcome: RolloutOutcome }) | undefined>;
  /** How much of the past each project of this host keeps, as its last release said; undefined where that did not say. */
  recordedKeeps(): ReadonlyMap<string, Keep | undefined>;
  /**
   * What past releases of these projects have left: images that we brought, containers that have ended, secrets and configs; never what some project of this host
   * can go back to. Removes what goes unless it is a dry run. Projects that somebody is at work on are left out.
   */
  prune(keeps: ReadonlyMap<string, Keep>, options: PruneOptions): Promise<PrunedReleases>;
  /** What the live release was shipped with, and what the server shows now. */
  evidence(project: string): Promise<readonly Evidence[]>;
  /** What one release was shipped with. */
  evidenceOf(project: string, release: number): readonly Evidence[];
  /** Puts secrets and configs of what is live back into memory, as after a reboot. Needs no engine. */
  restoreFiles(): Promise<Restored>;
  /**
   * Follows the engine's events and keeps the proxy true between rollouts of every project, until the signal. One at a time a state folder.
   * @throws LOCKED when somebody watches already
   */
  watch(options: { readonly signal: AbortSignal; readonly say: (notice: Notice) => void }): Promise<void>;
  /** What docker compose runs of a project, by service and number. */
  composed(project: string): Promise<readonly ComposeContainer[]>;
  /** Whether an adoption was begun and is unfinished. @throws USAGE when there is nothing to adopt any more */
  adopting(project: string): boolean;
  /** How what docker compose runs differs from the manifest, and the plan that takes it over; none while something stands in the way. Changes nothing. */
  adoption(manifest: ReleaseManifest, options: AdoptOptions): Promise<Adoption>;
  /**
   * Takes over what docker compose runs, or goes on with an adoption that was interrupted.
   * @throws USAGE when a release of the project was live already; GATE_REFUSED with what stands in the way
   */
  adopt(manifest: ReleaseManifest, options: AdoptOptions): Promise<RolloutOutcome>;
  /** Containers that an adoption replaced and kept, and that are still there. */
  keptContainers(project: string): Promise<readonly KeptContainer[]>;
  /** Removes them. @throws STATE_NEEDS_PERSON when one of them runs again */
  removeKept(project: string): Promise<readonly KeptContainer[]>;
  /** Who follows the engine's events and runs scheduled services; undefined when nobody does. */
  watcher(): LockHolder | undefined;
  /**
   * Runs a service that runs by a schedule now, once, to its end. Aborted by the signal, its container goes on, and an agent finds it.
   * @throws LOCKED while a run of it is under way; INPUT_NOT_FOUND when nothing is live, or no such service runs by a schedule
   */
  runScheduled(project: string, service: string, options: { readonly signal: AbortSignal }): Promise<Run>;
  /** What a scheduled service did, newest first. */
  runsOf(project: string, service: string, count: number): readonly Run[];
  history(project: string): readonly ReleaseLine[];
  projects(): readonly string[];
  journal: Journal;
  /** The engine, whose adopted containers are told as ours. */
  readonly engine: Engine;
}

export interface AdoptOptions extends RunOptions {
  readonly why: string;
  readonly consent: Consent;
  /** The proxy's. */
  readonly httpPort: number;
  /** How long clients that stay connected past the proxy are waited for before a person is asked. */
  readonly settleMs: number;
}

/** What an adoption would do, and what was found. */
export interface Adoption {
  readonly findings: readonly Finding[];
  /** Findings that nobody agreed to. */
  readonly unresolved: readonly Finding[];
  readonly plan?: Plan;
  readonly kept: readonly KeptContainer[];
}

export interface RunOptions {
  readonly progress?: Progress;
  readonly signal?: AbortSignal;
  /** How long to wait for another actor. Default 0: refuse at once. */
  readonly waitMs?: number;
  readonly content?: World["content"];
  readonly credentials?: World["credentials"];
  readonly hook?: StepHook;
  /** Past releases kept for rollback: images, secrets and configs that only others used are let go of once the release is live. Default 5. */
  readonly keep?: Keep;
}

export interface PruneOptions extends Pick<RunOptions, "progress" | "signal" | "waitMs"> {
  readonly dryRun: boolean;
  /** Image id to the bytes that only it takes. */
  readonly sizes?: ReadonlyMap<string, number>;
}

export interface PrunedReleases {
  readonly leftovers: readonly Pruned[];
  readonly busy: readonly Busy[];
  /** `repository@digest` of every image that some project of this host needs, with why. */
  readonly needed: ReadonlyMap<string, string>;
}

export interface DecideOptions extends RunOptions {
  readonly why: string;
}

export interface DeployOptions extends RunOptions {
  readonly why: string;
  readonly rollbackTo?: number;
  /** Only exactly this is done. @throws PLAN_OUT_OF_DATE */
  readonly approved?: Approved;
  /** One for each image whose signature was checked. An image of the manifest that is neither here nor says why not is refused. */
  readonly verified: readonly VerifiedDigest[];
  /** What was found out about these images on the way here; kept with the release. */
  readonly evidence: readonly Evidence[];
}

/** What differs, and the plan that puts it right; its steps are none when nothing can be done about it or has to be. */
export interface Repair {
  readonly differences: readonly Difference[];
  readonly plan: Plan;
}

export interface ReleasesOptions {
  readonly engine: Engine;
  readonly proxy: Proxy;
  readonly state: StateFolder;
  /** user@host, for the audit trail. */
  readonly who: string;
  readonly clock?: Clock;
  /** How a container is asked whether it is ready. Default: an HTTP request from here. */
  readonly probe?: World["probe"];
  /** Default: this machine's own. */
  readonly host?: World["host"];
}

/** Whoever ends just now is waited for this long before somebody else is taken to be at work. */
const HANDOVER_MS = 3000;
/** How long an abort waits for whoever is at work to see it and to take the rollout back. */
const ABORT_MS = 300_000;

const assertVerified = (manifest: ReleaseManifest, verified: readonly VerifiedDigest[]): void => {
  const known = new Set(verified.map(({ digest }) => digest));
  const missing = manifest.services.filter(({ image, unverified }) => unverified === undefined && !known.has(image.digest));
  if (missing.length > 0)
    throw new SeaworthyError(
      "NOT_SIGNED",
      `the signature of ${missing.map(({ name }) => name).join(", ")} was not checked, so nothing was changed`,
    );
};

export const openReleases = ({
  engine: bare,
  proxy,
  state,
  who,
  clock = systemClock,
  probe = probeHttp,
  host = linuxNetwork,
}: ReleasesOptions): Releases & Disposable => {
  const journal = openJournal(state.folder, clock);
  const engine = withAdopted(bare, journal);
  const leasePath = (project: string, service: string): string => join(state.folder, "leases", `${project}.${service}.sqlite`);

  const world = (project: string, options: RunOptions): World => ({
    project,
    engine,
    proxy,
    state,
    clock,
    probe,
    host,
    progress: options.progress ?? silentProgress,
    content: options.content ?? (async () => undefined),
    credentials: options.credentials ?? (async () => undefined),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });

  /** In the order of names, so that two actors can never hold what the other waits for. `queued`: of those who wait for it so, the newest takes the place of the others. */
  const leased = async <T>(
    project: string,
    services: readonly string[],
    what: string,
    options: RunOptions,
    work: () => Promise<T>,
    queued = false,
  ): Promise<T> => {
    const held: KernelLock[] = [];
    const { waitMs = 0 } = options;
    try {
      {
        using place = queued && waitMs > 0 ? takePlace(join(state.folder, "leases"), project, { who, what }) : undefined;
        const signals = [options.signal, place?.signal].filter((one) => one !== undefined);
        for (const service of [...new Set(services)].toSorted())
          held.push(await lock(leasePath(project, service), { who, what }, { waitMs, clock, signal: AbortSignal.any(signals) }));
      }
      return await work();
    } finally {
      for (const lease of held.toReversed()) lease.release();
    }
  };

  const servicesOf = (manifest: ReleaseManifest): readonly string[] => {
    const live = liveRelease(journal, manifest.project)?.entry.manifest.services ?? [];
    return [...manifest.services, ...live].map(({ name }) => name);
  };

  /** What the caller says, else what the last release said. */
  const keepOf = (project: string, { keep = recordedKeep(journal, project) }: RunOptions): { readonly keep?: Keep } =>
    keep === undefined ? {} : { keep };

  const planned = async (
    manifest: ReleaseManifest,
    direction: Direction = "update",
  ): Promise<{ readonly plan: Plan; readonly live: Live }> => {
    const live = await readLive(engine, proxy, manifest.project, servicesOf(manifest));
    const plan = planRolling(manifest, live, journal.nextRelease(manifest.project), describeReplica(manifest, state, live), direction);
    return { plan, live };
  };

  const seal = async (manifest: ReleaseManifest): Promise<PlanFile> => {
    const { plan, live } = await planned(manifest);
    return sealPlan(manifest, live, plan, { who, madeAt: clock.now() });
  };

  /** A rollout that is brought to its end first would move what the plan was made from. */
  const assertSettled = (project: string): void => {
    const open = unfinishedRollout(journal, project) ?? dueRollback(journal, project);
    if (open !== undefined)
      throw new SeaworthyError("PLAN_OUT_OF_DATE", `r${open.entry.release} of ${project} is unfinished, so a plan cannot hold`, {
        hint: "seaworthy deploy --resume brings it to its end; then plan again.",
      });
  };

  const repair = async (project: string): Promise<Repair & { readonly live: RolloutState }> => {
    const live = liveRelease(journal, project);
    if (live === undefined)
      throw new SeaworthyError("INPUT_NOT_FOUND", `no release of ${project} is live, so there is nothing to compare with`, {
        hint: "Deploy one first.",
      });
    const { manifest } = live.entry;
    const services = manifest.services.map(({ name }) => name);
    const [seen, now] = [
      await observe({ engine, proxy, state, project, manifest, services }),
      await readLive(engine, proxy, project, services),
    ];
    const made = planRepair(manifest, seen, now, journal.nextRelease(project), describeReplica(manifest, state, now));
    return { live, differences: differencesOf(seen), plan: made };
  };

  const reconcile = async (project: string, options: RunOptions & { readonly why?: string }) => {
    const { live, differences, plan: made } = await repair(project);
    if (made.steps.length === 0) return undefined;
    const { manifest, digest, evidence, release, repairs = release } = live.entry;
    const why = options.why ?? "";
    journal.append(project, made.release, {
      kind: "release",
      manifest,
      digest,
      who,
      why,
      evidence,
      plan: made,
      repairs,
      ...keepOf(project, options),
    });
    return { differences, plan: made, outcome: await rollOut(project, made.release, options) };
  };

  const assertFinished = (project: string): void => {
    const open = unfinishedRollout(journal, project) ?? dueRollback(journal, project);
    if (open === undefined) return;
    throw new SeaworthyError("STATE_NEEDS_PERSON", `r${open.entry.release} of ${project} is unfinished, and what runs is its own`, {
      hint: "seaworthy deploy --resume brings it to its end; then reconcile.",
    });
  };

  /** Begins the release that brings the one before a failed one back, and rolls it out. */
  const bringBack = async (project: string, { entry, finished, to }: NonNullable<ReturnType<typeof dueRollback>>, options: RunOptions) => {
    const target = rolloutState(journal, project, to)?.entry;
    if (target === undefined) throw new SeaworthyError("STATE_NEEDS_PERSON", `the journal lost r${to} of ${project}`);
    const { manifest, digest, evidence } = target;
    const { plan: made } = await planned(manifest, "rollback");
    const why = `r${entry.release} failed: ${finished?.because ?? ""}`;
    options.progress?.note(`bringing r${to} (${manifest.version}) back`);
    for (const { release, job } of crossedJobs(journal, project, to))
      options.progress?.note(`the job ${job} of r${release} is not undone by that`);
    // It was verified when it was deployed, and nothing of it can have changed since: it is named by digest.
    journal.append(project, made.release, {
      kind: "release",
      manifest,
      digest,
      who,
      why,
      evidence,
      plan: made,
      rollbackTo: to,
      after: entry.release,
      ...keepOf(project, options),
    });
    return rollOut(project, made.release, options);
  };

  const rollOut = async (project: string, release: number, options: RunOptions): Promise<RolloutOutcome> => {
    const outcome = await runRollout(journal, world(project, options), release, options.hook);
    if (outcome.state === "live") {
      const { progress = silentProgress } = options;
      const { keep = DEFAULT_KEEP } = keepOf(project, options);
      await letGo({ engine, state, journal, project, keep, progress, now: clock.now() });
    }
    if (outcome.state === "failed") {
      const due = dueRollback(journal, project);
      return due === undefined ? followed(project, release, rolledBack(outcome, undefined, undefined)) : bringBack(project, due, options);
    }
    return followed(project, release, outcome);
  };

  /** A rollback that followed a failure by itself is told together with it. */
  const followed = (project: string, release: number, outcome: RolloutOutcome): RolloutOutcome => {
    const { after, rollbackTo } = rolloutState(journal, project, release)?.entry ?? {};
    const first = after === undefined ? undefined : rolloutState(journal, project, after)?.finished;
    if (after === undefined || first === undefined) return outcome;
    const because = new SeaworthyError("RELEASE_NOT_LIVE", first.because ?? "", { problems: first.problems ?? [] });
    const reports = first.report === undefined ? {} : { reports: first.report };
    return rolledBack({ state: "failed", release: after, because, seconds: first.seconds, ...reports }, outcome, rollbackTo);
  };

  const converge = async (project: string, options: RunOptions): Promise<RolloutOutcome | undefined> => {
    const open = unfinishedRollout(journal, project);
    if (open !== undefined) return rollOut(project, open.entry.release, options);
    const due = dueRollback(journal, project);
    return due === undefined ? undefined : bringBack(project, due, options);
  };

  const assertDecided = (project: string): void => {
    const open = unfinishedRollout(journal, project);
    if (open === undefined || !isWaiting(open, clock)) return;
    const { release, manifest } = open.entry;
    throw new SeaworthyError(
      "PAUSED",
      `r${release} (${manifest.version}) of ${project} waits for a decision: ${open.paused?.because ?? ""}`,
      {
        hint: "seaworthy promote goes on with it, seaworthy abort takes it back; then deploy again.",
      },
    );
  };

  /** Goes on with a rollout about which somebody decided, unless another process does. */
  const planAdoptionOf = async (manifest: ReleaseManifest, options: AdoptOptions): Promise<Adoption & Partial<AdoptionPlan>> => {
    const { httpPort, settleMs, consent } = options;
    const expected = (service: ReleaseService) =>
      describeContainer(manifest, service, state, { spec: service.spec, aliases: [service.name], labels: {} });
    const seen = await survey({ engine, host, manifest, expected, httpPort });
    const unresolved = unresolvedOf(seen.findings, consent);
    if (unresolved.length > 0) return { findings: seen.findings, unresolved, kept: [] };
    const live = await readLive(engine, proxy, manifest.project, servicesOf(manifest));
    const release = journal.nextRelease(manifest.project);
    const interimPort = await freePort(host, httpPort);
    const describe = describeReplica(manifest, state, live);
    const made = planAdoption({ manifest, live, survey: seen, release, describe, httpPort, interimPort, settleMs });
    return { findings: seen.findings, unresolved, ...made };
  };

  /** What this folder does not govern yet may be looked at all the same. */
  const assertAdoptable = (project: string): void => {
    const live = liveRelease(journal, project);
    if (live !== undefined)
      throw new SeaworthyError(
        "USAGE",
        `r${live.entry.release} of ${project} is live: what docker compose ran was taken over, or replaced, before`,
        {
          hint: "seaworthy deploy goes on from there; seaworthy adopt --finish removes what an adoption kept.",
        },
      );
    const open = unfinishedRollout(journal, project);
    if (open !== undefined && !journal.has(project, open.entry.release, "adopted"))
      throw new SeaworthyError("USAGE", `r${open.entry.release} of ${project} is unfinished, and no adoption`, {
        hint: "seaworthy deploy --resume brings it to its end.",
      });
  };

  const adopt = async (manifest: ReleaseManifest, options: AdoptOptions): Promise<RolloutOutcome> => {
    const { project } = manifest;
    assertAdoptable(project);
    assertDecided(project);
    const begun = await converge(project, options);
    if (begun !== undefined) return begun;
    const { unresolved, plan: made, adopted, kept } = await planAdoptionOf(manifest, options);
    if (made === undefined || adopted === undefined)
      throw new SeaworthyError(
        "GATE_REFUSED",
        `${unresolved.length} findings stand in the way of taking ${project} over; nothing was changed`,
        {
          problems: unresolved.map(wordsOfFinding),
          hint: "Bring the file in line with what runs, or agree with the flags that are named.",
        },
      );
    const digest = manifestDigest(manifest);
    journal.append(project, made.release, { kind: "adopted", containers: adopted, kept });
    journal.append(project, made.release, { kind: "release", manifest, digest, who, why: options.why, evidence: [], plan: made });
    return rollOut(project, made.release, options);
  };

  const keptContainers = async (project: string): Promise<readonly KeptContainer[]> => {
    const kept = journal
      .adoptions()
      .filter((one) => one.project === project && rolloutState(journal, project, one.release)?.finished?.outcome === "live")
      .flatMap((one) => one.kept);
    const there = await Promise.all(kept.map(({ id }) => engine.containers.inspect(id)));
    return kept.filter((_, index) => there[index] !== undefined);
  };

  const removeKept = async (project: string): Promise<readonly KeptContainer[]> => {
    const kept = await keptContainers(project);
    for (const { id, name } of kept)
      if ((await engine.containers.inspect(id))?.state === "running")
        throw new SeaworthyError("STATE_NEEDS_PERSON", `${name} runs again, so nothing was removed`, {
          hint: `Stop it first: docker stop ${name}.`,
        });
    const release = liveRelease(journal, project)?.entry.release;
    if (kept.length === 0 || release === undefined) return kept;
    journal.append(project, release, { kind: "let-go", containers: kept, who });
    for (const { id } of kept) await engine.containers.remove(id);
    return kept;
  };

  const goOn = async (project: string, open: RolloutState, what: string, options: RunOptions, waitMs: number): Promise<Decided> => {
    const { release, manifest } = open.entry;
    try {
      return await leased(project, servicesOf(manifest), `${what} ${project} r${release}`, { ...options, waitMs }, async () => {
        const outcome = outcomeOf(journal, project, release) ?? (await converge(project, options));
        if (outcome === undefined) throw new SeaworthyError("STATE_NEEDS_PERSON", `the journal lost r${release} of ${project}`);
        return outcome;
      });
    } catch (error) {
      if (!hasCode(error, "LOCKED")) throw error;
      return { state: "asked", release, words: wordsOf(error) };
    }
  };

  let opened: ScheduledRuns | undefined;
  /** Opened where it is needed: most projects have no schedule. */
  const scheduled = (): ScheduledRuns =>
    (opened ??= openScheduledRuns({
      journal,
      state,
      who,
      world: (project, signal) => world(project, signal === undefined ? {} : { signal }),
    }));

  const watcherPath = join(state.folder, "leases", "watcher.sqlite");

  /** Whoever rolls out has the lease for long; nobody waits for it here. */
  const alone = async (project: string, service: string, work: () => Promise<void>): Promise<boolean> => {
    using held = tryLock(leasePath(project, service), { who, what: `watch ${project}` });
    if (held === undefined) return false;
    await work();
    return true;
  };

  const governed = async <T>(read: () => Promise<T>): Promise<T> => {
    await assertGoverned(engine, state);
    return await read();
  };

  const resume = async (project: string, options: RunOptions = {}): Promise<RolloutOutcome | undefined> => {
    const open = unfinishedRollout(journal, project) ?? dueRollback(journal, project);
    if (open === undefined) return undefined;
    await assertGoverned(engine, state);
    return leased(project, servicesOf(open.entry.manifest), `resume ${project} r${open.entry.release}`, options, () =>
      converge(project, options),
    );
  };

  return {
    journal,
    plan: (manifest, direction) => governed(async () => (await planned(manifest, direction)).plan),
    diff: (manifest) => {
      const live = liveRelease(journal, manifest.project)?.entry;
      return { diff: releaseDiff(live, manifest), ...(live === undefined ? {} : { live: live.manifest }) };
    },
    seal: (manifest) =>
      governed(() => {
        assertSettled(manifest.project);
        return seal(manifest);
      }),
    deploy: async (manifest, options) => {
      assertVerified(manifest, options.verified);
      await claimEngine(engine, state);
      return leased(
        manifest.project,
        servicesOf(manifest),
        `deploy ${manifest.project} ${manifest.version}`,
        options,
        async () => {
          const { hook: _, ...quiet } = options;
          assertDecided(manifest.project);
          if (options.approved !== undefined) assertSettled(manifest.project);
          await converge(manifest.project, quiet);
          assertDecided(manifest.project);
          const { why, rollbackTo, evidence } = options;
          const { plan: made, live } = await planned(manifest, rollbackTo === undefined ? "update" : "rollback");
          if (options.approved !== undefined)
            assertApproved(options.approved, sealPlan(manifest, live, made, { who, madeAt: clock.now() }));
          journal.append(manifest.project, made.release, {
            kind: "release",
            manifest,
            digest: manifestDigest(manifest),
            who,
            why,
            evidence,
            plan: made,
            ...(rollbackTo === undefined ? {} : { rollbackTo }),
            ...keepOf(manifest.project, options),
          });
          return rollOut(manifest.project, made.release, options);
        },
        true,
      );
    },
    promote: async (project, { why, full = false, ...options }) => {
      await assertGoverned(engine, state);
      const open = promoteIn(journal, project, { who, why }, full);
      return goOn(project, open, "promote", options, Math.max(options.waitMs ?? 0, HANDOVER_MS));
    },
    abort: async (project, { why, ...options }) => {
      await assertGoverned(engine, state);
      const open = abortIn(journal, project, { who, why });
      return goOn(project, open, "abort", options, Math.max(options.waitMs ?? 0, ABORT_MS));
    },
    waiting: (project) => {
      const open = unfinishedRollout(journal, project);
      if (open === undefined || !isWaiting(open, clock)) return undefined;
      return { release: open.entry.release, back: liveRelease(journal, project)?.entry.release };
    },
    resume,
    rollbackTarget: (project, to, keep) => rollbackTarget(journal, project, clock.now(), to, keep),
    behindProxy: (project, names) => servicesBehind({ journal, proxy }, project, names),
    sayByHand: (project, service, request, why) =>
      governed(() => {
        servicesBehind({ journal, proxy }, project, [service]);
        return sayByHand({ journal, proxy, clock, who }, project, service, request, why);
      }),
    status: (project) =>
      governed(() =>
        statusOf({
          engine,
          proxy,
          state,
          journal,
          project,
          holder: (service) => readHolder(leasePath(project, service)),
          watcher: () => readHolder(watcherPath),
          scheduled,
          now: clock.now(),
        }),
      ),
    repair: (project) =>
      governed(async () => {
        assertDecided(project);
        assertFinished(project);
        const { differences, plan: made } = await repair(project);
        return { differences, plan: made };
      }),
    reconcile: async (project, options = {}) => {
      await assertGoverned(engine, state);
      const live = liveRelease(journal, project);
      const services = live?.entry.manifest.services.map(({ name }) => name) ?? [];
      return leased(project, services, `reconcile ${project}`, options, async () => {
        assertDecided(project);
        assertFinished(project);
        return reconcile(project, options);
      });
    },
    recordedKeeps: () => new Map(journal.projects().map((project) => [project, recordedKeep(journal, project)])),
    prune: async (keeps, { dryRun, sizes = new Map(), ...options }) => {
      await assertGoverned(engine, state);
      const work = async (free: readonly string[], busy: readonly Busy[]): Promise<PrunedReleases> => {
        const { progress = silentProgress } = options;
        const now = clock.now();
        const sources = { engine, state, journal, keeps: new Map([...keeps].filter(([project]) => free.includes(project))), now };
        const leftovers = await pruneReleases(sources, sizes, { dryRun, progress });
        return { leftovers, busy, needed: neededImages(journal, keeps, now) };
      };
      if (dryRun) return work([...keeps.keys()], []);
      const hold = (project: string, inner: () => Promise<PrunedReleases>): Promise<PrunedReleases> => {
        const newest = journal.releases(project)[0]?.manifest;
        return leased(project, newest === undefined ? [] : servicesOf(newest), `prune ${project}`, options, inner);
      };
      return withThoseFree([...keeps.keys()], hold, work);
    },
    evidence: (project) =>
      governed(async () => [
        ...(liveRelease(journal, project)?.entry.evidence ?? []),
        ...(await liveEvidence({ engine, project, history: historyOf(journal, project), now: clock.now() })),
        ...httpsEvidence({
          certificates: proxy.certificates.list().filter((one) => one.project === project),
          manifest: liveRelease(journal, project)?.entry.manifest,
          watched: readHolder(watcherPath) !== undefined,
          project,
          now: clock.now(),
        }),
      ]),
    evidenceOf: (project, release) => rolloutState(journal, project, release)?.entry.evidence ?? [],
    restoreFiles: () => restoreFiles(state, journal),
    watch: async ({ signal, say }) => {
      using _held = await lock(watcherPath, { who, what: "watch" }, { clock });
      const ending = new AbortController();
      const due = goOnWhenDue(
        {
          journal,
          clock,
          goOn: (project) => resume(project, { signal }),
          say: (project, words) => say({ at: clock.now(), project, words }),
        },
        AbortSignal.any([signal, ending.signal]),
      );
      const renewing = renewCertificates(
        {
          proxy,
          clock,
          say: (project, words) => say({ at: clock.now(), words, ...(project === undefined ? {} : { project }) }),
        },
        AbortSignal.any([signal, ending.signal]),
      );
      const watching = watch(
        {
          engine,
          proxy,
          state,
          journal,
          clock,
          world: (project) => world(project, { signal }),
          governed: async () => void (await assertGoverned(engine, state)),
          alone,
          say,
        },
        signal,
      );
      const keeping = keepSchedules(
        {
          journal,
          clock,
          scheduled: scheduled(),
          governed: async () => void (await assertGoverned(engine, state)),
          say: (words, about) => say({ at: clock.now(), words, ...about }),
        },
        AbortSignal.any([signal, ending.signal]),
      );
      await watching.finally(() => ending.abort());
      await Promise.all([due, renewing, keeping]);
    },
    adopting: (project) => {
      assertAdoptable(project);
      const open = unfinishedRollout(journal, project);
      return open !== undefined && journal.has(project, open.entry.release, "adopted");
    },
    composed: (project) => readCompose(engine, project),
    adoption: (manifest, options) =>
      governed(() => {
        assertAdoptable(manifest.project);
        assertSettled(manifest.project);
        return planAdoptionOf(manifest, options);
      }),
    adopt: async (manifest, options) => {
      await claimEngine(engine, state);
      return leased(manifest.project, servicesOf(manifest), `adopt ${manifest.project}`, options, () => adopt(manifest, options));
    },
    keptContainers: (project) => governed(() => keptContainers(project)),
    removeKept: (project) => governed(() => removeKept(project)),
    engine,
    watcher: () => readHolder(watcherPath),
    runScheduled: async (project, service, { signal }) => {
      await assertGoverned(engine, state);
      return await scheduled().run(project, service, { signal });
    },
    runsOf: (project, service, count) => scheduled().runs.of(project, service, count),
    history: (project) => historyOf(journal, project),
    projects: () => journal.projects(),
    [Symbol.dispose]: () => {
      opened?.[Symbol.dispose]();
      journal[Symbol.dispose]();
    },
  };
};
