import { existsSync, readFileSync } from "node:fs";

/** The kernel's list of IPv6 addresses; not there, or empty, where IPv6 is switched off (proc(5)). */
const ADDRESSES = "/proc/net/if_inet6";

/** Whether this machine has IPv6 at all; the loopback address alone is enough. */
export const hasIpv6 = (): boolean => existsSync(ADDRESSES) && readFileSync(ADDRESSES, "utf8").trim() !== "";

/** What a port is listened on with TLS: see `tlsOptions`. */
export interface Listening {
  readonly port: number;
  readonly options?: string;
}

/**
 * A line each for IPv4 and IPv6. One socket for both would have IPv4 clients appear as `::ffff:192.0.2.1` in X-Forwarded-For.
 */
export const bindLines = ({ port, options }: Listening, ipv6: boolean): readonly string[] => {
  const more = options === undefined ? "" : ` ${options}`;
  return [`bind :${port}${more}`, ...(ipv6 ? [`bind :::${port} v6only${more}`] : [])];
};

/** Ports that a configuration listens on. */
export const boundPorts = (config: string): readonly number[] =>
  [...config.matchAll(/^ {4}bind :(\d+)(?: |$)/gm)].map((match) => Number(match[1]));
