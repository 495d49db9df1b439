import { BlockList, isIPv4, isIPv6 } from "node:net";
import { type ComposeNode, splitPort } from "../../source/index.ts";
import { get, items } from "../../source/yaml/index.ts";
import { knownText, UNKNOWN } from "./text.ts";

/** One entry of a service's `ports`, as written. Parts that hang on a missing variable hold UNKNOWN. */
export interface WrittenPort {
  readonly node: ComposeNode;
  readonly host?: string;
  /** A number, a range, or absent when the engine picks. */
  readonly published?: string;
  readonly target: string;
  readonly protocol: string;
}

const part = (node: ComposeNode, key: string): string | undefined => {
  const found = get(node, key);
  return found?.kind === "scalar" && found.value !== null ? knownText(found) : undefined;
};

const portOf = (node: ComposeNode): WrittenPort | undefined => {
  if (node.kind === "scalar") {
    const written = knownText(node);
    const port = splitPort(written);
    if (port !== undefined) return { node, ...port };
    // Such as `[fd00::${LAST}]:80:80`: something is published, and no part of it is known for sure.
    return written.includes(UNKNOWN) ? { node, host: UNKNOWN, published: UNKNOWN, target: UNKNOWN, protocol: UNKNOWN } : undefined;
  }
  const target = part(node, "target");
  const host = part(node, "host_ip");
  const published = part(node, "published");
  return target === undefined
    ? undefined
    : {
        node,
        ...(host === undefined || host === "" ? {} : { host }),
        ...(published === undefined || published === "" ? {} : { published }),
        target,
        protocol: (part(node, "protocol") ?? "tcp").toLowerCase(),
      };
};

export const portsOf = (service: ComposeNode): readonly WrittenPort[] =>
  items(service, "ports")
    .map(portOf)
    .filter((port) => port !== undefined);

export const isKnown = (part: string): boolean => !part.includes(UNKNOWN);

/** As messages call it: by the host's number if it has one, else by the container's. */
export const portWords = ({ published, target, protocol }: WrittenPort): string => {
  const number = published ?? target;
  if (!isKnown(number)) return "a port that hangs on a variable";
  return isKnown(protocol) ? `port ${number}/${protocol}` : `port ${number}`;
};

const MAX_RANGE = 65_536;

/** Every number of `80` or `80-90`; none for anything else, such as what hangs on a variable. */
export const numbersIn = (written: string | undefined): readonly number[] => {
  const [, first, last = first] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(written ?? "") ?? [];
  const [from, to] = [Number(first), Number(last)];
  return to >= from && to < MAX_RANGE ? Array.from({ length: to - from + 1 }, (_, index) => from + index) : [];
};

const EVERY = new BlockList();
EVERY.addAddress("0.0.0.0", "ipv4");
EVERY.addAddress("::", "ipv6");

/** Whether a port is open on all addresses of the host: because one says so, or because nothing is said. */
export const isOnEveryAddress = (host: string | undefined): boolean => {
  if (host === undefined || host === "*") return true;
  const address = host.replace(/^\[(.*)\]$/, "$1");
  return isIPv4(address) ? EVERY.check(address, "ipv4") : isIPv6(address) && EVERY.check(address, "ipv6");
};
