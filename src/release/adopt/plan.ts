import { FULL_TRAFFIC } from "../../core/index.ts";
import { OLD_WORKER_MS } from "../../proxy/index.ts";
import { type Addressing, addressing } from "../addressing.ts";
import { ingressName, type Live, type LiveContainer } from "../live.ts";
import { backendName, containerSha, manifestDigest, type ReleaseManifest, type ReleaseService } from "../manifest.ts";
import type { Action, Plan, ServicePlan, Step } from "../plan.ts";
import { type Change, containerName, type Describe } from "../rollout/change.ts";
import { inDependencyOrder } from "../rollout/dependencies.ts";
import { drafting, serverName } from "../rollout/drafting.ts";
import { orderOf } from "../rollout/overlap.ts";
import { prerequisites } from "../rollout/prerequisites.ts";
import { bringUp, gateOf, makeRoom, retireChange, shift } from "../rollout/steps.ts";
import type { AdoptedContainer, KeptContainer } from "./adopted.ts";
import type { ComposeContainer, Survey, SurveyedService } from "./survey.ts";

export interface AdoptionInput {
  readonly manifest: ReleaseManifest;
  readonly live: Live;
  readonly survey: Survey;
  /** Number of the release that takes over. */
  readonly release: number;
  readonly describe: Describe;
  readonly httpPort: number;
  /** Where the proxy listens until the port is free. */
  readonly interimPort: number;
  /** How long clients that keep their connection to an old container are waited for before somebody is asked. */
  readonly settleMs: number;
}

export interface AdoptionPlan {
  readonly plan: Plan;
  readonly adopted: readonly AdoptedContainer[];
  readonly kept: readonly KeptContainer[];
}

/** Where one container of compose is reached while it stays, or until it has gone. */
interface Place {
  readonly container: ComposeContainer;
  readonly service: ReleaseService;
  readonly inPlace: boolean;
  /** In the proxy's network, or else in its own. */
  readonly address?: string;
  readonly joined: boolean;
}

const placesOf = ({ manifest, survey }: AdoptionInput, addresses: Addressing): readonly Place[] =>
  survey.services.flatMap(({ service, containers, way, joins }) =>
    containers.map((container): Place => {
      const inPlace = way === "in-place";
      if (service.route === undefined || container.state.state !== "running") return { container, service, inPlace, joined: false };
      const own = Object.entries(container.state.addresses).find(
        ([network, one]) => one !== "" && network !== ingressName(manifest.project),
      );
      const address = joins ? addresses.places(service, 1)[0]?.address : own?.[1];
      return { container, service, inPlace, joined: joins, ...(address === undefined ? {} : { address }) };
    }),
  );

/** Compose's containers count as of release 0 until they have gone, so that no name in the proxy is used twice. */
const liveOf = ({ container, service, inPlace, address }: Place, release: number): LiveContainer => ({
  name: container.state.name,
  service: service.name,
  release: inPlace ? release : 0,
  replica: container.number,
  sha: inPlace ? containerSha(service) : "",
  digest: service.image.digest,
  state: container.state.state,
  image: container.state.image,
  ...(address === undefined ? {} : { address }),
});

const changeOf = (
  { manifest, release }: AdoptionInput,
  { service }: SurveyedService,
  places: readonly Place[],
  addresses: Addressing,
): Change => {
  const reached = addresses.places(service, service.replicas);
  return {
    service,
    order: orderOf(service),
    old: places.filter((place) => place.service === service).map((place) => liveOf(place, release)),
    kept: [],
    replicas: Array.from({ length: service.replicas }, (_, index) => ({
      service,
      release,
      number: index + 1,
      name: containerName(manifest.project, service.name, release, index + 1),
      sha: containerSha(service),
      ...reached[index],
    })),
  };
};

const step = (id: string, why: string, action: Action, rest: Pick<Step, "undo" | "final"> = {}): Step => ({ id, why, action, ...rest });

/** Compose's container stays where it is, stopped, and the engine leaves it so: what it wrote outside its volumes is still there. */
const keep = (steps: readonly Step[], old: ReadonlyMap<string, ComposeContainer>): readonly Step[] =>
  steps.flatMap((one): readonly Step[] => {
    const container = "name" in one.action ? old.get(one.action.name) : undefined;
    if (container === undefined || !("name" in one.action)) return [one];
    const { name } = one.action;
    if (one.action.do === "remove-container") return [];
    if (one.action.do !== "stop-container") return [one];
    const before = container.state.config.HostConfig.RestartPolicy ?? { Name: "no" as const };
    return [
      {
        ...one,
        id: `${one.id}/unattended`,
        why: "the engine must not start it again when the host does",
        action: { do: "set-restart", name, policy: { Name: "no" } },
        undo: [{ do: "set-restart", name, policy: before }],
      },
      { ...one, why: `${one.why}; it is kept, stopped` },
    ];
  });

/** The proxy stands on another port first: its own is somebody else's still. */
const onInterimPort = (steps: readonly Step[], interimPort: number): readonly Step[] =>
  steps.flatMap((one): readonly Step[] => {
    if (one.action.do === "start-proxy") return [];
    if (one.action.do !== "declare-backend") return [one];
    return [{ ...one, why: `${one.why}; on port ${interimPort} until its own is free`, action: { ...one.action, httpPort: interimPort } }];
  });

const inPlaceWhy = "it runs exactly what the file says: recorded as it is, without a restart";

/** What is there is still what was looked at, and the proxy reaches it. */
const meet = (input: AdoptionInput, place: Place): readonly Step[] => {
  const { manifest, release } = input;
  const { container, service, inPlace, address, joined } = place;
  const { name, id, state } = container.state;
  const draft = drafting(service.name);
  const { number } = container;
  const backend = backendName(manifest.project, service.name);
  const known = liveOf(place, release);
  return [
    draft(`adopt/${number}`, inPlace ? inPlaceWhy : "it is still the container that was compared", {
      do: "adopt-container",
      name,
      id,
      state: state === "running" ? "running" : "exited",
    }),
    ...(joined && address !== undefined
      ? [
          draft(
            `join/${number}`,
            "it gets a fixed address in the proxy's network, while it runs",
            { do: "connect-network", name, network: ingressName(manifest.project), aliases: [service.name], address },
            { undo: [{ do: "disconnect-network", name, network: ingressName(manifest.project) }] },
          ),
        ]
      : []),
    ...(address === undefined ? [] : gateOf(service, backend, serverName(known), address, `compose-${number}`)),
  ];
};

const summaryOf = (services: readonly SurveyedService[]): readonly ServicePlan[] =>
  services.map(({ service, way, because }) =>
    way === "in-place"
      ? { service: service.name, way: "adopted", why: inPlaceWhy }
      : { service: service.name, way: orderOf(service).way, why: `${because}; ${orderOf(service).why}` },
  );

/**
 * The plan of taking over what docker compose runs. What is as the file says stays as it is; what publishes the proxy's port is first reached through the
 * proxy as well, new connections are sent there, and only when nobody is connected past it any more is it replaced. Nothing of compose's is removed. Pure.
 */
export const planAdoption = (input: AdoptionInput): AdoptionPlan => {
  const { manifest, live, survey, release, describe, httpPort, interimPort, settleMs } = input;
  const { project } = manifest;
  // Compose's containers join the proxy's network while they run; in one of their own their address is not theirs to keep.
  const addresses = addressing(manifest, live, "ingress");
  const places = placesOf(input, addresses);
  const surveyed = new Map(survey.services.map((one) => [one.service.name, one]));
  const changes = inDependencyOrder(manifest.services).flatMap((service) => {
    const one = surveyed.get(service.name);
    return one?.way === "replace" ? [changeOf(input, one, places, addresses)] : [];
  });
  const routed = manifest.services.filter(({ route }) => route !== undefined);
  const backends = routed.map(({ name }) => backendName(project, name));
  const { holder } = survey;
  const taken = holder !== undefined;
  const old = new Map(places.filter(({ inPlace }) => !inPlace).map(({ container }) => [container.state.name, container]));

  const needs = prerequisites(manifest, manifest.services, live, addresses, false);
  const shares = routed.flatMap((service): readonly Step[] => {
    const to = places.filter((one) => one.service === service && one.address !== undefined).map((one) => serverName(liveOf(one, release)));
    if (to.length === 0) return [];
    const action: Action = { do: "shift-traffic", backend: backendName(project, service.name), to, weight: FULL_TRAFFIC };
    return [drafting(service.name)("reach", "what comes through the proxy reaches the containers that run", action)];
  });
  const redirect = !taken
    ? []
    : [
        step(
          "port/redirect",
          `new connections to port ${httpPort} go to the proxy; open ones stay with ${holder.kind === "container" ? holder.container.name : holder.words}`,
          { do: "redirect-port", port: httpPort, to: interimPort },
          {
            undo: [
              { do: "end-redirect", port: httpPort, to: interimPort },
              ...backends.filter((one) => !live.backends.has(one)).map((backend): Action => ({ do: "withdraw-backend", backend })),
              { do: "await-workers", withinMs: OLD_WORKER_MS },
            ],
          },
        ),
      ];
  /** Clients that came past the proxy are answered by the old container until they leave by themselves. */
  const settled = (name: string, port: number, id: string): Step =>
    step(id, "clients that are connected past the proxy finish with the old container", {
      do: "await-direct",
      name,
      port,
      withinMs: settleMs,
    });
  const settle = ({ service, old: leaving }: Change): readonly Step[] =>
    service.route === undefined
      ? []
      : leaving
          .filter(({ state }) => state === "running")
          .map(({ name, replica }) => settled(name, service.route?.port ?? 0, `${service.name}/settle-direct/${replica}`));

  const startFirst = changes.filter(({ order }) => order.way === "start-first");
  const come = changes.flatMap((change) => {
    const up = bringUp(change, manifest, live, describe);
    if (change.order.way === "start-first") return up;
    const [made, started] = [true, false].map((create) => up.filter(({ action }) => (action.do === "create-container") === create));
    return [...(made ?? []), ...settle(change), ...keep(makeRoom(change, manifest), old), ...(started ?? []), ...shift(change, manifest)];
  });
  const leave = startFirst.flatMap((change) => [
    ...settle(change),
    ...shift(change, manifest),
    ...keep(retireChange(change, manifest), old),
  ]);
  const stranger = holder?.kind === "container" && !old.has(holder.container.name) ? holder : undefined;
  const evict =
    stranger === undefined
      ? []
      : [
          settled(stranger.container.name, stranger.port, "port/settle"),
          step(
            "port/unattended",
            "the engine must not start it again when the host does",
            { do: "set-restart", name: stranger.container.name, policy: { Name: "no" } },
            {
              undo: [
                {
                  do: "set-restart",
                  name: stranger.container.name,
                  policy: stranger.container.config.HostConfig.RestartPolicy ?? { Name: "no" },
                },
              ],
            },
          ),
          step(
            "port/stop",
            "it holds the port, and nobody is connected to it any more; it is kept, stopped",
            { do: "stop-container", name: stranger.container.name, graceSeconds: stranger.container.config.StopTimeout ?? 10 },
            { final: true },
          ),
        ];
  const declared = needs.flatMap(({ action }) => (action.do === "declare-backend" ? [action] : []));
  const handOver = !taken
    ? []
    : [
        step("port/free", "whoever had the port has let go of it", { do: "await-port", port: httpPort, withinMs: 10_000 }),
        ...declared.map((action, index) =>
          step(`port/both/${index + 1}`, `the proxy listens on port ${httpPort} itself, and still on ${interimPort}`, {
            ...action,
            httpPort,
            interimPort,
          }),
        ),
        step("port/end-redirect", "new connections reach it directly", { do: "end-redirect", port: httpPort, to: interimPort }),
        ...declared.map((action, index) =>
          step(`port/own/${index + 1}`, `port ${interimPort} is not needed any more`, { ...action, httpPort }),
        ),
      ];

  return {
    plan: {
      schema: "seaworthy/plan@1",
      project,
      release,
      manifest: manifestDigest(manifest),
      summary: summaryOf(survey.services),
      steps: [
        ...(taken ? onInterimPort(needs, interimPort) : needs),
        ...places.flatMap((place) => meet(input, place)),
        ...shares,
        ...redirect,
        ...come,
        ...leave,
        ...evict,
        ...handOver,
      ],
    },
    adopted: places
      .filter(({ inPlace }) => inPlace)
      .map((place) => {
        const { name, service, replica, sha, digest, address } = liveOf(place, release);
        return { id: place.container.state.id, name, service, replica, sha, digest, ...(address === undefined ? {} : { address }) };
      }),
    kept: [
      ...[...old.values()].map(({ service, state }) => ({ id: state.id, name: state.name, service })),
      ...(stranger === undefined ? [] : [{ id: stranger.container.id, name: stranger.container.name, service: stranger.service ?? "" }]),
    ],
  };
};
