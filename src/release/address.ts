import { SeaworthyError } from "../core/index.ts";

/**
 * Fixed addresses of a project's ingress network, a /24: .1 is the gateway, .2 to .127 are ours to give, the engine allocates by itself from .128 up.
 * So a restarted container can never come up on an address that the proxy knows as another's.
 */
export interface AddressPool {
  readonly subnet: string;
  readonly gateway: string;
  readonly ipRange: string;
}

const FIRST = 2;
const LAST = 127;

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

const poolOf = (range: string, third: number): AddressPool => ({
  subnet: `${range}.${third}.0/24`,
  gateway: `${range}.${third}.1`,
  ipRange: `${range}.${third}.128/25`,
});

/** The first /24 that meets none of the subnets in use, by networks of the engine or interfaces of the host. */
export const choosePool = (taken: readonly string[]): AddressPool => {
  for (const range of RANGES)
    for (let third = 0; third < 256; third += 1) {
      const candidate = poolOf(range, third);
      if (!taken.some((subnet) => overlap(subnet, candidate.subnet))) return candidate;
    }
  throw new SeaworthyError(
    "STATE_NEEDS_PERSON",
    `every /24 of ${RANGES.map((range) => `${range}.0.0/16`).join(", ")} is in use, so the project's ingress network has no room`,
    { hint: "Remove networks of projects that are gone: docker network ls." },
  );
};

/** The lowest free addresses of the given /24, in order. @throws STATE_NEEDS_PERSON when fewer are free. */
export const freeAddresses = (subnet: string, used: ReadonlySet<string>, count: number): readonly string[] => {
  const start = bounds(subnet)?.[0] ?? 0;
  const text = (offset: number): string => [24, 16, 8, 0].map((shift) => Math.floor((start + offset) / 2 ** shift) % 256).join(".");
  const free: string[] = [];
  for (let offset = FIRST; offset <= LAST && free.length < count; offset += 1) if (!used.has(text(offset))) free.push(text(offset));
  if (free.length < count)
    throw new SeaworthyError("STATE_NEEDS_PERSON", `the ingress network ${subnet} has ${free.length} free addresses; ${count} are needed`);
  return free;
};
