import { isIP } from "node:net";
import { isAbsolute, resolve } from "node:path";
import type { ContainerSpec } from "../container-spec.ts";
import { object, type Reader, report } from "./reading.ts";
import { integer, listOf, mapOf, name, text } from "./scalars.ts";

const LIMIT = object({ soft: integer(-1), hard: integer(-1) });
const limit: Reader<{ readonly soft: number; readonly hard: number }> = (node, path, reading) => {
  if (node.kind === "mapping") {
    const { soft, hard } = LIMIT(node, path, reading) ?? {};
    if (soft === undefined || hard === undefined) return report(reading, node, `${path}: expected both soft and hard`);
    if (hard >= 0 && (soft < 0 || soft > hard))
      return report(reading, node, `${path}: the soft limit ${soft} is above the hard limit ${hard}`);
    return { soft, hard };
  }
  const both = integer(-1)(node, path, reading);
  return both === undefined ? undefined : { soft: both, hard: both };
};

export const ulimits: Reader<ContainerSpec["ulimits"]> = (node, path, reading) => {
  const limits = mapOf(limit)(node, path, reading);
  if (limits === undefined) return undefined;
  return Object.entries(limits).flatMap(([key, value]) => (value === null ? [] : [{ name: key, ...value }]));
};

/** `extra_hosts` in the engine's form, `host:address`. */
export const extraHosts: Reader<readonly string[]> = (node, path, reading) => {
  const address: Reader<readonly string[]> = (value, where) => {
    const list = value.kind === "sequence" ? listOf(name)(value, where, reading) : [name(value, where, reading)];
    return list?.flatMap((one) => {
      const bare = one?.replace(/^\[(.*)\]$/, "$1");
      if (bare === undefined || isIP(bare) > 0 || bare === "host-gateway") return bare === undefined ? [] : [bare];
      report(reading, value, `${where}: "${bare}" is not an IP address or host-gateway`);
      return [];
    });
  };
  const hosts = mapOf(address)(node, path, reading);
  if (hosts === undefined) return undefined;
  return Object.entries(hosts).flatMap(([host, addresses]) => {
    if (addresses === null) report(reading, node, `${path}: ${host} has no address: expected HOST=ADDRESS`);
    return (addresses ?? []).map((one) => `${host}:${one}`);
  });
};

type Device = ContainerSpec["devices"][number];
const DEVICE = object({ source: name, target: name, permissions: name });

/** `HOST[:CONTAINER[:PERMISSIONS]]` or the long form. */
export const device: Reader<Device> = (node, path, reading) => {
  const long = node.kind === "mapping" ? DEVICE(node, path, reading) : undefined;
  const written = node.kind === "mapping" ? undefined : name(node, path, reading);
  const [host, container, permissions] = long === undefined ? (written?.split(":") ?? []) : [long.source, long.target, long.permissions];
  if (host === undefined) return node.kind === "mapping" ? report(reading, node, `${path}: a device needs a source`) : undefined;
  if (!host.startsWith("/"))
    return report(
      reading,
      node,
      `${path}: "${host}" is not supported: only device paths are, CDI names are not in this version`,
      "FIELD_UNSUPPORTED",
    );
  // HOST:rwm leaves the container's path out.
  const short = container !== undefined && permissions === undefined && /^[rwm]+$/.test(container);
  const mode = (short ? container : permissions) ?? "rwm";
  if (!/^[rwm]{1,3}$/.test(mode)) return report(reading, node, `${path}: "${mode}" are not device permissions: expected some of r, w, m`);
  return { host, container: short ? host : (container ?? host), permissions: mode };
};

/** One security option; the file of a seccomp profile becomes absolute. */
export const securityOption: Reader<string> = (node, path, reading) => {
  const written = name(node, path, reading);
  if (written === undefined) return undefined;
  const match = /^([a-z-]+)[=:](.*)$/s.exec(written);
  const [, key = written, value = ""] = match ?? [];
  switch (key) {
    case "no-new-privileges":
      return value === "false" ? "no-new-privileges:false" : "no-new-privileges:true";
    case "seccomp":
      if (value === "unconfined" || value === "builtin" || value.trimStart().startsWith("{")) return `seccomp=${value}`;
      return `seccomp=${isAbsolute(value) ? value : resolve(reading.folder, value)}`;
    case "apparmor":
    case "label":
      return `${key}=${value}`;
    case "systempaths":
    case "writable-cgroups":
      return report(reading, node, `${path}: ${written} is not supported: not in this version`, "FIELD_UNSUPPORTED");
    default:
      return report(
        reading,
        node,
        `${path}: unknown security option "${written}": expected no-new-privileges, seccomp=, apparmor= or label=`,
      );
  }
};

export const capability: Reader<string> = (node, path, reading) => {
  const written = text(node, path, reading);
  const bare = written?.toUpperCase().replace(/^CAP_/, "");
  if (written === undefined || bare === undefined || /^[A-Z][A-Z_]{1,40}$/.test(bare)) return bare;
  return report(reading, node, `${path}: "${written}" is not a capability: expected a name such as NET_BIND_SERVICE, or ALL`);
};
