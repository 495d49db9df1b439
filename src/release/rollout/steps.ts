import { FULL_TRAFFIC } from "../../core/index.ts";
import { nextOf } from "../../proxy/index.ts";
import type { Live, LiveContainer } from "../live.ts";
import { backendName, checkHost, completes, type ReleaseManifest, type ReleaseService, spoken } from "../manifest.ts";
import type { Action, Step } from "../plan.ts";
import type { Change, Describe, Replica } from "./change.ts";
import { drafting, drained, newServer, serverName } from "./drafting.ts";
import { beginHold, endHold } from "./hold.ts";

/** How a container is waited for: by its own answer, by its health check, or for its end. */
export const waitFor = (replica: Replica, manifest: ReleaseManifest): { readonly why: string; readonly action: Action } => {
  const { service, name, address } = replica;
  const { route } = service;
  if (route !== undefined && address !== undefined) {
    const action: Action = {
      do: "await-ready",
      name,
      address,
      ...spoken(route),
      path: route.ready,
      ...(route.live === undefined ? {} : { live: route.live }),
      host: checkHost(route),
      withinMs: service.readyMs,
    };
    return { why: "no traffic before it answers for itself", action };
  }
  return completes(manifest, service.name)
    ? { why: "others wait for its end", action: { do: "await-exit", name, withinMs: service.readyMs } }
    : { why: "others depend on it being well", action: { do: "await-healthy", name, withinMs: service.readyMs } };
};

const startWhy = ({ old, order }: Change): string => {
  if (old.length === 0) return "the first of its kind";
  return order.way === "start-first" ? "beside the old one" : "in the old one's place";
};

const gate = (service: ReleaseService, backend: string, server: string, suffix: string): Step =>
  drafting(service.name)(`gate/${suffix}`, "HAProxy has seen it answer", {
    do: "await-server",
    backend,
    server,
    withinMs: service.readyMs,
  });

/** A container that runs becomes a server of its backend, without traffic, once HAProxy has seen it answer. */
export const gateOf = (service: ReleaseService, backend: string, server: string, address: string, suffix: string): readonly Step[] => {
  const { route } = service;
  if (route === undefined) return [];
  return [
    drafting(service.name)(
      `server/${suffix}`,
      "checked by the proxy, without traffic",
      { do: "add-server", backend, server, address, ...spoken(route) },
      { undo: [{ do: "remove-server", backend, server }] },
    ),
    gate(service, backend, server, suffix),
  ];
};

/** One new container, made, started, ready, and known to the proxy without traffic. */
export const bringUpReplica = (
  change: Change,
  replica: Replica,
  manifest: ReleaseManifest,
  live: Live,
  describe: Describe,
): readonly Step[] => {
  const step = drafting(change.service.name);
  const backend = backendName(manifest.project, change.service.name);
  const { name, address, number } = replica;
  const { config, connect } = describe(replica);
  const { route } = change.service;
  const server = newServer(replica);
  const wait = waitFor(replica, manifest);
  const routed = route !== undefined && address !== undefined;
  return [
    step(
      `create/${number}`,
      "the new container, under a name no other release has",
      { do: "create-container", name, platform: live.platform, config, connect },
      { undo: [{ do: "remove-container", name }] },
    ),
    step(
      `start/${number}`,
      startWhy(change),
      { do: "start-container", name, ...(completes(manifest, change.service.name) ? { once: true } : {}) },
      // What takes the old one's place must be gone before the old one comes back.
      change.order.way === "stop-first"
        ? { undo: [{ do: "stop-container", name, graceSeconds: change.service.spec.stopGraceSeconds }] }
        : {},
    ),
    ...(routed
      ? [
          step(
            `server/${number}`,
            "its fixed address, for the proxy, which checks it once it is ready",
            { do: "announce-server", backend, server, address, ...spoken(route) },
            { undo: [{ do: "remove-server", backend, server }], beside: true },
          ),
        ]
      : []),
    step(`ready/${number}`, wait.why, wait.action),
    ...(routed ? [gate(change.service, backend, server, String(number))] : []),
  ];
};

/** New containers, one after the other. */
export const bringUp = (change: Change, manifest: ReleaseManifest, live: Live, describe: Describe): readonly Step[] =>
  change.replicas.flatMap((replica) => bringUpReplica(change, replica, manifest, live, describe));

/** What served before is given this long at least to serve again: the new release's impatience is not meant for it. */
export const COME_BACK_MS = 60_000;

/** Stop-first: the old ones leave before the new ones come, and come back when the new ones fail. */
export const makeRoom = (change: Change, manifest: ReleaseManifest): readonly Step[] => {
  const { service, old } = change;
  const step = drafting(service.name);
  const backend = backendName(manifest.project, service.name);
  const leaving = old.flatMap((container) => {
    const { name, address } = container;
    const server = serverName(container);
    const routed = service.route !== undefined && address !== undefined;
    const back: readonly Action[] = routed
      ? [
          { do: "start-container", name },
          { do: "add-server", backend, server, address, ...(container.spoken ?? spoken(service.route)) },
          { do: "await-server", backend, server, withinMs: Math.max(service.readyMs, COME_BACK_MS) },
          { do: "shift-traffic", backend, to: [server], weight: FULL_TRAFFIC },
        ]
      : [{ do: "start-container", name }];
    const grace = service.spec.stopGraceSeconds;
    const suffix = `${container.release}-${container.replica}`;
    return [
      ...(routed
        ? [step(`leave/${suffix}`, "no new requests to the one that goes", { do: "remove-server", backend, server }, { undo: back })]
        : []),
      step(`stop/${suffix}`, change.order.why, { do: "stop-container", name, graceSeconds: grace }, routed ? {} : { undo: back }),
    ];
  });
  return [...beginHold(change, manifest), ...leaving];
};

/** Where the old one is already gone nothing is gained by waiting for other services, so traffic moves at once. */
export const shift = (change: Change, manifest: ReleaseManifest): readonly Step[] => {
  if (change.service.route === undefined) return [];
  const action: Action = {
    do: "shift-traffic",
    backend: backendName(manifest.project, change.service.name),
    to: change.replicas.map(newServer),
    weight: FULL_TRAFFIC,
  };
  const step = drafting(change.service.name);
  return change.order.way === "start-first"
    ? [step("shift", "all traffic to the new ones in one change; from here on only forward", action, { final: true })]
    : [step("shift", "it answers, and the old one is gone", action), ...endHold(change, manifest)];
};

const retire = (
  project: string,
  service: string,
  routed: boolean,
  drain: Pick<ReleaseService, "drainMs" | "lasting">,
  graceSeconds: number,
  old: readonly LiveContainer[],
): readonly Step[] => {
  const step = drafting(service);
  const backend = backendName(project, service);
  return old.flatMap((container) => {
    const { name, address } = container;
    const server = serverName(container);
    const suffix = `${container.release}-${container.replica}`;
    return [
      ...(routed && address !== undefined
        ? [
            step(`drain/${suffix}`, "requests in flight finish first", drained(backend, server, drain), { final: true }),
            step(`unlist/${suffix}`, "the proxy forgets it before it stops", { do: "remove-server", backend, server }),
          ]
        : []),
      step(`retire/${suffix}`, `SIGTERM, ${graceSeconds} s of grace`, { do: "stop-container", name, graceSeconds }, { final: true }),
      step(`remove/${suffix}`, "nothing is left over; rollback brings it back by digest", { do: "remove-container", name }),
    ];
  });
};

/** What was replaced leaves: drained, unlisted, stopped, removed. */
export const retireChange = (change: Change, manifest: ReleaseManifest): readonly Step[] =>
  retire(
    manifest.project,
    change.service.name,
    change.service.route !== undefined && change.order.way === "start-first",
    change.service,
    change.service.spec.stopGraceSeconds,
    change.old,
  );

/** Containers of services that the release no longer names. */
export const dismiss = (manifest: ReleaseManifest, live: Live): readonly Step[] => {
  const names = new Set(manifest.services.map(({ name }) => name));
  const gone = [
    ...Map.groupBy(
      live.containers.filter(({ service }) => !names.has(service)),
      ({ service }) => service,
    ),
  ];
  return gone.flatMap(([service, old]) => {
    const backend = backendName(manifest.project, service);
    const routed = live.backends.has(backend);
    const withdraw = routed
      ? [
          drafting(service)("withdraw", "its host names are no longer answered", { do: "withdraw-backend", backend }),
          ...(live.backends.has(nextOf(backend))
            ? [drafting(service)("withdraw-next", "nor those of its next release", { do: "withdraw-backend", backend: nextOf(backend) })]
            : []),
        ]
      : [];
    return [...retire(manifest.project, service, routed, { drainMs: 30_000 }, 10, old), ...withdraw];
  });
};
