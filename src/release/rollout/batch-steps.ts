import { FULL_TRAFFIC } from "../../core/index.ts";
import type { UpdatePolicy } from "../../project/index.ts";
import type { LiveContainer } from "../live.ts";
import { type ReleaseManifest, spoken } from "../manifest.ts";
import type { Action, Step } from "../plan.ts";
import type { Change, Replica } from "./change.ts";
import { type drafting, drained, newServer, serverName } from "./drafting.ts";
import { beginHold } from "./hold.ts";
import { COME_BACK_MS } from "./steps.ts";

/** A service that is replaced a few replicas at a time. */
export type Batched = Change & { readonly policy: UpdatePolicy };

/** One new container and the one whose place it takes. */
export interface Pair {
  readonly replica?: Replica;
  readonly old?: LiveContainer;
}

/** What all steps of a batched service are written with. */
export interface Parts {
  readonly change: Batched;
  readonly manifest: ReleaseManifest;
  readonly backend: string;
  readonly step: ReturnType<typeof drafting>;
}

export const suffix = (old: LiveContainer): string => `${old.release}-${old.replica}`;

export const isRouted = ({ change }: Parts, old: LiveContainer): boolean => change.service.route !== undefined && old.address !== undefined;
export const forReplica = (steps: readonly Step[], replica: Replica | undefined): readonly Step[] =>
  replica === undefined ? steps : steps.map((one) => ({ ...one, of: replica.name }));

/** An old container serves again: started, seen by the proxy, with traffic. */
export const comeBack = ({ change, backend }: Parts, old: LiveContainer): readonly Action[] => {
  const { route, readyMs } = change.service;
  if (route === undefined || old.address === undefined) return [];
  const server = serverName(old);
  return [
    { do: "add-server", backend, server, address: old.address, ...(old.spoken ?? spoken(route)) },
    { do: "await-server", backend, server, withinMs: Math.max(readyMs, COME_BACK_MS) },
    { do: "move-traffic", backend, to: [server], from: [], weight: FULL_TRAFFIC },
  ];
};

/** The new one gets its traffic, and the one it replaces gets no more. */
export const takeOver = (parts: Parts, { replica, old }: Pair): readonly Step[] => {
  const { change, backend, step } = parts;
  const from = old !== undefined && isRouted(parts, old) ? [serverName(old)] : [];
  if (replica?.address === undefined) {
    if (old === undefined || from.length === 0) return [];
    const back: Action = { do: "move-traffic", backend, to: from, from: [], weight: FULL_TRAFFIC };
    return [step(`yield/${suffix(old)}`, "no new requests to one too many", { ...back, to: [], from }, { undo: [back] })];
  }
  const server = newServer(replica);
  const startFirst = change.order.way === "start-first";
  const [to, leaves] = [[server], startFirst ? from : []];
  return forReplica(
    [
      step(
        `move/${replica.number}`,
        leaves.length === 0 ? "it answers" : "it answers; the one it replaces gets nothing new",
        { do: "move-traffic", backend, to, from: leaves, weight: FULL_TRAFFIC },
        {
          undo: [{ do: "move-traffic", backend, to: leaves, from: to, weight: FULL_TRAFFIC }, drained(backend, server, change.service)],
        },
      ),
    ],
    replica,
  );
};

/** Drained, forgotten by the proxy, stopped, and kept until the batch has stood its watch. */
export const leave = (parts: Parts, old: LiveContainer, alreadyDrained: boolean): readonly Step[] => {
  const { change, backend, step } = parts;
  const { spec } = change.service;
  const { name } = old;
  const server = serverName(old);
  return [
    ...(isRouted(parts, old)
      ? [
          ...(alreadyDrained
            ? []
            : [step(`drain/${suffix(old)}`, "requests in flight finish first", drained(backend, server, change.service))]),
          step(
            `unlist/${suffix(old)}`,
            "the proxy forgets it before it stops",
            { do: "remove-server", backend, server },
            { undo: comeBack(parts, old) },
          ),
        ]
      : []),
    step(
      `retire/${suffix(old)}`,
      `SIGTERM, ${spec.stopGraceSeconds} s of grace`,
      { do: "stop-container", name, graceSeconds: spec.stopGraceSeconds },
      { undo: [{ do: "start-container", name }] },
    ),
  ];
};

export const removal = ({ step }: Parts, { name, ...old }: LiveContainer): Step =>
  step(
    `remove/${suffix({ name, ...old })}`,
    "nothing is left over; rollback brings it back by digest",
    { do: "remove-container", name },
    { final: true },
  );

/** Stop-first: nothing new to them, then they leave. Where others go on serving, the proxy sends the requests there; where nobody is left, they wait. */
export const makePlace = (parts: Parts, leaving: readonly LiveContainer[], alone: boolean): readonly Step[] => {
  const { change, manifest, backend, step } = parts;
  const routed = leaving.filter((old) => isRouted(parts, old));
  const held = alone ? beginHold(change, manifest) : [];
  const yields = routed.map((old) => {
    const back: Action = { do: "move-traffic", backend, to: [serverName(old)], from: [], weight: FULL_TRAFFIC };
    return step(
      `yield/${suffix(old)}`,
      "no new requests to the one that goes; the others serve",
      { ...back, to: [], from: back.to },
      { undo: [back] },
    );
  });
  return [...(held.length > 0 ? held : yields), ...leaving.flatMap((old) => leave(parts, old, held.length > 0))];
};
