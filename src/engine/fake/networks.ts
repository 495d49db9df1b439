import type { Networks, NetworkState } from "../ports.ts";
import { allocate, overlap } from "./addresses.ts";
import { type FakeNetwork, type FakeStore, findContainer, findNetwork, hasLabels, refusal } from "./store.ts";

const readNetwork = (store: FakeStore, network: FakeNetwork): NetworkState => ({
  id: network.id,
  name: network.name,
  driver: network.config.driver,
  internal: network.config.internal ?? false,
  labels: network.config.labels,
  subnets: [network.subnet, ...(network.config.pools ?? []).slice(1).map((pool) => pool.subnet)],
  addresses: Object.fromEntries(
    [...store.containers.values()]
      .filter((one) => one.state === "running" && one.endpoints.has(network.id))
      .map((one) => [one.id, one.endpoints.get(network.id)?.address ?? ""]),
  ),
});

/** The engine's own pools for networks without a subnet: 172.18.0.0/16 and on. */
const freePool = (store: FakeStore): string => {
  const used = [...store.networks.values()].map((one) => one.subnet);
  for (let second = 18; second < 256; second += 1)
    if (!used.some((subnet) => overlap(subnet, `172.${second}.0.0/16`))) return `172.${second}.0.0/16`;
  throw refusal(
    "create a network",
    "could not find an available, non-overlapping IPv4 address pool among the defaults to assign to the network",
    500,
  );
};

export const fakeNetworks = (store: FakeStore): Networks => ({
  create: async (name, config) => {
    const tried = `create the network ${name}`;
    if (findNetwork(store, name) !== undefined) throw refusal(tried, `network with name ${name} already exists`, 409);
    const subnet = config.pools?.[0]?.subnet ?? freePool(store);
    if ([...store.networks.values()].some((other) => overlap(other.subnet, subnet)))
      throw refusal(tried, "Pool overlaps with other one on this address space", 403);
    const id = store.nextId("network");
    store.networks.set(id, { id, name, config, subnet });
    store.emit("network", "create", id, { name });
    return id;
  },
  inspect: async (text) => {
    const network = findNetwork(store, text);
    return network === undefined ? undefined : readNetwork(store, network);
  },
  list: async (labels) =>
    [...store.networks.values()].filter((one) => hasLabels(one.config.labels, labels)).map((one) => readNetwork(store, one)),
  connect: async (text, container, options = {}) => {
    const tried = `connect ${container} to ${text}`;
    const network = findNetwork(store, text);
    const one = findContainer(store, container);
    if (network === undefined) throw refusal(tried, `network ${text} not found`, 404);
    if (one === undefined) throw refusal(tried, `No such container: ${container}`, 404);
    if (one.endpoints.has(network.id)) return;
    const endpoint = { aliases: options.aliases ?? [], fixed: options.address, address: "" };
    one.endpoints.set(network.id, endpoint);
    if (one.state !== "running") return;
    try {
      endpoint.address = allocate(store, network, one, tried);
    } catch (error) {
      one.endpoints.delete(network.id);
      throw error;
    }
    store.emit("network", "connect", network.id, { name: network.name, container: one.id });
  },
  disconnect: async (text, container) => {
    const network = findNetwork(store, text);
    const one = findContainer(store, container);
    if (network === undefined || one?.endpoints.delete(network.id) !== true) return;
    if (one.state === "running") store.emit("network", "disconnect", network.id, { name: network.name, container: one.id });
  },
  remove: async (text) => {
    const network = findNetwork(store, text);
    if (network === undefined) return;
    const busy = [...store.containers.values()].some((one) => one.state === "running" && one.endpoints.has(network.id));
    if (busy)
      throw refusal(
        `remove the network ${text}`,
        `error while removing network: network ${network.name} id ${network.id} has active endpoints`,
        403,
      );
    store.networks.delete(network.id);
    store.emit("network", "destroy", network.id, { name: network.name });
  },
});
