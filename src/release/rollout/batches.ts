import { FULL_TRAFFIC } from "../../core/index.ts";
import type { UpdatePolicy } from "../../project/index.ts";
import type { Live, LiveContainer } from "../live.ts";
import { backendName, type ReleaseManifest } from "../manifest.ts";
import type { Action, FailurePolicy, Step, WatchedReplica } from "../plan.ts";
import { batchSize, type Change, type Describe, type Replica } from "./change.ts";
import { drafting, newServer, serverName } from "./drafting.ts";
import { beginHold, endHold } from "./hold.ts";
import { bringUpReplica } from "./steps.ts";

/** A service that is replaced a few replicas at a time. */
export type Batched = Change & { readonly policy: UpdatePolicy };

export const isBatched = (change: Change): change is Batched => change.policy !== undefined;

/** One new container and the one whose place it takes. */
interface Pair {
  readonly replica?: Replica;
  readonly old?: LiveContainer;
}

/** What all steps of a batched service are written with. */
interface Parts {
  readonly change: Batched;
  readonly manifest: ReleaseManifest;
  readonly backend: string;
  readonly step: ReturnType<typeof drafting>;
}

const suffix = (old: LiveContainer): string => `${old.release}-${old.replica}`;

const isRouted = ({ change }: Parts, old: LiveContainer): boolean => change.service.route !== undefined && old.address !== undefined;

/** What nobody replaces, because fewer replicas are wanted, leaves with the last batch. */
const batchesOf = ({ replicas, old, policy }: Batched): readonly (readonly Pair[])[] => {
  const size = batchSize(policy, replicas.length);
  const pairs = Array.from({ length: Math.max(replicas.length, old.length) }, (_, at): Pair => {
    const [replica, leaves] = [replicas[at], old[at]];
    return { ...(replica === undefined ? {} : { replica }), ...(leaves === undefined ? {} : { old: leaves }) };
  });
  const count = Math.max(1, Math.ceil(replicas.length / size));
  return Array.from({ length: count }, (_, at) => pairs.slice(at * size, at === count - 1 ? undefined : (at + 1) * size)).filter(
    (batch) => batch.length > 0,
  );
};

const forReplica = (steps: readonly Step[], replica: Replica | undefined): readonly Step[] =>
  replica === undefined ? steps : steps.map((one) => ({ ...one, of: replica.name }));

/** An old container serves again: started, seen by the proxy, with traffic. */
const comeBack = ({ change, backend }: Parts, old: LiveContainer): readonly Action[] => {
  const { route, readyMs } = change.service;
  if (route === undefined || old.address === undefined) return [];
  const server = serverName(old);
  return [
    { do: "add-server", backend, server, address: old.address, port: route.port },
    { do: "await-server", backend, server, withinMs: readyMs },
    { do: "move-traffic", backend, to: [server], from: [], weight: FULL_TRAFFIC },
  ];
};

/** The new one gets its traffic, and the one it replaces gets no more. */
const takeOver = (parts: Parts, { replica, old }: Pair): readonly Step[] => {
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
          undo: [
            { do: "move-traffic", backend, to: leaves, from: to, weight: FULL_TRAFFIC },
            { do: "await-drained", backend, server, withinMs: change.service.drainMs },
          ],
        },
      ),
    ],
    replica,
  );
};

/** Drained, forgotten by the proxy, stopped, and kept until the batch has stood its watch. */
const leave = (parts: Parts, old: LiveContainer, drained: boolean): readonly Step[] => {
  const { change, backend, step } = parts;
  const { drainMs, spec } = change.service;
  const { name } = old;
  const server = serverName(old);
  return [
    ...(isRouted(parts, old)
      ? [
          ...(drained
            ? []
            : [
                step(`drain/${suffix(old)}`, "requests in flight finish first", {
                  do: "await-drained",
                  backend,
                  server,
                  withinMs: drainMs,
                }),
              ]),
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

const removal = ({ step }: Parts, { name, ...old }: LiveContainer): Step =>
  step(
    `remove/${suffix({ name, ...old })}`,
    "nothing is left over; rollback brings it back by digest",
    { do: "remove-container", name },
    { final: true },
  );

/** Stop-first: nothing new to them, then they leave. Where others go on serving, the proxy sends the requests there; where nobody is left, they wait. */
const makePlace = (parts: Parts, leaving: readonly LiveContainer[], alone: boolean): readonly Step[] => {
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

const watched = (replica: Replica): WatchedReplica => ({
  name: replica.name,
  ...(replica.address === undefined ? {} : { server: newServer(replica) }),
});

const inProxy = ({ change, backend }: Parts): { readonly backend?: string } => (change.service.route === undefined ? {} : { backend });

const watch = (parts: Parts, batch: readonly Pair[], number: number): readonly Step[] => {
  const replicas = batch.flatMap(({ replica }) => (replica === undefined ? [] : [watched(replica)]));
  if (replicas.length === 0) return [];
  const { monitorMs } = parts.change.policy;
  return [
    parts.step(`watch/${number}`, "one that ends, turns unhealthy or goes down now has failed", {
      do: "watch",
      replicas,
      ...inProxy(parts),
      forMs: monitorMs,
    }),
  ];
};

/** Swarm's delay begins when a batch serves, so the watch is a part of it. */
const pause = ({ change: { policy }, step }: Parts, number: number, count: number): readonly Step[] => {
  const forMs = policy.delayMs - policy.monitorMs;
  return number === count || forMs <= 0 ? [] : [step(`delay/${number}`, "deploy.update_config.delay", { do: "wait", forMs })];
};

/** Containers that stay: what they have in the proxy may be what a rollout that failed left them. */
const keep = (parts: Parts): readonly Step[] =>
  parts.change.kept.flatMap((old) =>
    comeBack(parts, old).map((action) => parts.step(`keep/${suffix(old)}/${action.do}`, "it runs exactly this already, and stays", action)),
  );

/** The old ones whose successor failed before it served: they went on serving, and leave once the others are there. */
const leaveLate = (parts: Parts): readonly Step[] => {
  const { change, backend, step } = parts;
  if (change.order.way === "stop-first") return [];
  return change.replicas.flatMap((replica, at) => {
    const old = change.old[at];
    if (old === undefined) return [];
    const yielding = isRouted(parts, old)
      ? [
          step(`yield/${suffix(old)}`, "others serve", {
            do: "move-traffic",
            backend,
            to: [],
            from: [serverName(old)],
            weight: FULL_TRAFFIC,
          }),
        ]
      : [];
    return [...yielding, ...leave(parts, old, false), removal(parts, old)].map(({ undo: _, ...one }) => ({
      ...one,
      id: `${one.id}/late`,
      final: true as const,
      insteadOf: replica.name,
    }));
  });
};

/**
 * A service's replicas, a few at a time: brought up, gated, given the traffic of those they replace, which are drained and stopped; then watched.
 * Old containers are removed when their batch has stood its watch: until then the rollout can be taken back by its undo actions.
 */
export const planBatches = (
  change: Batched,
  manifest: ReleaseManifest,
  live: Live,
  describe: Describe,
  jobs: readonly Step[] = [],
): readonly Step[] => {
  const { service, order, replicas, old, kept } = change;
  const parts: Parts = { change, manifest, backend: backendName(manifest.project, service.name), step: drafting(service.name) };
  const batches = batchesOf(change);
  const stopFirst = order.way === "stop-first";
  const all = batches.flatMap((batch, at) => {
    const number = at + 1;
    const leaving = batch.flatMap((pair) => pair.old ?? []);
    const alone = stopFirst && kept.length === 0 && leaving.length === old.length && at === 0;
    const come = batch.flatMap(({ replica }) =>
      replica === undefined ? [] : forReplica(bringUpReplica(change, replica, manifest, live, describe), replica),
    );
    const of = (...actions: readonly Action["do"][]): readonly Step[] => come.filter(({ action }) => actions.includes(action.do));
    const [made, started] = [of("create-container"), of("start-container")];
    const gated = come.filter((one) => !made.includes(one) && !started.includes(one));
    return [
      ...(alone || at > 0 ? [] : jobs),
      ...made,
      ...(stopFirst ? makePlace(parts, leaving, alone) : []),
      ...(alone ? jobs : []),
      ...started,
      ...gated,
      ...batch.flatMap((pair) => (stopFirst && pair.replica === undefined ? [] : takeOver(parts, pair))),
      ...(alone ? endHold(change, manifest) : []),
      ...(stopFirst
        ? []
        : batch.flatMap((pair) => (pair.old === undefined ? [] : forReplica(leave(parts, pair.old, false), pair.replica)))),
      ...watch(parts, batch, number),
      ...batch.flatMap((pair) => {
        if (pair.old === undefined) return [];
        const gone = removal(parts, pair.old);
        return stopFirst ? [gone] : forReplica([gone], pair.replica);
      }),
      ...pause(parts, number, batches.length),
    ];
  });
  const serving: readonly WatchedReplica[] = [
    ...replicas.map(watched),
    ...kept.map((one) => ({ name: one.name, ...(isRouted(parts, one) ? { server: serverName(one) } : {}) })),
  ];
  const assertion =
    serving.length === 0
      ? []
      : [
          parts.step("serving", "a release of which nothing serves is none", {
            do: "assert-serving",
            replicas: serving,
            ...inProxy(parts),
          }),
        ];
  return [...keep(parts), ...all, ...assertion, ...leaveLate(parts)];
};

export const failurePolicyOf = ({ service, policy, replicas }: Batched): FailurePolicy => ({
  service: service.name,
  total: Math.max(1, replicas.length),
  maxFailureRatio: policy.maxFailureRatio,
  action: policy.failureAction,
});
