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
    // `${BIND}:80:80` must not lose its first part to the check for an address.
    const port = splitPort(written.replaceAll(UNKNOWN, "0"));
    if (port === undefined) return undefined;
    const unknown = written.startsWith(UNKNOWN) && written.split(":").length > 2;
    return { node, ...port, ...(unknown ? { host: UNKNOWN } : {}) };
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

const MAX_RANGE = 65_536;

/** Every number of `80` or `80-90`; none for anything else. */
export const numbersIn = (written: string | undefined): readonly number[] => {
  const [, first, last = first] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(written ?? "") ?? [];
  const [from, to] = [Number(first), Number(last)];
  return to >= from && to < MAX_RANGE ? Array.from({ length: to - from + 1 }, (_, index) => from + index) : [];
};

const EVERY = new Set(["0.0.0.0", "::", "[::]", "*", "0:0:0:0:0:0:0:0"]);

/** Whether a port is open on all addresses of the host: because one says so, or because nothing is said. */
export const isOnEveryAddress = (host: string | undefined): boolean => host === undefined || EVERY.has(host);
