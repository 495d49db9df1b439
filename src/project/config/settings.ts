import { resolve } from "node:path";
import * as v from "valibot";
import { child, type ComposeNode, entryPlace, isNull } from "../../source/index.ts";
import { type Reading, report, unknownField } from "../read/reading.ts";
import type { CertificatePaths, ContentSettings, ProjectSettings, RouteSettings, ScheduleSettings, ServiceSettings } from "../settings.ts";
import { check } from "./check.ts";
import { contentCommand, contentPlugin } from "./content.ts";
import { policy } from "./policy.ts";
import { prune } from "./prune.ts";
import { proxy } from "./proxy.ts";
import { registry } from "./registry.ts";
import { release } from "./release.ts";
import type { Section } from "./section.ts";
import { scan } from "./scan.ts";
import { LATER_SECTIONS, SECTIONS } from "./sections.ts";
import { serviceBuild } from "./service-build.ts";
import { serviceJobs } from "./service-jobs.ts";
import { limitsOf, maintenanceOf } from "./protection.ts";
import { serviceLimits } from "./service-limits.ts";
import { serviceMaintenance } from "./service-maintenance.ts";
import { serviceRelease } from "./service-release.ts";
import { serviceSchedule } from "./service-schedule.ts";
import { serviceRoute } from "./service-route.ts";
import { requestOf, serviceTrial } from "./service-trial.ts";
import { strategyOf } from "./strategy.ts";
import { test } from "./test.ts";
import { trust } from "./trust.ts";
import { validated } from "./validate.ts";
import { waive } from "./waive.ts";

/** A section's value with its defaults; undefined when it is absent or was reported. */
const readSection = <S extends v.GenericSchema<unknown, unknown>>(
  { key, schema }: { readonly key: string; readonly schema: S },
  parent: ComposeNode | undefined,
  path: string,
  reading: Reading,
): v.InferOutput<S> | undefined => {
  const node = child(parent, key);
  return node === undefined || isNull(node) ? undefined : validated(schema, node, `${path}.${key}`, reading);
};

const checkKeys = (scope: Section["scope"], node: ComposeNode | undefined, path: string, reading: Reading): void => {
  if (node === undefined || isNull(node)) return;
  if (node.kind !== "mapping") return report(reading, node, `${path}: expected a mapping, got a ${node.kind}`);
  const known = SECTIONS.filter((section) => section.scope === scope).map((section) => section.key);
  for (const [key, entry] of node.entries) {
    if (known.includes(key) || key.startsWith("x-")) continue;
    if (LATER_SECTIONS[scope].includes(key))
      report(reading, entryPlace(entry), `${path}.${key} is not supported: not in this version`, "FIELD_UNSUPPORTED");
    else unknownField(reading, entryPlace(entry), key, path, [...known, ...LATER_SECTIONS[scope]]);
  }
};

/** Only when nothing was reported about the section do its defaults stand in for it. */
const defaults = <S extends v.GenericSchema<unknown, unknown>>(schema: S): v.InferOutput<S> => v.parse(schema, {});

const absolute = ({ certificate, key }: CertificatePaths, { folder }: Reading): CertificatePaths => ({
  certificate: resolve(folder, certificate),
  key: resolve(folder, key),
});

/** The top-level `x-seaworthy`, with defaults. Problems are reported; then the defaults fill the gap, as the project is refused anyway. */
export const projectSettings = (root: ComposeNode, reading: Reading): ProjectSettings => {
  const node = child(root, "x-seaworthy");
  const path = "x-seaworthy";
  checkKeys("project", node, path, reading);
  const { profile, require, scan: asked } = readSection(policy, node, path, reading) ?? defaults(policy.schema);
  const { keys } = readSection(trust, node, path, reading) ?? defaults(trust.schema);
  const { repository, port } = readSection(registry, node, path, reading) ?? defaults(registry.schema);
  const { http, https, certificates, image } = readSection(proxy, node, path, reading) ?? defaults(proxy.schema);
  const { keep, keepFor } = readSection(release, node, path, reading) ?? defaults(release.schema);
  const { dangling, buildCache } = readSection(prune, node, path, reading) ?? defaults(prune.schema);
  const { baseline, vex, ...told } = readSection(scan, node, path, reading) ?? defaults(scan.schema);
  const testing = readSection(test, node, path, reading);
  return {
    policy: { profile, require },
    waive: readSection(waive, node, path, reading) ?? [],
    trust: { keys: keys.map((key) => resolve(reading.folder, key)) },
    registry: { ...(repository === undefined ? {} : { repository }), port },
    check: readSection(check, node, path, reading) ?? defaults(check.schema),
    scan: {
      ...asked,
      ...told,
      vex: vex.map((file) => resolve(reading.folder, file)),
      ...(baseline === undefined ? {} : { baseline: resolve(reading.folder, baseline) }),
    },
    ...(testing === undefined
      ? {}
      : {
          test: {
            ...(testing.target === undefined ? {} : { target: testing.target }),
            ...(testing.command === undefined ? {} : { command: testing.command }),
          },
        }),
    release: { keep: { releases: keep, forMs: keepFor } },
    prune: {
      danglingMs: dangling,
      buildCache: { unusedMs: buildCache.unusedFor, ...(buildCache.maxSize === undefined ? {} : { maxBytes: buildCache.maxSize }) },
    },
    proxy: { http, https, certificates: certificates.map((one) => absolute(one, reading)), ...(image === undefined ? {} : { image }) },
  };
};

/** A service's `x-seaworthy`. `ports` are the container's TCP ports known from its fields: the only one is the route's default. */
export const serviceSettings = (service: ComposeNode, path: string, ports: readonly number[], reading: Reading): ServiceSettings => {
  const node = child(service, "x-seaworthy");
  const at = `${path}.x-seaworthy`;
  checkKeys("service", node, at, reading);
  const { platforms, maxSize, secrets } = readSection(serviceBuild, node, at, reading) ?? defaults(serviceBuild.schema);
  const replaced = readSection(serviceRelease, node, at, reading) ?? defaults(serviceRelease.schema);
  const { drain, ready, hold, holdRequests, websockets } = replaced;
  const jobs = readSection(serviceJobs, node, at, reading) ?? {};
  const planned = readSection(serviceSchedule, node, at, reading);
  const tried = readSection(serviceTrial, node, at, reading) ?? defaults(serviceTrial.schema);
  const written = readSection(serviceRoute, node, at, reading);
  const route = written === undefined ? undefined : routeOf(written, child(node, "route") ?? service, `${at}.route`, ports, reading);
  const unrouted = (key: string): void => {
    const at = child(node, key);
    if (at !== undefined && written === undefined)
      report(reading, at, `${path}.x-seaworthy.${key}: it is the proxy that does this, and this service has no x-seaworthy.route`);
  };
  const limits = readSection(serviceLimits, node, at, reading);
  const maintenance = readSection(serviceMaintenance, node, at, reading);
  for (const key of ["limits", "maintenance"]) unrouted(key);
  return {
    ...(limits === undefined ? {} : { limits: limitsOf(limits) }),
    ...(maintenance === undefined ? {} : { maintenance: maintenanceOf(maintenance, reading.folder) }),
    build: { platforms, ...(maxSize === undefined ? {} : { maxSize }), secrets },
    ...(route === undefined ? {} : { route }),
    release: {
      strategy: strategyOf(replaced, route, child(node, "release"), `${at}.release`, reading),
      drain,
      websockets,
      ready,
      ...(hold === undefined ? {} : { hold: { seconds: Math.round(hold / 1000), requests: holdRequests } }),
    },
    jobs: Object.entries(jobs).map(([name, { command, when, timeout }]) => ({ name, command, when, timeoutMs: timeout })),
    ...(planned === undefined ? {} : { schedule: scheduleOf(planned) }),
    trial: {
      level: tried.level,
      ...(tried.ship === undefined ? {} : { ship: tried.ship }),
      requests: tried.requests.map(requestOf),
      state: tried.state.map(({ write, read }) => ({ write: requestOf(write), read: requestOf(read) })),
      ...(tried.egress === undefined ? {} : { egress: tried.egress }),
      ...(tried.needs === undefined ? {} : { needs: tried.needs }),
    },
  };
};

const scheduleOf = ({ cron, timezone, deadline, missed }: v.InferOutput<typeof serviceSchedule.schema>): ScheduleSettings => ({
  cron,
  timezone,
  deadlineMs: deadline,
  missed,
});

/** Where the content of a secret or config comes from, as its own `x-seaworthy` says. */
export const contentSettings = (node: ComposeNode, path: string, reading: Reading): readonly ContentSettings[] => {
  const own = child(node, "x-seaworthy");
  const at = `${path}.x-seaworthy`;
  checkKeys("content", own, at, reading);
  const command = readSection(contentCommand, own, at, reading);
  const plugin = readSection(contentPlugin, own, at, reading);
  return [
    ...(command === undefined ? [] : [{ from: "command", command } as const]),
    ...(plugin === undefined ? [] : [{ from: "plugin", plugin: plugin.name, ref: plugin.ref } as const]),
  ];
};

const routeOf = (
  { hosts, port, ready, live, protocol, tls, headers, hideHeaders }: v.InferOutput<typeof serviceRoute.schema>,
  node: ComposeNode,
  path: string,
  ports: readonly number[],
  reading: Reading,
): RouteSettings | undefined => {
  const only = new Set(ports).size === 1 ? ports[0] : undefined;
  const chosen = port ?? only;
  if (chosen === undefined)
    return report(
      reading,
      node,
      `${path}.port: missing; ${ports.length === 0 ? "the service exposes no port to take instead" : `the service has several: ${[...new Set(ports)].join(", ")}`}`,
    );
  const { certificate, key, redirect } = tls;
  if ((certificate === undefined) !== (key === undefined))
    return report(reading, child(node, "tls") ?? node, `${path}.tls: a certificate and its key are named together`);
  return {
    hosts: [...new Set(hosts)],
    port: chosen,
    ready,
    ...(live === undefined ? {} : { live }),
    ...(protocol === "h2c" ? { protocol } : {}),
    ...(certificate === undefined || key === undefined ? {} : { certificate: absolute({ certificate, key }, reading) }),
    ...(redirect ? {} : { redirect }),
    ...(Object.keys(headers).length === 0 ? {} : { headers }),
    ...(hideHeaders.length === 0 ? {} : { hideHeaders }),
  };
};
