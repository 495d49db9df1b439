import { isIPv4 } from "node:net";
import type { NetworkAttachment } from "../container-spec.ts";
import { object, type Reader, report } from "./reading.ts";
import { integer, listOf, mapOf, name } from "./scalars.ts";

const LATER = "not in this version";

const address: Reader<string> = (node, path, reading) => {
  const written = name(node, path, reading);
  if (written === undefined || isIPv4(written)) return written;
  return report(reading, node, `${path}: "${written}" is not an IPv4 address`);
};

const ATTACHMENT = object(
  { aliases: listOf(name), ipv4_address: address, priority: integer(-1_000_000) },
  {
    ipv6_address: LATER,
    link_local_ips: LATER,
    mac_address: LATER,
    driver_opts: LATER,
    gw_priority: "it needs engine API 1.48",
    interface_name: "it needs engine API 1.49",
  },
);

/** A service's `networks`, highest priority first, then as written. */
export const networks: Reader<readonly NetworkAttachment[]> = (node, path, reading) => {
  const byKey = mapOf(ATTACHMENT)(node, path, reading);
  if (byKey === undefined) return undefined;
  return Object.entries(byKey)
    .toSorted(([, a], [, b]) => (b?.priority ?? 0) - (a?.priority ?? 0))
    .map(([network, options]) => ({
      network,
      aliases: options?.aliases ?? [],
      ...(options?.ipv4_address === undefined ? {} : { address: options.ipv4_address }),
    }));
};

/** `host`, `none`, `bridge` or `service:NAME`. */
export const networkMode: Reader<string> = (node, path, reading) => {
  const written = name(node, path, reading);
  if (written === undefined || /^(?:host|none|bridge|service:.+)$/.test(written)) return written;
  if (written.startsWith("container:"))
    return report(
      reading,
      node,
      `${path}: ${written} is not supported: a container outside the project can be gone tomorrow; use service:NAME`,
      "FIELD_UNSUPPORTED",
    );
  return report(reading, node, `${path}: expected bridge, host, none or service:NAME; got "${written}"`);
};

/** `pid` and `ipc` share the host's namespace, another service's, or (ipc) are private or shareable. */
export const namespaceMode =
  (...words: readonly string[]): Reader<string> =>
  (node, path, reading) => {
    const written = name(node, path, reading);
    if (written === undefined || words.includes(written)) return written;
    if (/^(?:service|container):/.test(written))
      return report(
        reading,
        node,
        `${path}: ${written} is not supported: sharing a namespace with another container is not in this version`,
        "FIELD_UNSUPPORTED",
      );
    return report(reading, node, `${path}: expected ${words.join(", ")}; got "${written}"`);
  };
