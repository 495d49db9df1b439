import type { IncomingMessage } from "node:http";
import { BlockList, isIP } from "node:net";
import { TLSSocket } from "node:tls";
import { SeaworthyError } from "../../core/index.ts";

/** Where a request came from, and under which address the client knows this registry. */
export interface Origin {
  readonly address: string;
  /** `https://registry.example`, without a slash at its end. */
  readonly base: string;
}

export interface OriginOptions {
  /** What clients are told; without it, what they asked for. */
  readonly publicUrl?: string;
  /** Addresses or networks (10.0.0.0/8) of proxies whose X-Forwarded-For, -Proto and -Host are believed. */
  readonly trustedProxies?: readonly string[];
}

/** @throws USAGE */
export const requirePublicUrl = (text: string): string => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.pathname !== "/" || url.search !== "" || url.username !== "")
    throw new SeaworthyError("USAGE", `the public address "${text.slice(0, 200)}" is not one, as in https://registry.example`);
  return url.origin;
};

const listOf = (networks: readonly string[]): BlockList => {
  const list = new BlockList();
  for (const network of networks) {
    const [address = "", prefix, ...rest] = network.split("/");
    const family = isIP(address);
    const bits = family === 6 ? 128 : 32;
    const length = prefix === undefined ? bits : /^\d{1,3}$/.test(prefix) ? Number(prefix) : Number.NaN;
    if (family === 0 || rest.length > 0 || !(length <= bits))
      throw new SeaworthyError("USAGE", `"${network.slice(0, 80)}" is not an address or a network, as in 10.0.0.0/8`);
    list.addSubnet(address, length, family === 6 ? "ipv6" : "ipv4");
  }
  return list;
};

/** An address as it is compared and logged: IPv4 in IPv6 is IPv4. */
const plain = (address: string): string => address.replace(/^::ffff:(?=\d+\.)/i, "");
const first = (header: string | readonly string[] | undefined): string | undefined =>
  (typeof header === "string" ? header : header?.[0])?.split(",")[0]?.trim();

/** A name or address with an optional port: what may stand in a Host header and in an answer of ours. */
const HOST = /^(?:[A-Za-z0-9](?:[A-Za-z0-9.-]{0,253}[A-Za-z0-9])?|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?$/;

/** Reads the origin of requests. Forwarding headers of anybody but a trusted proxy are a claim of the client, and are not looked at. @throws USAGE */
export const originReader = ({ publicUrl, trustedProxies = [] }: OriginOptions): ((request: IncomingMessage) => Origin) => {
  const fixed = publicUrl === undefined ? undefined : requirePublicUrl(publicUrl);
  const proxies = listOf(trustedProxies);
  const trusts = (address: string): boolean => {
    const family = isIP(address);
    return family !== 0 && proxies.check(address, family === 6 ? "ipv6" : "ipv4");
  };
  return ({ socket, headers }) => {
    const peer = plain(socket.remoteAddress ?? "");
    const throughProxy = trusts(peer);
    let address = peer;
    if (throughProxy) {
      // From the right: each trusted proxy vouches for the one that it names; what a client wrote itself stands further left.
      const hops = String(headers["x-forwarded-for"] ?? "")
        .split(",")
        .map((hop) => plain(hop.trim()));
      for (const hop of hops.toReversed()) {
        if (isIP(hop) === 0) break;
        address = hop;
        if (!trusts(hop)) break;
      }
    }
    const forwarded = throughProxy ? first(headers["x-forwarded-proto"]) : undefined;
    const scheme = forwarded === "https" || forwarded === "http" ? forwarded : socket instanceof TLSSocket ? "https" : "http";
    const host = (throughProxy ? first(headers["x-forwarded-host"]) : undefined) ?? headers.host ?? "";
    const usable = HOST.test(host)
      ? host
      : `${socket.localAddress?.includes(":") === true ? `[${socket.localAddress}]` : socket.localAddress}:${socket.localPort}`;
    return { address, base: fixed ?? `${scheme}://${usable}` };
  };
};
