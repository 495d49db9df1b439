import type { ContainerState, Engine, ImageRunConfig, Labels } from "../../engine/index.ts";
import type { HostNetwork, Listener } from "../host/host-network.ts";
import { ingressName, LABELS } from "../live.ts";
import { completes, type ReleaseManifest, type ReleaseService } from "../manifest.ts";
import { orderOf } from "../rollout/overlap.ts";
import { anonymousVolumes, compareContainer, type Expected, publishedPorts } from "./compare.ts";

const COMPOSE = "com.docker.compose";

/** A container that docker compose made for a service, version 1 or 2 of it. */
export interface ComposeContainer {
  readonly service: string;
  /** Compose's own, from 1. */
  readonly number: number;
  readonly state: ContainerState;
}

/** What was found. `remedy`: nothing is needed, a flag of `seaworthy adopt` agrees to it, or it cannot be. */
export interface Finding {
  readonly service?: string;
  /** A sentence. */
  readonly words: string;
  readonly remedy: "none" | "replace" | "take-port" | "firewall-open" | "refused";
}

/** What a person has agreed to. */
export interface Consent {
  /** Services whose containers may be replaced by what the file says. */
  readonly replace: readonly string[];
  readonly takePort: boolean;
  readonly firewallOpen: boolean;
}

export interface SurveyedService {
  readonly service: ReleaseService;
  readonly containers: readonly ComposeContainer[];
  readonly way: "in-place" | "replace";
  /** Why it is replaced. */
  readonly because: string;
  /** Whether its containers can be given an address in the proxy's network without losing their default route. */
  readonly joins: boolean;
}

/** Who has the port that the proxy is to have. */
export type Holder =
  /** `port`: inside the container. */
  | { readonly kind: "container"; readonly container: ContainerState; readonly port: number; readonly service?: string }
  | { readonly kind: "process"; readonly words: string };

export interface Survey {
  readonly services: readonly SurveyedService[];
  readonly holder?: Holder;
  readonly findings: readonly Finding[];
}

const isCompose = (labels: Labels): boolean => labels[`${COMPOSE}.oneoff`] !== "True" && labels[LABELS.project] === undefined;

/** Containers of the project that docker compose made, by service and number. */
export const readCompose = async (engine: Engine, project: string): Promise<readonly ComposeContainer[]> => {
  const found = (await engine.containers.list({ [`${COMPOSE}.project`]: project })).filter(({ labels }) => isCompose(labels));
  const states = await Promise.all(found.map(({ id }) => engine.containers.inspect(id)));
  return states
    .filter((state) => state !== undefined)
    .map((state) => ({
      service: state.labels[`${COMPOSE}.service`] ?? "",
      number: Number(state.labels[`${COMPOSE}.container-number`] ?? "1"),
      state,
    }))
    .toSorted((a, b) => a.service.localeCompare(b.service) || a.number - b.number);
};

export interface SurveyInput {
  readonly engine: Engine;
  readonly host: HostNetwork;
  readonly manifest: ReleaseManifest;
  /** What the file makes of a service now. */
  readonly expected: (service: ReleaseService) => Expected;
  /** The port of the proxy. */
  readonly httpPort: number;
}

const EMPTY: ImageRunConfig = { env: [], exposedPorts: [], volumes: [], labels: {} };

/** The engine takes the default route from the network whose name comes first (libnetwork, sandbox.go): a new one must not be it. */
const canJoin = (project: string, { state }: ComposeContainer): boolean =>
  Object.keys(state.addresses).some((network) => network < ingressName(project));

const bindings = (state: ContainerState): readonly { readonly hostPort: number; readonly port: number }[] =>
  Object.entries(state.config.HostConfig.PortBindings ?? {}).flatMap(([inner, all]) =>
    all.flatMap(({ HostPort = "" }) => (HostPort === "" ? [] : [{ hostPort: Number(HostPort), port: Number.parseInt(inner, 10) }])),
  );

const standing = (container: ComposeContainer, job: boolean): string | undefined => {
  const { name, state, exitCode } = container.state;
  if (job)
    return state === "exited" && exitCode === 0
      ? undefined
      : `${name} is ${state}${exitCode === undefined ? "" : ` with status ${exitCode}`}`;
  return state === "running" ? undefined : `${name} is ${state}`;
};

const surveyService = async (
  { engine, manifest, expected, httpPort }: SurveyInput,
  service: ReleaseService,
  containers: readonly ComposeContainer[],
): Promise<{ readonly surveyed?: SurveyedService; readonly findings: readonly Finding[] }> => {
  const findings: Finding[] = [];
  const say = (remedy: Finding["remedy"], words: string): void => void findings.push({ service: service.name, words, remedy });
  if (containers.length === 0) {
    say(
      "refused",
      "docker compose runs no container of it; start it with docker compose, or leave it out of the file until the first deploy",
    );
    return { findings };
  }
  const job = completes(manifest, service.name);
  const files = new Set([...service.spec.secrets, ...service.spec.configs].map(({ target }) => target));
  let gives = false;
  if (!job && containers.length !== service.replicas)
    say("replace", `${containers.length} containers run, the file says ${service.replicas}`);
  if (new Set(containers.map(({ state }) => state.imageId)).size > 1) say("replace", "its containers run different images");
  for (const container of containers) {
    const { state } = container;
    const image = state.imageId === undefined ? undefined : await engine.images.inspect(state.imageId);
    const stands = standing(container, job);
    if (stands !== undefined) say(job ? "refused" : "replace", stands);
    const { differences, ports } = compareContainer(state, image?.config ?? EMPTY, expected(service), files);
    for (const { setting, words } of differences) say("replace", `${state.name}, ${setting}: ${words}`);
    if (state.beyond !== undefined && state.beyond.length > 0)
      say(
        "refused",
        `${state.name} has settings that a release has no word for, and the next container would not have them: ${state.beyond.join(", ")}`,
      );
    if (ports.length > 0 && service.route !== undefined) {
      gives = true;
      const others = publishedPorts(state.config.HostConfig).filter((one) => !one.includes(`:${httpPort}->`));
      if (others.length > 0)
        say("replace", `${state.name} publishes ${others.join(", ")}, the file does not: nobody answers there any more`);
    } else for (const { words } of ports) say("replace", `${state.name}, ports: ${words}`);
    if (state.health?.status === "unhealthy") say("none", `${state.name} is unhealthy now`);
  }
  const consenting = findings.some(({ remedy }) => remedy === "replace");
  const joins = containers.every((one) => canJoin(manifest.project, one));
  if (service.route !== undefined && service.spec.networkMode !== undefined)
    say("refused", `its route needs the proxy's network, and network_mode: ${service.spec.networkMode} excludes it`);
  const moves = service.route !== undefined && !joins;
  if (moves && orderOf(service).way === "stop-first")
    say(
      "refused",
      `joining the proxy's network would move its default route, because that name comes first (${Object.keys(containers[0]?.state.addresses ?? {}).join(", ")}), and ${orderOf(service).why}`,
    );
  const way = consenting || gives || moves ? "replace" : "in-place";
  const unnamed = containers.flatMap(({ state }) => [...anonymousVolumes(state).keys()].map((target) => ({ target, state })));
  for (const { target, state } of unnamed)
    say(
      way === "replace" ? "refused" : "none",
      `${state.name} keeps ${target} in a volume without a name, which no new container gets: name it under volumes before ${way === "replace" ? "it is replaced" : "the next deploy"}`,
    );
  const because = consenting
    ? "it is not what the file says"
    : gives
      ? "it publishes a port that the proxy takes over"
      : "joining the proxy's network would move its default route";
  return { surveyed: { service, containers, way, because, joins }, findings };
};

/** A container that has the port from the engine, or whose own process listens on the host. */
const containerOn = async (engine: Engine, port: number, listener: Listener): Promise<Holder | undefined> => {
  for (const { id, state } of await engine.containers.list({})) {
    if (state !== "running") continue;
    const found = await engine.containers.inspect(id);
    const binding = found === undefined ? undefined : bindings(found).find(({ hostPort }) => hostPort === port);
    if (found === undefined || (binding === undefined && id !== listener.containerId)) continue;
    const service = found.labels[`${COMPOSE}.service`];
    return { kind: "container", container: found, port: binding?.port ?? port, ...(service === undefined ? {} : { service }) };
  }
  return undefined;
};

const portFindings = async (
  { engine, host, manifest, httpPort }: SurveyInput,
  services: readonly SurveyedService[],
): Promise<Pick<Survey, "holder" | "findings">> => {
  const routed = manifest.services.filter(({ route }) => route !== undefined);
  const findings: Finding[] = [];
  for (const { name, spec } of routed)
    if (spec.ports.some(({ hostPort }) => hostPort === httpPort))
      findings.push({
        service: name,
        remedy: "refused",
        words: `the file publishes port ${httpPort} for it as well, which is the proxy's: take it out of ports, the proxy answers there for the service`,
      });
  for (const port of new Set(routed.flatMap(({ front }) => front?.tls?.port ?? []))) {
    const other = await host.listener(port);
    if (other !== undefined && other.program !== "haproxy")
      findings.push({
        remedy: "refused",
        words: `port ${port}, on which the certificates of the file are to be served, is held by ${other.program ?? "another process"}: take it over without certificates, and bring them in with a deploy once it is free`,
      });
  }
  const listener = routed.length === 0 ? undefined : await host.listener(httpPort);
  if (listener === undefined) return { findings };
  const holder = await containerOn(engine, httpPort, listener);
  if (holder?.kind === "container" && holder.container.labels[LABELS.role] === "proxy") return { findings };
  const filter = await host.filter();
  if (filter !== undefined)
    findings.push({
      remedy: "firewall-open",
      words: `published ports of containers go past the firewall of this host, and the proxy's do not: ${filter}. Let TCP ${httpPort} in before`,
    });
  if (holder?.kind !== "container") {
    const words = `${listener.program ?? "another process"}${listener.pid === undefined ? "" : ` (process ${listener.pid})`}`;
    findings.push({
      remedy: "take-port",
      words: `port ${httpPort} is held by ${words}, which is no container: new connections go to the proxy, for whatever host name; what stays open there is not ours to end, and you stop it when you are asked`,
    });
    return { holder: { kind: "process", words }, findings };
  }
  const { container, service } = holder;
  const own = services.find((one) => one.containers.some(({ state }) => state.id === container.id));
  if (own?.way === "replace" && own.service.route !== undefined) return { holder, findings };
  if (own !== undefined)
    findings.push({
      service: own.service.name,
      remedy: "refused",
      words: `it publishes port ${httpPort}, which is the proxy's, and the file keeps it so: give the proxy another port (x-seaworthy.proxy.http), or take the service or its port out of the file`,
    });
  else
    findings.push({
      remedy: "take-port",
      words: `port ${httpPort} is held by the container ${container.name} (${container.image}${service === undefined ? "" : `, service ${service} of ${container.labels[`${COMPOSE}.project`] ?? "?"}`}), which the file does not name: new connections go to the proxy, for whatever host name, and it is stopped and kept`,
    });
  return { holder, findings };
};

/** Compares what docker compose runs with the file, and looks who has the proxy's port. Changes nothing. */
export const survey = async (input: SurveyInput): Promise<Survey> => {
  const { engine, manifest } = input;
  const all = await readCompose(engine, manifest.project);
  const each = await Promise.all(
    manifest.services.map((service) =>
      surveyService(
        input,
        service,
        all.filter((one) => one.service === service.name),
      ),
    ),
  );
  const services = each.flatMap(({ surveyed }) => surveyed ?? []);
  const port = await portFindings(input, services);
  const names = new Set(manifest.services.map(({ name }) => name));
  const others = all.filter(
    ({ service, state }) => !names.has(service) && !(port.holder?.kind === "container" && port.holder.container.id === state.id),
  );
  return {
    ...port,
    services,
    findings: [
      ...each.flatMap(({ findings }) => findings),
      ...port.findings,
      ...others.map(({ service, state }): Finding => ({
        remedy: "none",
        words: `${state.name} is of the service ${service}, which the file does not name: it is left alone`,
      })),
    ],
  };
};

const FLAGS: Readonly<Partial<Record<Finding["remedy"], string>>> = { "take-port": "--take-port", "firewall-open": "--firewall-open" };

/** What agrees to a finding; undefined where nothing is needed or nothing helps. */
const flagOf = ({ remedy, service }: Finding): string | undefined => (remedy === "replace" ? `--replace ${service ?? ""}` : FLAGS[remedy]);

/** Findings that stand in the way. */
export const unresolvedOf = (findings: readonly Finding[], { replace, takePort, firewallOpen }: Consent): readonly Finding[] =>
  findings.filter(({ remedy, service }) => {
    if (remedy === "replace") return !replace.includes(service ?? "");
    return remedy === "refused" || (remedy === "take-port" && !takePort) || (remedy === "firewall-open" && !firewallOpen);
  });

/** A finding as a person reads it, with what agrees to it. */
export const wordsOfFinding = (finding: Finding): string => {
  const { service, words } = finding;
  const flag = flagOf(finding);
  return `${service === undefined ? "" : `${service}: `}${words}${flag === undefined ? "" : ` (${flag.trim()} agrees)`}`;
};

const FIRST_INTERIM = 18_080;

/** A port on which nobody listens, for the proxy to stand on meanwhile. */
export const freePort = async (host: HostNetwork, besides: number): Promise<number> => {
  for (let port = FIRST_INTERIM; port < FIRST_INTERIM + 200; port += 1)
    if (port !== besides && (await host.listener(port)) === undefined) return port;
  return FIRST_INTERIM;
};
