import type { Waiver } from "../checklist/index.ts";
import type { ScanSettings } from "./scan-settings.ts";
import type { FileSource, Locate, Origin, ProjectNetwork, ProjectVolume, Service } from "./project.ts";
import { type Reading, report } from "./read/reading.ts";

export interface Named {
  readonly networks: ReadonlyMap<string, ProjectNetwork>;
  readonly volumes: ReadonlyMap<string, ProjectVolume>;
  readonly secrets: ReadonlyMap<string, FileSource | undefined>;
  readonly configs: ReadonlyMap<string, FileSource | undefined>;
  /** Every service of the files, active or not. */
  readonly allServices: ReadonlySet<string>;
}

const at = (service: Service, ...path: readonly (string | number)[]): Origin => {
  const origin = service.locate(...path);
  if (origin === undefined) throw new Error(`service ${service.name} was written nowhere`);
  return origin;
};

const checkNames = (service: Service, { networks, volumes, secrets, configs }: Named, reading: Reading): void => {
  const path = `services.${service.name}`;
  const undefinedName = (place: Origin, field: string, kind: string, name: string): undefined =>
    report(reading, place, `${path}.${field}: there is no ${kind} "${name}" under the top-level ${kind}s`);
  const { spec } = service;
  for (const { network } of spec.networks)
    if (!networks.has(network)) undefinedName(at(service, "networks", network), "networks", "network", network);
  // The indexes are those of the written lists unless an entry was refused, and then the nearest entry is still the right list.
  for (const [index, mount] of spec.mounts.entries())
    if (mount.type === "volume" && mount.volume !== undefined && !volumes.has(mount.volume))
      undefinedName(at(service, "volumes", index), "volumes", "volume", mount.volume);
  for (const [index, { source }] of spec.secrets.entries())
    if (!secrets.has(source)) undefinedName(at(service, "secrets", index), "secrets", "secret", source);
  for (const [index, { source }] of spec.configs.entries())
    if (!configs.has(source)) undefinedName(at(service, "configs", index), "configs", "config", source);
};

/** A waiver of a service that is not there waives nothing, and whoever wrote it thinks otherwise. */
export const checkWaivers = (
  { waive, scan }: { readonly waive: readonly Waiver[]; readonly scan: Pick<ScanSettings, "waive"> },
  services: ReadonlySet<string>,
  locate: Locate,
  reading: Reading,
): void => {
  for (const [key, waivers] of [
    [["waive"], waive],
    [["scan", "waive"], scan.waive],
  ] as const)
    for (const [index, { service }] of waivers.entries()) {
      const place = locate("x-seaworthy", ...key, index, "service");
      if (service !== undefined && !services.has(service) && place !== undefined)
        report(reading, place, `x-seaworthy.${key.join(".")}: there is no service "${service}"`);
    }
};

const checkDependencies = (service: Service, active: ReadonlyMap<string, Service>, all: ReadonlySet<string>, reading: Reading): void => {
  const path = `services.${service.name}`;
  for (const { service: name, required } of service.dependsOn) {
    if (active.has(name)) continue;
    const place = at(service, "depends_on", name);
    if (!all.has(name)) report(reading, place, `${path}.depends_on: there is no service "${name}"`);
    else if (required) report(reading, place, `${path}.depends_on: "${name}" belongs to a profile that is not active`);
  }
  const mode = service.spec.networkMode;
  const other = mode?.startsWith("service:") === true ? mode.slice("service:".length) : undefined;
  if (other !== undefined && (!active.has(other) || other === service.name))
    report(reading, at(service, "network_mode"), `${path}.network_mode: there is no other service "${other}"`);
};

/** The first circle of dependencies found, as names; the last leads back to the first. */
const circle = (services: ReadonlyMap<string, Service>): readonly string[] | undefined => {
  const done = new Set<string>();
  const walk = (name: string, trail: readonly string[]): readonly string[] | undefined => {
    if (trail.includes(name)) return [...trail.slice(trail.indexOf(name)), name];
    if (done.has(name)) return undefined;
    for (const { service } of services.get(name)?.dependsOn ?? []) {
      const found = services.has(service) ? walk(service, [...trail, name]) : undefined;
      if (found !== undefined) return found;
    }
    done.add(name);
    return undefined;
  };
  for (const name of services.keys()) {
    const found = walk(name, []);
    if (found !== undefined) return found;
  }
  return undefined;
};

/** Two services that claim one host name would share its traffic by accident. */
const checkHosts = (services: readonly Service[], reading: Reading): void => {
  const owners = new Map<string, string>();
  for (const service of services)
    for (const host of service.settings.route?.hosts ?? []) {
      const owner = owners.get(host);
      if (owner !== undefined)
        report(
          reading,
          at(service, "x-seaworthy", "route", "hosts"),
          `services.${service.name}: the host ${host} already belongs to ${owner}`,
        );
      owners.set(host, service.name);
    }
  for (const service of services) {
    const { strategy } = service.settings.release;
    for (const host of strategy === "rolling" ? [] : strategy.preview) {
      const owner = owners.get(host);
      if (owner !== undefined)
        report(
          reading,
          at(service, "x-seaworthy", "release", "preview"),
          `services.${service.name}: the preview host ${host} already belongs to ${owner}; name another one in x-seaworthy.release.preview`,
        );
      owners.set(host, service.name);
    }
  }
};

/** What runs only at times has nothing that those need which run all the time, and nobody can wait for it. */
const checkSchedules = (services: readonly Service[], reading: Reading): void => {
  const scheduled = new Set(services.filter(({ settings }) => settings.schedule !== undefined).map(({ name }) => name));
  for (const service of services) {
    const path = `services.${service.name}`;
    for (const { service: name } of service.dependsOn)
      if (scheduled.has(name))
        report(reading, at(service, "depends_on", name), `${path}.depends_on: "${name}" runs by a schedule, so it cannot be waited for`);
    if (!scheduled.has(service.name)) continue;
    const refuse = (place: Origin, field: string, why: string): undefined =>
      report(reading, place, `${path}.${field}: the service runs by a schedule, ${why}`);
    if (service.settings.route !== undefined)
      refuse(at(service, "x-seaworthy", "route"), "x-seaworthy.route", "so the proxy has nothing to send requests to");
    if (service.settings.jobs.length > 0)
      refuse(at(service, "x-seaworthy", "jobs"), "x-seaworthy.jobs", "and jobs run when a release gives a service new containers");
    if (service.spec.ports.length > 0) refuse(at(service, "ports"), "ports", "so nobody can count on a port of it");
    if (service.replicas > 1) refuse(at(service, "deploy", "replicas"), "deploy.replicas", "and one at a time");
  }
};

/** Reports names that nothing declares, dependencies that are not there or go in a circle, and host names claimed twice. */
export const checkReferences = (services: readonly Service[], named: Named, reading: Reading): void => {
  const active = new Map(services.map((service) => [service.name, service]));
  for (const service of services) {
    checkNames(service, named, reading);
    checkDependencies(service, active, named.allServices, reading);
  }
  const loop = circle(active);
  const first = loop?.[0] === undefined ? undefined : active.get(loop[0]);
  if (loop !== undefined && first !== undefined)
    report(reading, at(first, "depends_on"), `depends_on goes in a circle: ${loop.join(" -> ")}`);
  checkHosts(services, reading);
  checkSchedules(services, reading);
};
