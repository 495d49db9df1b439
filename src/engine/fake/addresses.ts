import type { FakeContainer, FakeNetwork, FakeStore } from "./store.ts";
import { refusal } from "./store.ts";

const toNumber = (address: string): number => address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
const toText = (address: number): string => [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join(".");

const bounds = (cidr: string): { first: number; last: number } => {
  const [address = "0.0.0.0", prefix = "32"] = cidr.split("/");
  const size = 2 ** (32 - Number(prefix));
  const first = Math.floor(toNumber(address) / size) * size;
  return { first, last: first + size - 1 };
};

const contains = (cidr: string, address: string): boolean => {
  const { first, last } = bounds(cidr);
  return toNumber(address) >= first && toNumber(address) <= last;
};

export const overlap = (a: string, b: string): boolean => bounds(a).first <= bounds(b).last && bounds(b).first <= bounds(a).last;

/** Addresses in use: the gateway's and those of running containers. A stopped container holds none. */
const taken = (store: FakeStore, network: FakeNetwork): ReadonlySet<string> => {
  const gateway = network.config.pools?.[0]?.gateway ?? toText(bounds(network.subnet).first + 1);
  const used = [...store.containers.values()]
    .filter((one) => one.state === "running" || one.state === "paused")
    .map((one) => one.endpoints.get(network.id)?.address ?? "");
  return new Set([gateway, ...used]);
};

/** The fixed address when it is free and inside the subnet, else the lowest free one of the dynamic range. */
export const allocate = (store: FakeStore, network: FakeNetwork, container: FakeContainer, tried: string): string => {
  const fixed = container.endpoints.get(network.id)?.fixed;
  const used = taken(store, network);
  if (fixed !== undefined) {
    if ((network.config.pools ?? []).length === 0)
      throw refusal(tried, "user specified IP address is supported only when connecting to networks with user configured subnets", 400);
    if (!contains(network.subnet, fixed))
      throw refusal(tried, `Invalid address ${fixed}: It does not belong to any of this network's subnets`, 403);
    if (used.has(fixed)) throw refusal(tried, "Address already in use", 403, { addressTaken: true });
    return fixed;
  }
  const { first, last } = bounds(network.config.pools?.[0]?.ipRange ?? network.subnet);
  for (let at = first; at < last; at += 1) {
    const address = toText(at);
    if (at !== bounds(network.subnet).first && !used.has(address)) return address;
  }
  throw refusal(tried, "no available IPv4 addresses on this network's address pools", 403);
};
