import { BlockList, isIP } from "node:net";
import { isNetwork, rememberSecret, SeaworthyError } from "../../../core/index.ts";
import { bare, isLoopback } from "../endpoint.ts";

const fromEnv = (env: NodeJS.ProcessEnv, name: string): string | undefined => env[name] || env[name.toLowerCase()] || undefined;

const isIn = (address: string, network: string): boolean => {
  const [base = "", length = ""] = network.split("/");
  const kind = isIP(base) === 6 ? "ipv6" : "ipv4";
  const list = new BlockList();
  list.addSubnet(base, Number(length), kind);
  return isIP(address) !== 0 && list.check(address, isIP(address) === 6 ? "ipv6" : "ipv4");
};

/** One entry of NO_PROXY, as Go's clients read it: `*`, a name with all below it, `.below`, an address, a network, each with a port or without. */
const spares = (entry: string, host: string, port: string): boolean => {
  if (entry === "*") return true;
  if (entry.includes("/") && isNetwork(entry)) return isIn(host, entry);
  const [, name = "", ownPort] = isIP(entry) === 6 ? [entry, entry] : (/^(.*?)(?::(\d+))?$/.exec(entry) ?? []);
  if (ownPort !== undefined && ownPort !== port) return false;
  const wanted = bare(name).replace(/^\*(?=\.)/, "");
  if (wanted === "") return false;
  return wanted.startsWith(".") ? host.endsWith(wanted) : host === wanted || (isIP(host) === 0 && host.endsWith(`.${wanted}`));
};

/**
 * The proxy that stands between here and a URL: HTTPS_PROXY, HTTP_PROXY and NO_PROXY, large or small, as docker and skopeo read them. Loopback is never proxied.
 * @throws INPUT_INVALID for a proxy that speaks anything but HTTP
 */
export const proxyFor = (url: URL, env: NodeJS.ProcessEnv): string | undefined => {
  const name = url.protocol === "https:" ? "HTTPS_PROXY" : "HTTP_PROXY";
  const told = fromEnv(env, name);
  if (told === undefined || isLoopback(url.hostname)) return undefined;
  const port = url.port === "" ? (url.protocol === "https:" ? "443" : "80") : url.port;
  const spared = (fromEnv(env, "NO_PROXY") ?? "").toLowerCase().split(/[\s,]+/);
  if (spared.some((entry) => spares(entry, bare(url.hostname), port))) return undefined;
  const text = /^[a-z][a-z0-9+.-]*:\/\//i.test(told) ? told : `http://${told}`;
  const proxy = URL.canParse(text) ? new URL(text) : undefined;
  if (proxy === undefined || (proxy.protocol !== "http:" && proxy.protocol !== "https:"))
    throw new SeaworthyError("INPUT_INVALID", `${name} does not name an HTTP proxy (http://host:port)`, {
      hint: "Only HTTP proxies are used. Set it to one, or name the registry in NO_PROXY.",
    });
  if (proxy.password !== "") rememberSecret(decodeURIComponent(proxy.password));
  return proxy.href;
};
