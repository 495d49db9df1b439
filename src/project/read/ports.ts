import { isIP } from "node:net";
import { type ComposeNode, splitPort } from "../../source/index.ts";
import type { PublishedPort } from "../container-spec.ts";
import { object, type Reader, type Reading, report } from "./reading.ts";
import { name, oneOf, text } from "./scalars.ts";

const MAX_RANGE = 1024;

/** `80` or `80-90` as every number of it. */
const range = (written: string): readonly number[] | undefined => {
  const match = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(written);
  const first = Number(match?.[1]);
  const last = Number(match?.[2] ?? match?.[1]);
  if (match === null || first < 1 || last > 65_535 || last < first || last - first >= MAX_RANGE) return undefined;
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
};

interface PortParts {
  readonly host?: string | undefined;
  readonly published?: string | undefined;
  readonly target: string;
  readonly protocol: string;
}

const expand = (parts: PortParts, node: ComposeNode, path: string, reading: Reading): readonly PublishedPort[] | undefined => {
  const { host, protocol } = parts;
  const targets = range(parts.target);
  if (targets === undefined)
    return report(reading, node, `${path}: "${parts.target}" is not a container port or range: expected 1 to 65535, as in 80 or 3000-3005`);
  if (protocol !== "tcp" && protocol !== "udp" && protocol !== "sctp")
    return report(reading, node, `${path}: "${protocol}" is not a protocol: expected tcp, udp or sctp`);
  if (host !== undefined && isIP(host) === 0) return report(reading, node, `${path}: "${host}" is not an IP address to publish on`);
  const published = parts.published === undefined || parts.published === "0" ? [] : range(parts.published);
  if (published === undefined)
    return report(reading, node, `${path}: "${parts.published}" is not a host port or range: expected 1 to 65535, as in 8080 or 8080-8085`);
  if (published.length > 1 && targets.length === 1)
    return report(
      reading,
      node,
      `${path}: a range of host ports for one container port is not supported: name one port`,
      "FIELD_UNSUPPORTED",
    );
  if (published.length > 0 && published.length !== targets.length)
    return report(reading, node, `${path}: ${published.length} host ports cannot be published for ${targets.length} container ports`);
  return targets.map((containerPort, index) => {
    const hostPort = published[index];
    return {
      ...(host === undefined ? {} : { hostAddress: host }),
      ...(hostPort === undefined ? {} : { hostPort }),
      containerPort,
      protocol,
    };
  });
};

// `name` and `app_protocol` describe, and on one engine `mode: ingress` and `mode: host` publish alike; `docker compose` reads them the same way.
const LONG = object({
  target: name,
  published: name,
  host_ip: name,
  protocol: name,
  mode: oneOf("host", "ingress"),
  name,
  app_protocol: name,
});

/** One entry of `ports`: `[HOST:][PUBLISHED:]TARGET[/PROTOCOL]`, a number, or the long form. A range gives several. */
export const ports: Reader<readonly PublishedPort[]> = (node, path, reading) => {
  if (node.kind === "mapping") {
    const long = LONG(node, path, reading);
    if (long === undefined) return undefined;
    if (long.target === undefined) return report(reading, node, `${path}: a port needs a target`);
    return expand(
      { host: long.host_ip, published: long.published, target: long.target, protocol: long.protocol ?? "tcp" },
      node,
      path,
      reading,
    );
  }
  const written = text(node, path, reading);
  const short = written === undefined ? undefined : splitPort(written);
  if (short !== undefined) return expand(short, node, path, reading);
  return written === undefined
    ? undefined
    : report(reading, node, `${path}: "${written}" is not a port: expected [HOST:][PUBLISHED:]TARGET[/PROTOCOL]`);
};

/** One entry of `expose`, as `3000/tcp`. */
export const expose: Reader<readonly string[]> = (node, path, reading) => {
  const written = text(node, path, reading);
  const match = /^([\d-]+)(?:\/(tcp|udp|sctp))?$/.exec(written ?? "");
  const numbers = range(match?.[1] ?? "");
  if (written === undefined || numbers !== undefined) return numbers?.map((port) => `${port}/${match?.[2] ?? "tcp"}`);
  return report(reading, node, `${path}: "${written}" is not a port to expose: expected PORT[/PROTOCOL] or a range`);
};
