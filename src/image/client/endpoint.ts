import { isIP } from "node:net";

/** Docker Hub's registry answers under another name than its images carry. */
const API_HOSTS: Readonly<Record<string, string>> = { "docker.io": "registry-1.docker.io", "index.docker.io": "registry-1.docker.io" };

/** The names that Docker Hub goes by. */
export const isHub = (host: string): boolean => host === "docker.io" || host === "index.docker.io" || host === "registry-1.docker.io";

/** Lower case, without brackets; an IPv4 address mapped into IPv6 as the IPv4 address it is. */
export const bare = (hostname: string): string => {
  const host = hostname.replace(/^\[|\]$/g, "").toLowerCase();
  const [, high = "", low = ""] = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(host) ?? [];
  if (high === "") return host.replace(/^::ffff:(?=\d+\.)/, "");
  const [a, b] = [Number.parseInt(high, 16), Number.parseInt(low, 16)];
  return [a >> 8, a & 255, b >> 8, b & 255].join(".");
};

export const isLoopback = (hostname: string): boolean => {
  const host = bare(hostname);
  return host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."));
};

/** Addresses that a registry out in the world has no business to send us to: loopback, link-local (cloud metadata), private, unspecified. */
export const isInternalAddress = (hostname: string): boolean => {
  const host = bare(hostname);
  if (isLoopback(host)) return true;
  if (isIP(host) === 4)
    return /^(?:0\.|10\.|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.|169\.254\.|172\.(?:1[6-9]|2\d|3[01])\.|192\.168\.)/.test(host);
  return isIP(host) === 6 && (host === "::" || /^(?:fe[89ab]|f[cd]|[0-9a-f]*::ffff:|::)/.test(host));
};

/** Where clouds tell machines their own credentials: nobody but the user may name one. Link-local, and the addresses of AWS and Alibaba. */
export const isMetadataAddress = (hostname: string): boolean => {
  const host = bare(hostname);
  return host.startsWith("169.254.") || host === "100.100.100.200" || /^fe[89ab]/.test(host) || host === "fd00:ec2::254";
};

/** Where a registry's API is. */
export const endpointOf = (registry: string, protocol: "http" | "https"): URL =>
  new URL(`${protocol}://${API_HOSTS[registry] ?? registry}/v2/`);

/** Endings under which anyone can have a name: sharing one of these is sharing nothing. */
const COUNTRY_ENDING = /^(?:com?|net|org|gov|edu|ac|or|ne|go|gob|nom|id)\.[a-z]{2}$/;
const HOSTING_ENDINGS = new Set(
  "amazonaws.com azurecr.io azurewebsites.net cloudfront.net herokuapp.com vercel.app netlify.app github.io gitlab.io pages.dev workers.dev fly.dev run.app appspot.com web.app duckdns.org ondigitalocean.app".split(
    " ",
  ),
);

/** Whether two hosts belong to one owner: the same name, or names below one registrable domain. Guards credentials (CVE-2026-33540). */
export const sameOwner = (a: string, b: string): boolean => {
  const [left, right] = [bare(a), bare(b)];
  if (left === right) return true;
  if (isIP(left) !== 0 || isIP(right) !== 0) return false;
  const ending = left.split(".").slice(-2).join(".");
  const labels = COUNTRY_ENDING.test(ending) || HOSTING_ENDINGS.has(ending) ? 3 : 2;
  const domain = left.split(".").slice(-labels).join(".");
  return (
    domain.split(".").length === labels &&
    (right === domain || right.endsWith(`.${domain}`)) &&
    (left === domain || left.endsWith(`.${domain}`))
  );
};
