import { SeaworthyError } from "../core/index.ts";

/**
 * The range of a network in which containers have fixed addresses: the first is the gateway's, the rest of the lower half is ours to give, and from the upper
 * half the engine allocates by itself. So a restarted container can never come up on an address that the proxy knows as another's.
 */
export interface AddressPool {
  readonly subnet: string;
  readonly gateway: string;
  readonly ipRange: string;
}

/** After the network's own address and its gateway's. */
const FIRST = 2;

/** Of a network that only the proxy and routed containers share: 126 of these. */
export const INGRESS_BITS = 24;
/** Of a network that a whole project shares: 510 with a fixed address and 512 without, as many as a bridge has ports (BR_MAX_PORTS of the kernel). */
export const PROJECT_BITS = 22;

const toNumber = (address: string): number => address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
const isIpv4 = (text: string): boolean => /^\d{1,3}(?:\.\d{1,3}){3}$/.test(text) && text.split(".").every((part) => Number(part) <= 255);

/** First and last address of an IPv4 subnet; undefined for what is none. */
const bounds = (cidr: string): readonly [number, number] | undefined => {
  const [address, length = "32"] = cidr.split("/");
  if (address === undefined || !isIpv4(address) || !/^\d{1,2}$/.test(length) || Number(length) > 32) return undefined;
  const size = 2 ** (32 - Number(length));
  const start = Math.floor(toNumber(address) / size) * size;
  return [start, start + size - 1];
};

const overlap = (a: string, b: string): boolean => {
  const one = bounds(a);
  const two = bounds(b);
  return one !== undefined && two !== undefined && one[0] <= two[1] && two[0] <= one[1];
};

/** Private ranges (RFC 1918) that Docker does not take from first; the later ones are for hosts whose own network is all of 10.0.0.0/8. */
const RANGES = ["10.209", "172.29", "192.168"] as const;

const toText = (address: number): string => [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join(".");

/** The first range of this length that meets none of the subnets in use, by networks of the engine or interfaces of the host. @throws STATE_NEEDS_PERSON */
export const choosePool = (taken: readonly string[], bits: number): AddressPool => {
  const size = 2 ** (32 - bits);
  for (const range of RANGES) {
    const first = toNumber(`${range}.0.0`);
    for (let start = first; start < first + 65_536; start += size) {
      const subnet = `${toText(start)}/${bits}`;
      if (!taken.some((other) => overlap(other, subnet)))
        return { subnet, gateway: toText(start + 1), ipRange: `${toText(start + size / 2)}/${bits + 1}` };
    }
  }
  throw new SeaworthyError(
    "STATE_NEEDS_PERSON",
    `every /${bits} of ${RANGES.map((range) => `${range}.0.0/16`).join(", ")} is in use, so the project's network has no room`,
    { hint: "Remove networks of projects that are gone: docker network ls." },
  );
};

/** First and last address that are ours to give. */
const given = (subnet: string): readonly [number, number] => {
  const [start, end] = bounds(subnet) ?? [0, 0];
  return [start + FIRST, start + (end - start + 1) / 2 - 1];
};

/** Whether an address is one that the engine does not allocate by itself. */
export const isGiven = (subnet: string, address: string): boolean => {
  const [first, last] = given(subnet);
  return isIpv4(address) && toNumber(address) >= first && toNumber(address) <= last;
};

/** The lowest free addresses of a range's lower half, in order. @throws STATE_NEEDS_PERSON when fewer are free. */
export const freeAddresses = (subnet: string, used: ReadonlySet<string>, count: number): readonly string[] => {
  const [first, last] = given(subnet);
  const free: string[] = [];
  for (let at = first; at <= last && free.length < count; at += 1) if (!used.has(toText(at))) free.push(toText(at));
  if (free.length < count)
    throw new SeaworthyError("STATE_NEEDS_PERSON", `the network ${subnet} has ${free.length} free addresses; ${count} are needed`);
  return free;
};
