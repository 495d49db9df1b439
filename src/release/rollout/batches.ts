import { FULL_TRAFFIC } from "../../core/index.ts";
import type { Live } from "../live.ts";
import { backendName, type ReleaseManifest } from "../manifest.ts";
import type { Action, FailurePolicy, Step, WatchedReplica } from "../plan.ts";
import {
  type Batched,
  comeBack,
  forReplica,
  isRouted,
  leave,
  makePlace,
  type Pair,
  type Parts,
  removal,
  suffix,
  takeOver,
} from "./batch-steps.ts";
import { batchSize, type Change, type Describe, type Replica } from "./change.ts";
import { drafting, newServer, serverName } from "./drafting.ts";
import { endHold } from "./hold.ts";
import { bringUpReplica } from "./steps.ts";

export const isBatched = (change: Change): change is Batched => change.policy !== undefined;

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

/** New ones that failed before they served: the proxy was told of their addresses beforehand. */
const forget = ({ backend, step }: Parts, batch: readonly Pair[]): readonly Step[] =>
  batch.flatMap(({ replica }) =>
    replica?.address === undefined
      ? []
      : [
          {
            ...step(`forget/${replica.number}`, "the proxy forgets it", { do: "remove-server", backend, server: newServer(replica) }),
            insteadOf: replica.name,
          },
        ],
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
    const [made, started] = [of("create-container"), of("start-container", "announce-server")];
    const gated = come.filter((one) => !made.includes(one) && !started.includes(one));
    return [
      ...(alone || at > 0 ? [] : jobs),
      ...made,
      ...(stopFirst ? makePlace(parts, leaving, alone) : []),
      ...(alone ? jobs : []),
      ...started,
      ...gated,
      ...(service.route === undefined ? [] : forget(parts, batch)),
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
