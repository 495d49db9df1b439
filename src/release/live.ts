import { networkInterfaces } from "node:os";
import type { Platform } from "../core/index.ts";
import type { ContainerSummary, Engine, NetworkState } from "../engine/index.ts";
import { type Backend, nextOf, type Proxy } from "../proxy/index.ts";
import { backendName, type Spoken } from "./manifest.ts";
import { serverName } from "./rollout/drafting.ts";

export const LABELS = {
  project: "dev.seaworthy.project",
  service: "dev.seaworthy.service",
  release: "dev.seaworthy.release",
  replica: "dev.seaworthy.replica",
  sha: "dev.seaworthy.spec-sha",
  digest: "dev.seaworthy.digest",
  address: "dev.seaworthy.address",
  role: "dev.seaworthy.role",
  state: "dev.seaworthy.state",
} as const;

/** A container of ours, as its labels say what it is for. */
export interface LiveContainer {
  readonly name: string;
  readonly service: string;
  readonly release: number;
  readonly replica: number;
  readonly sha: string;
  readonly digest: string;
  /** Its fixed address in the ingress network, when it is routed. */
  readonly address?: string;
  readonly state: ContainerSummary["state"];
  /** `<repository>@<digest>` it runs. */
  readonly image: string;
  /** How the proxy speaks to it; absent where the proxy does not know it. */
  readonly spoken?: Spoken;
}

/** Everything of the host that planning looks at, read once. */
export interface Live {
  readonly platform: Platform;
  readonly containers: readonly LiveContainer[];
  readonly ingress?: { readonly subnet: string; readonly used: ReadonlySet<string> };
  readonly takenSubnets: readonly string[];
  readonly networks: ReadonlySet<string>;
  readonly volumes: ReadonlySet<string>;
  /** Backends of the project in the proxy. */
  readonly backends: ReadonlyMap<string, Backend>;
  /** Ids of the project's certificates in the proxy. */
  readonly certificates?: readonly string[];
}

/** Key of the network that only the proxy and routed containers share; no user's key looks like it. */
export const INGRESS = "seaworthy-ingress";

export const ingressName = (project: string): string => `${project}_${INGRESS}`;

export const liveContainer = (summary: ContainerSummary): LiveContainer => {
  const label = (key: keyof typeof LABELS): string => summary.labels[LABELS[key]] ?? "";
  const address = label("address");
  return {
    name: summary.name,
    service: label("service"),
    release: Number(label("release")),
    replica: Number(label("replica")),
    sha: label("sha"),
    digest: label("digest"),
    state: summary.state,
    image: summary.image,
    ...(address === "" ? {} : { address }),
  };
};

const hostSubnets = (): readonly string[] =>
  Object.values(networkInterfaces())
    .flat()
    .flatMap((one) => (one?.family === "IPv4" && one.cidr !== null ? [one.cidr] : []));

const ingressOf = (network: NetworkState | undefined, containers: readonly LiveContainer[]): Live["ingress"] => {
  const subnet = network?.subnets[0];
  if (network === undefined || subnet === undefined) return undefined;
  // A stopped container's address is not in the network's own list, and is kept for it all the same.
  const used = [...Object.values(network.addresses), ...containers.flatMap(({ address }) => address ?? [])];
  return { subnet, used: new Set(used) };
};

/** The release that comes may speak otherwise; what was there comes back as it was. */
const withSpoken = (container: LiveContainer, backend: Backend | undefined): LiveContainer => {
  const server = backend?.servers.find(({ name }) => name === serverName(container));
  if (server === undefined) return container;
  const { port, protocol } = server;
  return { ...container, spoken: { port, ...(protocol === undefined ? {} : { protocol }) } };
};

export const readLive = async (engine: Engine, proxy: Proxy, project: string, services: readonly string[]): Promise<Live> => {
  const [info, summaries, networks, volumes] = await Promise.all([
    engine.system.info(),
    engine.containers.list({ [LABELS.project]: project }),
    engine.networks.list({}),
    engine.volumes.list({}),
  ]);
  const containers = summaries.map(liveContainer).toSorted((a, b) => a.name.localeCompare(b.name));
  const ingress = ingressOf(
    networks.find((network) => network.name === ingressName(project)),
    containers,
  );
  const names = new Set([...services, ...containers.map(({ service }) => service)]);
  const backends = [...names].flatMap((service) => {
    const name = backendName(project, service);
    return [proxy.declared(name), proxy.declared(nextOf(name))].filter((one) => one !== undefined);
  });
  return {
    platform: info.platform,
    containers: containers.map((one) =>
      withSpoken(
        one,
        backends.find(({ name }) => name === backendName(project, one.service)),
      ),
    ),
    ...(ingress === undefined ? {} : { ingress }),
    takenSubnets: [...networks.flatMap((network) => network.subnets), ...hostSubnets()],
    networks: new Set(networks.map((network) => network.name)),
    volumes: new Set(volumes.map((volume) => volume.name)),
    certificates: proxy.certificates.list().flatMap((one) => (one.project === project ? [one.id] : [])),
    backends: new Map(backends.map((backend) => [backend.name, backend])),
  };
};
