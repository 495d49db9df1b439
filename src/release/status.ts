import type { LockHolder, StateFolder } from "../core/index.ts";
import type { Engine } from "../engine/index.ts";
import { type ByHand, type CertificateStatus, endingIn, type Proxy, type ServerStatus, type Word } from "../proxy/index.ts";
import { type Decision, decisionsOf } from "./decisions.ts";
import type { Journal } from "./journal.ts";
import { type Difference, differencesOf, wordsOfDifference } from "./drift/differences.ts";
import { observe, type Seen } from "./drift/observe.ts";
import type { LiveContainer } from "./live.ts";
import { backendName } from "./manifest.ts";
import type { ScheduledRuns } from "./schedule/scheduled-runs.ts";
import { type ScheduleStatus, schedulesOf } from "./schedule/status.ts";
import { dueRollback, liveRelease, unfinishedRollout } from "./rollout-state.ts";

export interface ContainerStatus extends LiveContainer {
  readonly health?: string;
  readonly restartCount: number;
  /** Of one that has ended. */
  readonly exitCode?: number;
  /** As the proxy sees it, for containers behind it. */
  readonly server?: Pick<ServerStatus, "status" | "weight" | "checkStatus" | "current">;
}

export interface ServiceStatus {
  readonly service: string;
  readonly replicas: number;
  readonly containers: readonly ContainerStatus[];
  /** Closed for maintenance: since when, by whom and why. */
  readonly closed?: Word;
  /** Its requests wait in the proxy, at most until `untilAt`, in milliseconds since the epoch. */
  readonly paused?: Word & { readonly untilAt: number };
}

/** What runs beside what should. */
export interface ProjectStatus {
  readonly project: string;
  readonly live?: { readonly release: number; readonly version: string; readonly at: number };
  /** A rollout that nobody finished; `turningBack` when it was being taken back. */
  readonly unfinished?: {
    readonly release: number;
    readonly version: string;
    readonly lastStep?: string;
    readonly turningBack: boolean;
    readonly steps: number;
    readonly done: number;
    /** It waits for somebody's word, or until a time (milliseconds since the epoch); nobody need be at work. */
    readonly paused?: { readonly step: string; readonly because: string; readonly since: number; readonly untilAt?: number };
    /** Service to the percent of its requests that the new release gets, while old and new are told apart. */
    readonly weights?: Readonly<Record<string, number>>;
    /** What was said about it so far. */
    readonly decisions?: readonly Decision[];
  };
  /** Service to who works on it now. */
  readonly holders: Readonly<Record<string, LockHolder>>;
  /** Who follows the engine's events between rollouts; absent when nobody does. */
  readonly watcher?: LockHolder;
  readonly services: readonly ServiceStatus[];
  /** Services that run by a schedule; absent when there are none. */
  readonly schedules?: readonly ScheduleStatus[];
  /** Each difference between what runs and the live release, and what of the state cannot be trusted, in a sentence. */
  readonly drift: readonly string[];
  /** What a person should know and nothing is wrong with yet: a certificate that ends soon, no IPv6. Absent: nothing. */
  readonly notices?: readonly string[];
  /** The project's certificates in the proxy; absent when it has none. */
  readonly certificates?: readonly CertificateStatus[];
}

interface Sources {
  readonly engine: Engine;
  readonly proxy: Proxy;
  readonly state: StateFolder;
  readonly journal: Journal;
  readonly project: string;
  readonly holder: (service: string) => LockHolder | undefined;
  readonly watcher?: () => LockHolder | undefined;
  readonly scheduled: () => ScheduledRuns;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** What of the state itself is in doubt, whoever's services it is about. */
const doubts = ({ journal, proxy }: Pick<Sources, "journal" | "proxy">): readonly string[] => {
  const broken = journal.firstBroken();
  return [
    ...(broken === undefined ? [] : [`the journal was changed by another hand: entry ${broken} is not what was written there`]),
    ...proxy.broken(),
  ];
};

/** What waits beside what serves until somebody decides is meant to be there, and who gets traffic meanwhile is its business. */
const undecided = (seen: Seen, release: number): readonly Difference[] => {
  const services = seen.services.map((one) => ({
    ...one,
    containers: one.containers.filter((container) => container.release !== release),
  }));
  return differencesOf({ ...seen, services }).filter(
    ({ service, remedy }) => service === undefined || !/^(?:proxy|server|unlist)$/.test(remedy.by),
  );
};

const saidOf = ({ closed, paused }: ByHand, now: number): Pick<ServiceStatus, "closed" | "paused"> => {
  const untilAt = (paused?.untilSeconds ?? 0) * 1000;
  return {
    ...(closed === undefined ? {} : { closed }),
    ...(paused === undefined || untilAt <= now ? {} : { paused: { at: paused.at, who: paused.who, why: paused.why, untilAt } }),
  };
};

export const statusOf = async ({
  engine,
  proxy,
  state,
  journal,
  project,
  holder,
  watcher,
  scheduled,
  now,
}: Sources): Promise<ProjectStatus> => {
  const live = liveRelease(journal, project);
  const open = unfinishedRollout(journal, project);
  const manifest = live?.entry.manifest;
  const expected = [manifest, open?.entry.manifest].flatMap((one) => one?.services ?? []).map(({ name }) => name);
  const seen = await observe({ engine, proxy, state, project, manifest, services: expected });
  const names = seen.services.map(({ name }) => name);
  const services = seen.services.map(({ name, wanted, containers, declared }): ServiceStatus => ({
    service: name,
    ...saidOf(declared?.byHand ?? {}, Date.now()),
    replicas: wanted?.replicas ?? 0,
    containers: containers.map(({ addresses: _, upSeconds: __, server, ...container }) => ({
      ...container,
      ...(server === undefined
        ? {}
        : { server: { status: server.status, weight: server.weight, checkStatus: server.checkStatus, current: server.current } }),
    })),
  }));
  const deciding = open?.paused === undefined ? undefined : open.entry.release;
  const drift = (deciding === undefined ? differencesOf(seen) : undecided(seen, deciding)).map(wordsOfDifference);
  const step = open?.begun.at(-1);
  const weights = open?.entry.manifest.services.flatMap(({ name }) => {
    const steering = proxy.declared(backendName(project, name))?.steering;
    return steering === undefined ? [] : [[name, steering.share / 100] as const];
  });
  const decisions = open === undefined ? [] : decisionsOf(journal, project, open.entry.release);
  const paused = open?.paused;
  const due = dueRollback(journal, project);
  const owed =
    due === undefined ? [] : [`r${due.entry.release} failed, and r${due.to} has still to be brought back: seaworthy deploy --resume`];
  const watching = watcher?.();
  const certificates = proxy.certificates.list().filter((one) => one.project === project);
  const [ended, ending] = [true, false].map((over) =>
    certificates.filter(({ notAfterMs }) => notAfterMs <= now === over).flatMap((one) => endingIn(one, now) ?? []),
  );
  const routed = manifest?.services.some(({ route }) => route !== undefined) === true;
  const notices = [...(ending ?? []), ...(routed ? proxy.notices() : [])];
  const schedules = manifest === undefined ? [] : schedulesOf(manifest, scheduled, now);
  return {
    project,
    services: services.filter(({ service, containers }) => containers.length > 0 || !schedules.some((one) => one.service === service)),
    ...(schedules.length === 0 ? {} : { schedules }),
    ...(watching === undefined ? {} : { watcher: watching }),
    drift: [...owed, ...doubts({ journal, proxy }), ...(ended ?? []), ...drift],
    ...(notices.length === 0 ? {} : { notices }),
    ...(certificates.length === 0 ? {} : { certificates }),
    holders: Object.fromEntries(
      names.flatMap((name) => {
        const one = holder(name);
        return one === undefined ? [] : [[name, one]];
      }),
    ),
    ...(live === undefined
      ? {}
      : { live: { release: live.entry.release, version: live.entry.manifest.version, at: live.finished?.at ?? live.entry.at } }),
    ...(open === undefined
      ? {}
      : {
          unfinished: {
            release: open.entry.release,
            version: open.entry.manifest.version,
            turningBack: open.reverting !== undefined,
            steps: open.entry.plan.steps.length,
            done: open.entry.plan.steps.filter(({ id }) => open.done.has(id)).length,
            ...(step === undefined ? {} : { lastStep: step }),
            ...(paused === undefined
              ? {}
              : {
                  paused: {
                    step: paused.step,
                    because: paused.because,
                    since: paused.at,
                    ...(paused.untilAt === undefined ? {} : { untilAt: paused.untilAt }),
                  },
                }),
            ...(weights === undefined || weights.length === 0 ? {} : { weights: Object.fromEntries(weights) }),
            ...(decisions.length === 0 ? {} : { decisions }),
          },
        }),
  };
};
