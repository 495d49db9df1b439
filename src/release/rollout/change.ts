import type { ContainerConfig } from "../../engine/index.ts";
import { choosePool, freeAddresses } from "../address.ts";
import type { Live, LiveContainer } from "../live.ts";
import { containerSha, type ReleaseManifest, type ReleaseService } from "../manifest.ts";
import type { Connection, ServicePlan } from "../plan.ts";
import { inDependencyOrder } from "./dependencies.ts";
import { type Order, orderOf } from "./overlap.ts";

/** Turns one replica into the engine's create call. Filled by the composition with what knows paths and labels. */
export type Describe = (replica: Replica) => { readonly config: ContainerConfig; readonly connect: readonly Connection[] };

export interface Replica {
  readonly service: ReleaseService;
  readonly release: number;
  /** From 1. */
  readonly number: number;
  readonly name: string;
  readonly sha: string;
  readonly address?: string;
}

/** A service whose containers this release replaces, with what replaces what. */
export interface Change {
  readonly service: ReleaseService;
  readonly order: Order;
  readonly old: readonly LiveContainer[];
  readonly replicas: readonly Replica[];
}

const containerName = (project: string, service: string, release: number, number: number): string =>
  `${project}-${service}-r${release}-${number}`;

const isCurrent = (service: ReleaseService, old: readonly LiveContainer[]): boolean =>
  old.length === service.replicas && old.every((container) => container.sha === containerSha(service) && container.state === "running");

/** The services that get new containers, each after what it depends on. Those whose containers run exactly what the manifest says are left out. */
export const changesOf = (manifest: ReleaseManifest, live: Live, release: number): readonly Change[] => {
  const subnet = live.ingress?.subnet ?? choosePool(live.takenSubnets).subnet;
  const used = new Set(live.ingress?.used);
  return inDependencyOrder(manifest.services).flatMap((service) => {
    const old = live.containers.filter((container) => container.service === service.name);
    if (isCurrent(service, old)) return [];
    const addresses = service.route === undefined ? [] : freeAddresses(subnet, used, service.replicas);
    for (const address of addresses) used.add(address);
    const replicas = Array.from({ length: service.replicas }, (_, index): Replica => {
      const number = index + 1;
      const address = addresses[index];
      return {
        service,
        release,
        number,
        name: containerName(manifest.project, service.name, release, number),
        sha: containerSha(service),
        ...(address === undefined ? {} : { address }),
      };
    });
    return [{ service, order: orderOf(service), old, replicas }];
  });
};

export const summaryOf = (manifest: ReleaseManifest, live: Live, changes: readonly Change[]): readonly ServicePlan[] => {
  const changed = new Map(changes.map((change) => [change.service.name, change]));
  const kept = manifest.services.map(({ name, spec }): ServicePlan => {
    const change = changed.get(name);
    if (change === undefined) return { service: name, way: "unchanged", why: "its containers already run exactly this" };
    if (change.old.length === 0) return { service: name, way: "first", why: "it does not run yet" };
    const overlap =
      change.order.way === "start-first" && spec.resources.memoryBytes !== undefined
        ? spec.resources.memoryBytes * (change.replicas.length + change.old.length)
        : undefined;
    return { service: name, way: change.order.way, why: change.order.why, ...(overlap === undefined ? {} : { overlapBytes: overlap }) };
  });
  const names = new Set(manifest.services.map(({ name }) => name));
  const gone = new Set(live.containers.map(({ service }) => service).filter((service) => !names.has(service)));
  return [...kept, ...[...gone].map((service): ServicePlan => ({ service, way: "removed", why: "the release no longer names it" }))];
};
