import type { ProjectNetwork } from "../project/index.ts";
import { type AddressPool, choosePool, freeAddresses, INGRESS_BITS, PROJECT_BITS } from "./address.ts";
import { ingressName, type Live } from "./live.ts";
import type { ReleaseManifest, ReleaseService } from "./manifest.ts";

/** Where the proxy reaches a container. */
export interface Place {
  /** The engine's name. */
  readonly network: string;
  /** Fixed for the life of the container. */
  readonly address: string;
}

export interface Addressing {
  /** Ranges of networks that are not there yet and that new containers are reached in, by the engine's name. */
  readonly pools: ReadonlyMap<string, AddressPool>;
  /** Places for so many new containers of a service, none for one that the proxy does not reach. No place is given twice. @throws STATE_NEEDS_PERSON */
  readonly places: (service: ReleaseService, count: number) => readonly Place[];
}

/** One of which the file says nothing that a range of our choosing would go against. */
const isPlain = ({ driver, internal, enableIpv6, options, pools }: ProjectNetwork): boolean =>
  driver === "bridge" && !internal && !enableIpv6 && Object.keys(options).length === 0 && pools.length === 0;

/** Networks of the project in which a service's new containers can have fixed addresses: those that were made for it, and those that are still to be made. */
const ownNetworks = ({ spec }: ReleaseService, manifest: ReleaseManifest, live: Live): readonly string[] =>
  spec.networkMode !== undefined
    ? []
    : spec.networks.flatMap(({ network: key, address }) => {
        const network = manifest.networks.find((one) => one.key === key);
        if (network === undefined || network.external || address !== undefined) return [];
        const { name } = network;
        return (live.networks.has(name) ? live.addressed.has(name) : isPlain(network)) ? [name] : [];
      });

/**
 * Where the new containers of a release are reached by the proxy: in the first network of their own that allows it, because each further network makes the
 * start of a container slower (some 40 ms); else in the project's ingress network. Depends on nothing but the manifest and what is there.
 * `only: "ingress"`: never in one of their own.
 */
export const addressing = (manifest: ReleaseManifest, live: Live, only?: "ingress"): Addressing => {
  const ingress = ingressName(manifest.project);
  const own = (service: ReleaseService): readonly string[] => (only === "ingress" ? [] : ownNetworks(service, manifest, live));
  const routed = manifest.services.filter(({ route }) => route !== undefined);
  const pools = new Map<string, AddressPool>();
  const need = (network: string, bits: number): void => {
    if (live.addressed.has(network) || pools.has(network)) return;
    pools.set(network, choosePool([...live.takenSubnets, ...[...pools.values()].map(({ subnet }) => subnet)], bits));
  };
  for (const service of routed) for (const network of own(service)) need(network, PROJECT_BITS);
  if (routed.some((service) => own(service).length === 0)) need(ingress, INGRESS_BITS);

  const taken = new Map<string, readonly string[]>();
  const places = (service: ReleaseService, count: number): readonly Place[] => {
    if (service.route === undefined) return [];
    const network = own(service)[0] ?? ingress;
    const subnet = live.addressed.get(network)?.subnet ?? pools.get(network)?.subnet ?? "";
    const before = taken.get(network) ?? [];
    const addresses = freeAddresses(subnet, new Set([...(live.addressed.get(network)?.used ?? []), ...before]), count);
    taken.set(network, [...before, ...addresses]);
    return addresses.map((address) => ({ network, address }));
  };
  return { pools, places };
};
