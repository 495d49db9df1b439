import { networkInterfaces } from "node:os";
import type { Platform } from "../core/index.ts";
import type { ContainerSummary, Engine, NetworkState } from "../engine/index.ts";
import { type Backend, nextOf, type Proxy } from "../proxy/index.ts";
import { isGiven } from "./address.ts";
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
  /** Of a container: the network in which it has that address. */
  network: "dev.seaworthy.network",
  /** Of a network: the subnet whose lower half we give addresses from. */
  addresses: "dev.seaworthy.addresses",
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
  /** Its fixed address, when it is routed. */
  readonly address?: string;
  /** The engine's name of the network in which it has that address. Absent: the ingress network. */
  readonly network?: string;
  readonly state: ContainerSummary["state"];
  /** `<repository>@<digest>` it runs. */
  readonly image: string;
  /** How the proxy speaks to it; absent where the proxy does not know it. */
  readonly spoken?: Spoken;
}

/** A network in which we give fixed addresses. */
export interface Addressed {
  readonly subnet: string;
  /** Those of the lower half that somebody has. */
  readonly used: ReadonlySet<string>;
}

/** Everything of the host that planning looks at, read once. */
export interface Live {
  readonly platform: Platform;
  readonly containers: readonly LiveContainer[];
  /** By the engine's name: the project's ingress network, and networks of its own that were made so. */
  readonly addressed: ReadonlyMap<string, Addressed>;
  readonly takenSubnets: readonly string[];
  readonly networks: ReadonlySet<string>;
  readonly volumes: ReadonlySet<string>;
  /** Backends of the project in the proxy. */
  readonly backends: ReadonlyMap<string, Backend>;
  /** Ids of the project's certificates in the proxy. */
  readonly certificates?: readonly string[];
}

/** Key of the network that only the proxy and routed containers share, of services in no other that the proxy could use; no user's key looks like it. */
export const INGRESS = "seaworthy-ingress";

export const ingressName = (project: string): string => `${project}_${INGRESS}`;

export const liveContainer = (summary: ContainerSummary): LiveContainer => {
  const label = (key: keyof typeof LABELS): string => summary.labels[LABELS[key]] ?? "";
  const [address, network] = [label("address"), label("network")];
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
    ...(network === "" ? {} : { network }),
  };
};

const hostSubnets = (): readonly string[] =>
  Object.values(networkInterfaces())
    .flat()
    .flatMap((one) => (one?.family === "IPv4" && one.cidr !== null ? [one.cidr] : []));

/** One that somebody made again in its place has another subnet than its label says, or no label. */
const isAddressed = (project: string, { name, labels, subnets: [subnet] }: NetworkState): boolean =>
  name === ingressName(project) || (labels[LABELS.project] === project && labels[LABELS.addresses] === subnet);

const addressedOf = (project: string, networks: readonly NetworkState[], containers: readonly LiveContainer[]): Live["addressed"] =>
  new Map(
    networks.flatMap((network) => {
      const [subnet] = network.subnets;
      if (subnet === undefined || !isAddressed(project, network)) return [];
      // A stopped container's address is not in the network's own list, and is kept for it all the same.
      const used = [...Object.values(network.addresses), ...containers.flatMap(({ address }) => address ?? [])];
      return [[network.name, { subnet, used: new Set(used.filter((address) => isGiven(subnet, address))) }]];
    }),
  );

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
    addressed: addressedOf(project, networks, containers),
    takenSubnets: [...networks.flatMap((network) => network.subnets), ...hostSubnets()],
    networks: new Set(networks.map((network) => network.name)),
    volumes: new Set(volumes.map((volume) => volume.name)),
    certificates: proxy.certificates.list().flatMap((one) => (one.project === project ? [one.id] : [])),
    backends: new Map(backends.map((backend) => [backend.name, backend])),
  };
};
