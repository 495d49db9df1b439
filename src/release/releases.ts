import { join } from "node:path";
import type { Evidence } from "../checklist/index.ts";
import { lock, type LockHolder, readHolder, SeaworthyError, silentProgress, type VerifiedDigest } from "../core/index.ts";
import type { Engine } from "../engine/index.ts";
import type { Keep } from "../project/index.ts";
import { openActor } from "./actor.ts";
import type { KeptContainer } from "./adopt/adopted.ts";
import { adoptionsOf } from "./adopt/adoptions.ts";
import { type ComposeContainer, readCompose } from "./adopt/survey.ts";
import { type Request, type SaidByHand, sayByHand, servicesBehind } from "./by-hand.ts";
import { assertGoverned, claimEngine } from "./claim.ts";
import { abortIn, type Decided, promoteIn } from "./decide.ts";
import { type ReleaseDiff, releaseDiff } from "./diff.ts";
import { reconcilerOf } from "./drift/reconcile.ts";
import { liveEvidence } from "./evidence.ts";
import { historyOf, type ReleaseLine } from "./history.ts";
import { httpsEvidence } from "./https-evidence.ts";
import type { RolloutOutcome } from "./interpreter.ts";
import type { Journal } from "./journal.ts";
import type { ReleaseManifest } from "./manifest.ts";
import type {
  Adoption,
  AdoptOptions,
  DecideOptions,
  DeployOptions,
  PrunedReleases,
  PruneOptions,
  ReleasesOptions,
  Repair,
  RunOptions,
} from "./options.ts";
import type { Plan } from "./plan.ts";
import { assertApproved, type PlanFile, sealPlan } from "./plan-file.ts";
import { pruneReleases } from "./prune/prune.ts";
import { type Busy, withThoseFree } from "./prune/turns.ts";
import { type Restored, restoreFiles } from "./restore.ts";
import { neededImages, recordedKeep } from "./retention.ts";
import { rollbackTarget, type RollbackTarget } from "./rollback-target.ts";
import { isWaiting, liveRelease, rolloutState, unfinishedRollout } from "./rollout-state.ts";
import { rolloutsOf } from "./rollouts.ts";
import type { Run } from "./schedule/runs.ts";
import { openScheduledRuns, type ScheduledRuns } from "./schedule/scheduled-runs.ts";
import { type ProjectStatus, statusOf } from "./status.ts";
import { reside } from "./watch/resident.ts";
import type { Notice } from "./watch/watch.ts";

/** Everything that changes or reads what runs on one host. */
export interface Releases {
  /** What a deploy would do now. Changes nothing. */
  plan(manifest: ReleaseManifest, direction?: "update" | "rollback"): Promise<Plan>;
  /** The same, with what it was made from, to be approved and applied later. @throws PLAN_OUT_OF_DATE while a rollout is unfinished */
  seal(manifest: ReleaseManifest): Promise<PlanFile>;
  /** What the manifest would change of the live release, whose manifest comes with it. */
  diff(manifest: ReleaseManifest): { readonly diff: ReleaseDiff; readonly live?: ReleaseManifest };
  /** The live release; undefined when nothing is live. */
  live(project: string): { readonly release: number; readonly manifest: ReleaseManifest } | undefined;
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

export const openReleases = (options: ReleasesOptions): Releases & Disposable => {
  const actor = openActor(options);
  const { journal, engine, proxy, state, who, clock, world, leasePath, leased, servicesOf, begin, planned } = actor;
  const rollouts = rolloutsOf(actor);
  const { rollOut, converge, resume, goOn, assertSettled, assertFinished, assertDecided } = rollouts;
  const reconciler = reconcilerOf(actor, rollouts);
  const adoptions = adoptionsOf(actor, rollouts);
  const watcherPath = join(state.folder, "leases", "watcher.sqlite");

  const seal = async (manifest: ReleaseManifest): Promise<PlanFile> => {
    const { plan, live } = await planned(manifest);
    return sealPlan(manifest, live, plan, { who, madeAt: clock.now() });
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

  const governed = async <T>(read: () => Promise<T>): Promise<T> => {
    await assertGoverned(engine, state);
    return await read();
  };

  return {
    journal,
    plan: (manifest, direction) => governed(async () => (await planned(manifest, direction)).plan),
    diff: (manifest) => {
      const live = liveRelease(journal, manifest.project)?.entry;
      return { diff: releaseDiff(live, manifest), ...(live === undefined ? {} : { live: live.manifest }) };
    },
    live: (project) => {
      const live = liveRelease(journal, project)?.entry;
      return live === undefined ? undefined : { release: live.release, manifest: live.manifest };
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
          begin({ manifest, why, evidence, plan: made, ...(rollbackTo === undefined ? {} : { rollbackTo }) }, options);
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
        const { differences, plan: made } = await reconciler.repair(project);
        return { differences, plan: made };
      }),
    reconcile: async (project, options = {}) => {
      await assertGoverned(engine, state);
      const live = liveRelease(journal, project);
      const services = live?.entry.manifest.services.map(({ name }) => name) ?? [];
      return leased(project, services, `reconcile ${project}`, options, async () => {
        assertDecided(project);
        assertFinished(project);
        return reconciler.reconcile(project, options);
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
      await reside(actor, rollouts, scheduled(), { signal, say });
    },
    adopting: (project) => {
      adoptions.assertAdoptable(project);
      const open = unfinishedRollout(journal, project);
      return open !== undefined && journal.has(project, open.entry.release, "adopted");
    },
    composed: (project) => readCompose(engine, project),
    adoption: (manifest, options) =>
      governed(() => {
        adoptions.assertAdoptable(manifest.project);
        assertSettled(manifest.project);
        return adoptions.plan(manifest, options);
      }),
    adopt: async (manifest, options) => {
      await claimEngine(engine, state);
      return leased(manifest.project, servicesOf(manifest), `adopt ${manifest.project}`, options, () => adoptions.adopt(manifest, options));
    },
    keptContainers: (project) => governed(() => adoptions.kept(project)),
    removeKept: (project) => governed(() => adoptions.removeKept(project)),
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
