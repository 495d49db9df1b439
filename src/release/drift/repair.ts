import { FULL_TRAFFIC } from "../../core/index.ts";
import { type Addressing, addressing } from "../addressing.ts";
import type { Live } from "../live.ts";
import { backendName, containerSha, manifestDigest, type ReleaseManifest, type ReleaseService } from "../manifest.ts";
import type { Plan, ServicePlan, Step } from "../plan.ts";
import { type Change, containerName, type Describe, type Replica } from "../rollout/change.ts";
import { inDependencyOrder } from "../rollout/dependencies.ts";
import { drafting, newServer, serverName } from "../rollout/drafting.ts";
import { endHold } from "../rollout/hold.ts";
import { orderOf } from "../rollout/overlap.ts";
import { prerequisites } from "../rollout/prerequisites.ts";
import { bringUp, dismiss, gateOf, makeRoom, retireChange, waitFor } from "../rollout/steps.ts";
import { type Difference, differencesOf } from "./differences.ts";
import type { Seen, SeenContainer } from "./observe.ts";

type Remedy<By extends Difference["remedy"]["by"]> = Extract<Difference["remedy"], { by: By }>;

const remediesOf = <By extends Difference["remedy"]["by"]>(
  differences: readonly Difference[],
  service: string,
  by: By,
): readonly Remedy<By>[] =>
  differences.flatMap((one) => (one.service === service && one.remedy.by === by ? [one.remedy as Remedy<By>] : []));

interface Situation {
  readonly manifest: ReleaseManifest;
  readonly seen: Seen;
  readonly live: Live;
  /** Number of the repair. */
  readonly release: number;
  readonly differences: readonly Difference[];
}

/** What comes and what goes of a service, as a rollout would say it. */
const changeOf = ({ manifest, differences, release }: Situation, service: ReleaseService, addresses: Addressing): Change => {
  const count = remediesOf(differences, service.name, "create").reduce((sum, one) => sum + one.count, 0);
  const old = remediesOf(differences, service.name, "dismiss").map(({ container }) => container);
  const places = addresses.places(service, count);
  const sha = containerSha(service);
  const replicas = Array.from({ length: count }, (_, index): Replica => {
    const number = index + 1;
    return { service, release, number, name: containerName(manifest.project, service.name, release, number), sha, ...places[index] };
  });
  return { service, order: orderOf(service), old, replicas, kept: [] };
};

/** Containers that stay and have no server in the proxy's file, or one that HAProxy must see answer before it gets requests. */
const comeBack = ({ seen, differences }: Situation, service: ReleaseService): readonly SeenContainer[] => {
  if (service.route === undefined) return [];
  const declared = seen.services.find(({ name }) => name === service.name)?.declared?.servers ?? [];
  const back = [...remediesOf(differences, service.name, "start"), ...remediesOf(differences, service.name, "server")];
  return back.map(({ container }) => container).filter((container) => !declared.some(({ name }) => name === serverName(container)));
};

/** Those that are there and belong there come back as they were: started, connected, known to the proxy. */
const restored = (situation: Situation, service: ReleaseService): readonly Step[] => {
  const { manifest, differences } = situation;
  const step = drafting(service.name);
  const backend = backendName(manifest.project, service.name);
  const suffixOf = ({ release, replica }: Pick<SeenContainer, "release" | "replica">): string => `${release}-${replica}`;
  const of = <By extends Difference["remedy"]["by"]>(by: By) => remediesOf(differences, service.name, by);
  const waits = (container: SeenContainer): Step => {
    const { release, replica, name, sha, address } = container;
    const as: Replica = { service, release, number: replica, name, sha, ...(address === undefined ? {} : { address }) };
    const { why, action } = waitFor(as, manifest);
    return step(`ready/${suffixOf(container)}`, why, action);
  };
  const started = of("start").map(({ container }) => container);
  const touched = [...new Set([...started, ...of("connect").map(({ container }) => container)])];
  const back = comeBack(situation, service);
  return [
    ...of("connect").map(({ container, to }) =>
      step(`connect/${suffixOf(container)}/${to.network}`, "the release puts it into this network", {
        do: "connect-network",
        name: container.name,
        ...to,
      }),
    ),
    ...started.map((container) =>
      step(`start/${suffixOf(container)}`, "it is meant to run", { do: "start-container", name: container.name }),
    ),
    ...touched.map(waits),
    ...of("unlist").map(({ server }) => step(`unlist/${server}`, "no container is behind it", { do: "remove-server", backend, server })),
    ...back.flatMap(({ address, ...container }) =>
      address === undefined ? [] : gateOf(service, backend, serverName(container), address, suffixOf(container)),
    ),
    ...touched
      .filter((one) => service.route !== undefined && one.address !== undefined && !back.includes(one))
      .map((one) =>
        step(`gate/${suffixOf(one)}`, "HAProxy sees it answer again", {
          do: "await-server",
          backend,
          server: serverName(one),
          withinMs: service.readyMs,
        }),
      ),
  ];
};

/** All of a service's containers get the whole weight, those that were there and those that came. */
const share = (situation: Situation, { service, replicas, old }: Change): readonly Step[] => {
  const { manifest, seen, differences } = situation;
  const there = seen.services.find(({ name }) => name === service.name)?.containers ?? [];
  const back = comeBack(situation, service);
  const declared = seen.services.find(({ name }) => name === service.name)?.declared?.servers ?? [];
  const known = (one: SeenContainer): boolean => back.includes(one) || declared.some(({ name }) => name === serverName(one));
  const kept = there.filter((one) => !old.some(({ name }) => name === one.name) && one.sha === containerSha(service) && known(one));
  const touched = back.length > 0 || replicas.length > 0 || old.length > 0 || remediesOf(differences, service.name, "server").length > 0;
  if (service.route === undefined || !touched || kept.length + replicas.length === 0) return [];
  return [
    drafting(service.name)("shift", "each of its containers gets its share", {
      do: "shift-traffic",
      backend: backendName(manifest.project, service.name),
      to: [...kept.map(serverName), ...replicas.map(newServer)],
      weight: FULL_TRAFFIC,
    }),
  ];
};

const NEEDS_PROXY: ReadonlySet<Difference["remedy"]["by"]> = new Set(["proxy", "server", "unlist", "create"]);

const summary = (differences: readonly Difference[], services: readonly string[]): readonly ServicePlan[] =>
  services.flatMap((service): readonly ServicePlan[] => {
    const own = differences.filter((one) => one.service === service && one.remedy.by !== "nothing");
    return own.length === 0 ? [] : [{ service, way: "repaired", why: own.map(({ words }) => words).join("; ") }];
  });

/**
 * The plan that makes what runs what the live release says, losing nothing: what lacks comes before what is too many goes, unless two cannot be.
 * Nothing to do: no steps. Differences without a remedy stay.
 */
export const planRepair = (manifest: ReleaseManifest, seen: Seen, live: Live, release: number, describe: Describe): Plan => {
  const differences = differencesOf(seen);
  const situation: Situation = { manifest, seen, live, release, differences };
  const addresses = addressing(manifest, live);
  const changes = inDependencyOrder(manifest.services).map((service) => changeOf(situation, service, addresses));
  const whole = differences.some(({ service, remedy }) => service === undefined && remedy.by === "proxy");
  const needsProxy = (service: ReleaseService): boolean =>
    whole || differences.some((one) => one.service === service.name && NEEDS_PROXY.has(one.remedy.by));
  const remedied = differences.filter(({ remedy }) => remedy.by !== "nothing");
  const begun = manifest.services.filter(({ name }) =>
    remedied.some(({ service, remedy }) => service === name && /^(?:create|start|files)$/.test(remedy.by)),
  );
  const concerned = manifest.services.filter((service) => service.route !== undefined && needsProxy(service));
  const steps = changes.flatMap((change): readonly Step[] => {
    const come = bringUp(change, manifest, live, describe);
    const before = restored(situation, change.service);
    if (change.order.way === "start-first") return [...before, ...come, ...share(situation, change), ...retireChange(change, manifest)];
    const shared = [...share(situation, change), ...endHold(change, manifest)];
    return [...before, ...makeRoom(change, manifest), ...come, ...shared, ...retireChange(change, manifest)];
  });
  return {
    schema: "seaworthy/plan@1",
    project: manifest.project,
    release,
    manifest: manifestDigest(manifest),
    summary: summary(
      differences,
      [...manifest.services.map(({ name }) => name), ...new Set(live.containers.map(({ service }) => service))].filter(
        (name, at, all) => all.indexOf(name) === at,
      ),
    ),
    steps:
      remedied.length === 0
        ? []
        : [...prerequisites({ ...manifest, services: concerned }, begun, live, addresses, true), ...steps, ...dismiss(manifest, live)],
  };
};
