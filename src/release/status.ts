import type { LockHolder } from "../core/index.ts";
import type { Engine } from "../engine/index.ts";
import type { Proxy, ServerStatus } from "../proxy/index.ts";
import type { Journal } from "./journal.ts";
import { LABELS, liveContainer, type LiveContainer } from "./live.ts";
import { backendName, containerSha, type ReleaseService } from "./manifest.ts";
import { liveRelease, unfinishedRollout } from "./rollout-state.ts";

export interface ContainerStatus extends LiveContainer {
  readonly health?: string;
  readonly restartCount: number;
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
  };
  /** Service to who works on it now. */
  readonly holders: Readonly<Record<string, LockHolder>>;
  readonly services: readonly ServiceStatus[];
  /** Each difference between what runs and the live release, in a sentence. */
  readonly drift: readonly string[];
}

interface Sources {
  readonly engine: Engine;
  readonly proxy: Proxy;
  readonly journal: Journal;
  readonly project: string;
  readonly holder: (service: string) => LockHolder | undefined;
}

const driftOf = (service: ReleaseService, routed: boolean, containers: readonly ContainerStatus[]): readonly string[] => {
  const running = containers.filter(({ state }) => state === "running");
  const sha = containerSha(service);
  return [
    ...(running.length === service.replicas ? [] : [`${service.name}: ${running.length} of ${service.replicas} containers run`]),
    ...containers.filter((one) => one.sha !== sha).map(({ name }) => `${service.name}: ${name} is not of the live release`),
    ...containers.filter(({ state }) => state !== "running").map(({ name, state }) => `${service.name}: ${name} is ${state}`),
    ...running.filter(({ health }) => health === "unhealthy").map(({ name }) => `${service.name}: ${name} is unhealthy`),
    ...(routed
      ? running.flatMap(({ name, server }) =>
          server === undefined
            ? [`${service.name}: the proxy does not know ${name}`]
            : server.weight === 0
              ? [`${service.name}: the proxy sends nothing to ${name}`]
              : server.status.startsWith("UP")
                ? []
                : [`${service.name}: the proxy sees ${name} as ${server.status} (${server.checkStatus})`],
        )
      : []),
  ];
};

export const statusOf = async ({ engine, proxy, journal, project, holder }: Sources): Promise<ProjectStatus> => {
  const live = liveRelease(journal, project);
  const open = unfinishedRollout(journal, project);
  const summaries = await engine.containers.list({ [LABELS.project]: project });
  const manifest = live?.entry.manifest;
  const names = [
    ...new Set([...(manifest?.services ?? []).map(({ name }) => name), ...summaries.map((one) => liveContainer(one).service)]),
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
  const drift = services.flatMap(({ service, containers, known }) => {
    const wanted = manifest?.services.find(({ name }) => name === service);
    if (wanted === undefined) return containers.map(({ name }) => `${service}: ${name} belongs to no service of the live release`);
    const routed = wanted.route !== undefined;
    return [
      ...(routed && !known ? [`${service}: the proxy does not answer, or does not know the service`] : []),
      ...driftOf(wanted, routed && known, containers),
    ];
  });
  const step = open?.begun.at(-1);
  return {
    project,
    services: services.map(({ known: _, ...service }) => service),
    drift,
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
            done: open.done.size,
            ...(step === undefined ? {} : { lastStep: step }),
          },
        }),
  };
};
