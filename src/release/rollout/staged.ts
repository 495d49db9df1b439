import { FULL_TRAFFIC } from "../../core/index.ts";
import type { RouteSettings, StagedStrategy } from "../../project/index.ts";
import { nextOf } from "../../proxy/index.ts";
import { backendName, type ReleaseManifest, type ReleaseService, spoken } from "../manifest.ts";
import type { Action, Step } from "../plan.ts";
import type { Change, Direction } from "./change.ts";
import { drafting, drained, newServer, serverName } from "./drafting.ts";

/** A change whose new containers are looked at, behind the proxy, before they serve. */
export interface Staged extends Change {
  readonly service: ReleaseService & { readonly strategy: StagedStrategy; readonly route: RouteSettings };
}

/** Where nothing serves yet there is nothing to compare with, and a way back is not looked at for minutes first. */
export const isStaged = (change: Change, direction: Direction): change is Staged =>
  direction === "update" &&
  change.service.strategy !== undefined &&
  change.service.route !== undefined &&
  change.order.way === "start-first" &&
  change.old.some(({ address, state }) => address !== undefined && state === "running");

/** What all steps of a staged service are written with. */
export interface Parts {
  readonly step: ReturnType<typeof drafting>;
  readonly backend: string;
  /** The release, as clients are assigned to it. */
  readonly release: string;
  /** Names of the new servers. */
  readonly servers: readonly string[];
}

export const partsOf = ({ service, replicas }: Staged, manifest: ReleaseManifest): Parts => ({
  step: drafting(service.name),
  backend: backendName(manifest.project, service.name),
  release: `r${replicas[0]?.release ?? 0}`,
  servers: replicas.map(newServer),
});

const allDrained = (backend: string, servers: readonly string[], service: ReleaseService): readonly Action[] =>
  servers.map((server) => drained(backend, server, service));

/** Who reaches the new containers before anybody else does. */
export const reachedBy = ({ service }: Staged): string => [...service.strategy.preview, "the header X-Seaworthy-Side: next"].join(" and ");

/** The new containers get a place of their own in the proxy, beside the one that serves. */
export const look = (change: Staged, manifest: ReleaseManifest): readonly Step[] => {
  const { step, backend, servers } = partsOf(change, manifest);
  const { route, readyMs } = change.service;
  const next = nextOf(backend);
  const placed = change.replicas.flatMap((replica) => {
    const { number, address } = replica;
    const server = newServer(replica);
    if (address === undefined) return [];
    return [
      step(
        `look/${number}`,
        "a place of its own, beside those that serve",
        { do: "add-server", backend: next, server, address, ...spoken(route) },
        { undo: [{ do: "remove-server", backend: next, server }] },
      ),
      step(`look-gate/${number}`, "HAProxy has seen it answer there too", { do: "await-server", backend: next, server, withinMs: readyMs }),
    ];
  });
  return [
    ...placed,
    step("look", "who comes there is answered", { do: "shift-traffic", backend: next, to: servers, weight: FULL_TRAFFIC }),
  ];
};

/** The new release gets a part of the requests. Taken back, everybody is with the old one at once; what is under way on the new one finishes. */
export const steerTo = (change: Staged, manifest: ReleaseManifest, weight: number, why: string): Step => {
  const { step, backend, release, servers } = partsOf(change, manifest);
  const { strategy } = change.service;
  const drawn = strategy.name === "canary" && strategy.sticky === false ? { sticky: false as const } : {};
  return step(
    `steer/${weight}`,
    why,
    { do: "steer", backend, release, weight, ...drawn },
    { undo: [{ do: "end-steering", backend }, ...allDrained(nextOf(backend), servers, change.service)] },
  );
};

/** Everybody goes over, in one change, and the place beside is left. */
export const takeOver = (change: Staged, manifest: ReleaseManifest): readonly Step[] => {
  const { step, backend, servers } = partsOf(change, manifest);
  const next = nextOf(backend);
  const old = change.old.filter(({ address, state }) => address !== undefined && state === "running").map(serverName);
  return [
    step(
      "shift",
      "all traffic to the new ones in one change; the old ones still run",
      { do: "shift-traffic", backend, to: servers, weight: FULL_TRAFFIC },
      { undo: [{ do: "shift-traffic", backend, to: old, weight: FULL_TRAFFIC }, ...allDrained(backend, servers, change.service)] },
    ),
    step("unsteer", "nobody is told apart any more", { do: "end-steering", backend }),
    ...change.replicas.flatMap((replica) => {
      const server = newServer(replica);
      return [
        step(`look-drain/${replica.number}`, "requests in flight finish first", drained(next, server, change.service)),
        step(`look-off/${replica.number}`, "it serves in the place of the old ones now", { do: "remove-server", backend: next, server }),
      ];
    }),
  ];
};
