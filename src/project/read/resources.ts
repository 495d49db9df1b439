import { child, type ComposeNode } from "../../source/index.ts";
import type { ContainerSpec, Resources } from "../container-spec.ts";
import { type Reading, report } from "./reading.ts";
import type { ServiceFields } from "./service-fields.ts";

/** The value of a limit that Compose lets one write in two places. They must agree (05-services: "must be consistent"). */
const agreed = (
  [plainField, plain]: readonly [string, number | undefined],
  [deployField, deployed]: readonly [string, number | undefined],
  service: ComposeNode,
  path: string,
  reading: Reading,
): number | undefined => {
  if (plain !== undefined && deployed !== undefined && plain !== deployed)
    report(
      reading,
      child(service, plainField) ?? service,
      `${path}.${plainField} and ${path}.deploy.${deployField} are both set and differ; write one of them`,
    );
  return plain ?? deployed;
};

export const replicasOf = (fields: ServiceFields, service: ComposeNode, path: string, reading: Reading): number =>
  agreed(["scale", fields.scale], ["replicas", fields.deploy?.replicas], service, path, reading) ?? 1;

export const resourcesOf = (fields: ServiceFields, service: ComposeNode, path: string, reading: Reading): Resources => {
  const { limits, reservations } = fields.deploy?.resources ?? {};
  const both = (plain: readonly [string, number | undefined], deployed: readonly [string, number | undefined]): number | undefined =>
    agreed(plain, deployed, service, path, reading);
  const memory = both(["mem_limit", fields.mem_limit], ["resources.limits.memory", limits?.memory]);
  const reserved = both(["mem_reservation", fields.mem_reservation], ["resources.reservations.memory", reservations?.memory]);
  const cpus = both(["cpus", fields.cpus], ["resources.limits.cpus", limits?.cpus]);
  const pids = both(["pids_limit", fields.pids_limit], ["resources.limits.pids", limits?.pids]);
  const swap = fields.memswap_limit;
  const at = (field: string): ComposeNode => child(service, field) ?? service;
  if (swap !== undefined && swap > 0 && memory === undefined) report(reading, at("memswap_limit"), `${path}.memswap_limit needs mem_limit`);
  if (swap !== undefined && swap > 0 && memory !== undefined && swap < memory)
    report(reading, at("memswap_limit"), `${path}.memswap_limit counts memory and swap together and is below mem_limit`);
  if (memory !== undefined && reserved !== undefined && reserved > memory)
    report(reading, at("mem_reservation"), `${path}: the memory reservation is above the limit`);
  // Compose writes "no limit" as 0, or as -1 where the engine does.
  const set = (value: number | undefined): value is number => value !== undefined && value > 0;
  return {
    ...(set(memory) ? { memoryBytes: memory } : {}),
    ...(swap === -1 || set(swap) ? { memorySwapBytes: swap } : {}),
    ...(set(reserved) ? { memoryReservationBytes: reserved } : {}),
    ...(set(cpus) ? { cpus } : {}),
    ...(set(reservations?.cpus) ? { cpuReservation: reservations.cpus } : {}),
    ...(set(pids) ? { pids } : {}),
    ...(set(fields.cpu_shares) ? { cpuShares: fields.cpu_shares } : {}),
    ...(fields.cpuset === undefined ? {} : { cpuset: fields.cpuset }),
  };
};

const CONDITIONS = { none: "no", "on-failure": "on-failure", any: "always", "unless-stopped": "unless-stopped" } as const;

/** `deploy.restart_policy` comes before `restart` (Compose Deploy Specification, restart_policy); its condition defaults to any. The default is no. */
export const restartOf = (fields: ServiceFields): ContainerSpec["restart"] => {
  const policy = fields.deploy?.restart_policy;
  if (policy === undefined) return fields.restart ?? { policy: "no" };
  const { condition = "any", max_attempts: maxRetries } = policy;
  return { policy: CONDITIONS[condition], ...(maxRetries === undefined || condition !== "on-failure" ? {} : { maxRetries }) };
};
