import type { ContainerConfig } from "../../engine/index.ts";
import type { Addressing } from "../addressing.ts";
import type { Live, LiveContainer } from "../live.ts";
import { completes, containerSha, type ReleaseManifest, type ReleaseService } from "../manifest.ts";
import type { JobSettings, UpdatePolicy } from "../../project/index.ts";
import type { Connection, ServicePlan } from "../plan.ts";
import { inDependencyOrder } from "./dependencies.ts";
import { isStaged } from "./staged.ts";
import { type AskedOrder, type Order, orderOf } from "./overlap.ts";
import { rollbackPolicy } from "./policy.ts";

/** Turns one replica into the engine's create call. Filled by the composition with what knows paths and labels. */
export type Describe = (replica: Replica) => { readonly config: ContainerConfig; readonly connect: readonly Connection[] };

export interface Replica {
  readonly service: ReleaseService;
  readonly release: number;
  /** From 1. */
  readonly number: number;
  readonly name: string;
  readonly sha: string;
  /** Where the proxy reaches it, when it is routed: see Place. */
  readonly address?: string;
  readonly network?: string;
  /** Not one that serves: it runs this command. */
  readonly job?: JobSettings;
}

/** A service whose containers this release replaces, with what replaces what. */
export interface Change {
  readonly service: ReleaseService;
  readonly order: Order;
  readonly old: readonly LiveContainer[];
  readonly replicas: readonly Replica[];
  /** Replicas are replaced a few at a time, as this says. Absent: all together. */
  readonly policy?: UpdatePolicy;
  /** Those that run exactly this already and stay. Only where a few at a time are replaced; Swarm leaves them alone as well. */
  readonly kept: readonly LiveContainer[];
}

/** Whether a release goes on to something new, or back to what was live before. */
export type Direction = "update" | "rollback";

export const containerName = (project: string, service: string, release: number, number: number): string =>
  `${project}-${service}-r${release}-${number}`;

const isCurrent = (service: ReleaseService, old: readonly LiveContainer[]): boolean =>
  old.length === service.replicas && old.every((container) => container.sha === containerSha(service) && container.state === "running");

/** A strategy of its own says how a service is updated; the way back it has in common with the others. */
const policyOf = (service: ReleaseService, direction: Direction): UpdatePolicy | undefined => {
  if (direction === "rollback") return rollbackPolicy(service);
  return service.strategy === undefined ? service.update : undefined;
};

const askedOrder = (service: ReleaseService, direction: Direction, policy: UpdatePolicy | undefined): AskedOrder => {
  const way = direction === "update" ? service.updateOrder : (policy?.order ?? service.updateOrder);
  const field = direction === "update" || policy?.order === undefined ? "deploy.update_config.order" : "deploy.rollback_config.order";
  return { field, ...(way === undefined ? {} : { way }) };
};

/** Those that fail leave before those that serve. */
const leaving = (containers: readonly LiveContainer[]): readonly LiveContainer[] =>
  containers.toSorted(
    (a, b) => Number(a.state === "running") - Number(b.state === "running") || b.release - a.release || a.replica - b.replica,
  );

/** The services that get new containers, each after what it depends on. Those whose containers run exactly what the manifest says are left out. */
export const changesOf = (
  manifest: ReleaseManifest,
  live: Live,
  release: number,
  addresses: Addressing,
  direction: Direction = "update",
): readonly Change[] =>
  inDependencyOrder(manifest.services).flatMap((service): readonly Change[] => {
    const old = live.containers.filter((container) => container.service === service.name);
    if (isCurrent(service, old)) return [];
    // What runs for the first time is no update, and what ends cannot be watched.
    const policy = old.length === 0 || completes(manifest, service.name) ? undefined : policyOf(service, direction);
    const sha = containerSha(service);
    const kept = policy === undefined ? [] : old.filter((one) => one.sha === sha && one.state === "running").slice(0, service.replicas);
    const count = service.replicas - kept.length;
    const places = addresses.places(service, count);
    const replicas = Array.from({ length: count }, (_, index): Replica => {
      const number = index + 1;
      return { service, release, number, name: containerName(manifest.project, service.name, release, number), sha, ...places[index] };
    });
    const order = orderOf(service, askedOrder(service, direction, policy));
    if (policy === undefined) return [{ service, order, old, replicas, kept }];
    return [{ service, order, old: leaving(old.filter((one) => !kept.includes(one))), replicas, kept, policy }];
  });

/** How many replicas are replaced at a time. */
export const batchSize = ({ parallelism }: UpdatePolicy, replicas: number): number =>
  Math.max(1, parallelism === 0 ? replicas : Math.min(parallelism, replicas));

const together = ({ policy, replicas, old, kept }: Change): number =>
  policy === undefined
    ? replicas.length + old.length
    : Math.max(replicas.length, old.length) + kept.length + batchSize(policy, replicas.length);

const pace = ({ policy, replicas }: Change): string => {
  if (policy === undefined || replicas.length === 0) return "what is too many leaves";
  const size = batchSize(policy, replicas.length);
  return `${size === replicas.length ? `all ${size} at once` : `${size} of ${replicas.length} at a time`}, each watched for ${policy.monitorMs / 1000} s`;
};

const wayOf = (change: Change, direction: Direction): Pick<ServicePlan, "way" | "why"> => {
  const { order, policy } = change;
  if (isStaged(change, direction)) return { way: change.service.strategy.name, why: `x-seaworthy.release.strategy says so; ${order.why}` };
  return { way: order.way, why: policy === undefined ? order.why : `${order.why}; ${pace(change)}` };
};

export const summaryOf = (
  manifest: ReleaseManifest,
  live: Live,
  changes: readonly Change[],
  direction: Direction = "update",
): readonly ServicePlan[] => {
  const changed = new Map(changes.map((change) => [change.service.name, change]));
  const kept = manifest.services.map(({ name, spec, schedule }): ServicePlan => {
    const change = changed.get(name);
    if (schedule !== undefined)
      return {
        service: name,
        way: "scheduled",
        why: `the agent runs it at ${schedule.cron} (${schedule.timezone}); a run under way ends on its own release`,
      };
    if (change === undefined) return { service: name, way: "unchanged", why: "its containers already run exactly this" };
    if (change.old.length === 0) return { service: name, way: "first", why: "it does not run yet" };
    const overlap =
      change.order.way === "start-first" && spec.resources.memoryBytes !== undefined
        ? spec.resources.memoryBytes * together(change)
        : undefined;
    return { service: name, ...wayOf(change, direction), ...(overlap === undefined ? {} : { overlapBytes: overlap }) };
  });
  const names = new Set(manifest.services.map(({ name }) => name));
  const gone = new Set(live.containers.map(({ service }) => service).filter((service) => !names.has(service)));
  return [...kept, ...[...gone].map((service): ServicePlan => ({ service, way: "removed", why: "the release no longer names it" }))];
};
