import type { LockHolder } from "../core/index.ts";
import type { Engine } from "../engine/index.ts";
import type { Proxy, ServerStatus } from "../proxy/index.ts";
import { type Decision, decisionsOf } from "./decisions.ts";
import type { Journal } from "./journal.ts";
import { LABELS, liveContainer, type LiveContainer } from "./live.ts";
import { backendName, completes, containerSha, type ReleaseService } from "./manifest.ts";
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
  readonly services: readonly ServiceStatus[];
  /** Each difference between what runs and the live release, and what of the state cannot be trusted, in a sentence. */
  readonly drift: readonly string[];
}

interface Sources {
  readonly engine: Engine;
  readonly proxy: Proxy;
  readonly journal: Journal;
  readonly project: string;
  readonly holder: (service: string) => LockHolder | undefined;
}

/** A job did what it was there for; whether it did is its exit status. */
const jobDrift = (service: ReleaseService, containers: readonly ContainerStatus[]): readonly string[] =>
  containers.length === service.replicas
    ? containers
        .filter(({ state, exitCode }) => state !== "exited" || exitCode !== 0)
        .map(
          ({ name, state, exitCode }) => `${service.name}: ${name} is ${state}${exitCode === undefined ? "" : ` with status ${exitCode}`}`,
        )
    : [`${service.name}: ${containers.length} of ${service.replicas} containers are there`];

/** `deciding`: a rollout waits for a word, and who gets traffic meanwhile is its business. */
const driftOf = (
  service: ReleaseService,
  { job, routed, deciding }: { readonly job: boolean; readonly routed: boolean; readonly deciding: boolean },
  containers: readonly ContainerStatus[],
): readonly string[] => {
  const running = containers.filter(({ state }) => state === "running");
  const sha = containerSha(service);
  const others = containers.filter((one) => one.sha !== sha).map(({ name }) => `${service.name}: ${name} is not of the live release`);
  if (job) return [...jobDrift(service, containers), ...others];
  return [
    ...(running.length === service.replicas ? [] : [`${service.name}: ${running.length} of ${service.replicas} containers run`]),
    ...others,
    ...containers.filter(({ state }) => state !== "running").map(({ name, state }) => `${service.name}: ${name} is ${state}`),
    ...running.filter(({ health }) => health === "unhealthy").map(({ name }) => `${service.name}: ${name} is unhealthy`),
    ...(routed
      ? running.flatMap(({ name, server }) =>
          server === undefined
            ? [`${service.name}: the proxy does not know ${name}`]
            : server.weight === 0
              ? deciding
                ? []
                : [`${service.name}: the proxy sends nothing to ${name}`]
              : server.status.startsWith("UP")
                ? []
                : [`${service.name}: the proxy sees ${name} as ${server.status} (${server.checkStatus})`],
        )
      : []),
  ];
};

/** What of the state itself is in doubt, whoever's services it is about. */
const doubts = ({ journal, proxy }: Pick<Sources, "journal" | "proxy">): readonly string[] => {
  const broken = journal.firstBroken();
  return [
    ...(broken === undefined ? [] : [`the journal was changed by another hand: entry ${broken} is not what was written there`]),
    ...proxy.broken(),
  ];
};

export const statusOf = async ({ engine, proxy, journal, project, holder }: Sources): Promise<ProjectStatus> => {
  const live = liveRelease(journal, project);
  const open = unfinishedRollout(journal, project);
  const summaries = await engine.containers.list({ [LABELS.project]: project });
  const manifest = live?.entry.manifest;
  const names = [
    ...new Set([
      ...[manifest, open?.entry.manifest].flatMap((one) => one?.services ?? []).map(({ name }) => name),
      ...summaries.map((one) => liveContainer(one).service),
    ]),
  ].toSorted();
  const services = await Promise.all(
    names.map(async (service): Promise<ServiceStatus & { readonly known: boolean }> => {
      const servers = await proxy.servers(backendName(project, service)).catch(() => undefined);
      const containers = await Promise.all(
        summaries
          .map(liveContainer)
          .filter((container) => container.service === service)
          .map(async (container): Promise<ContainerStatus> => {
            const state = await engine.containers.inspect(container.name);
            const server = servers?.find((one) => one.name === `r${container.release}-${container.replica}`);
            return {
              ...container,
              restartCount: state?.restartCount ?? 0,
              ...(state?.health === undefined ? {} : { health: state.health.status }),
              ...(state?.exitCode === undefined ? {} : { exitCode: state.exitCode }),
              ...(server === undefined
                ? {}
                : { server: { status: server.status, weight: server.weight, checkStatus: server.checkStatus, current: server.current } }),
            };
          }),
      );
      return {
        service,
        replicas: manifest?.services.find(({ name }) => name === service)?.replicas ?? 0,
        containers,
        known: servers !== undefined,
      };
    }),
  );
  // What waits beside what serves, until somebody decides, is meant to be there.
  const deciding = open?.paused !== undefined;
  const aside = (container: ContainerStatus): boolean => deciding && container.release === open.entry.release;
  const drift = services.flatMap(({ service, containers: all, known }) => {
    const containers = all.filter((one) => !aside(one));
    const wanted = manifest?.services.find(({ name }) => name === service);
    if (wanted === undefined) return containers.map(({ name }) => `${service}: ${name} belongs to no service of the live release`);
    const routed = wanted.route !== undefined;
    const job = manifest !== undefined && completes(manifest, service);
    return [
      ...(routed && !known ? [`${service}: the proxy does not answer, or does not know the service`] : []),
      ...driftOf(wanted, { job, routed: routed && known, deciding }, containers),
    ];
  });
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
  return {
    project,
    services: services.map(({ known: _, ...service }) => service),
    drift: [...owed, ...doubts({ journal, proxy }), ...drift],
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
