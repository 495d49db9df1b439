import type { ContainerSpec } from "../project/index.ts";

/** What the engine gives a container by itself (moby, oci/caps/defaults.go). */
export const DEFAULT_CAPABILITIES = [
  "CHOWN",
  "DAC_OVERRIDE",
  "FSETID",
  "FOWNER",
  "MKNOD",
  "NET_RAW",
  "SETGID",
  "SETUID",
  "SETFCAP",
  "SETPCAP",
  "NET_BIND_SERVICE",
  "SYS_CHROOT",
  "KILL",
  "AUDIT_WRITE",
] as const;

const bare = (name: string): string => name.toUpperCase().replace(/^CAP_/, "");

/** What a container gets in the end, as the engine reads cap_add and cap_drop. */
export const grantedCapabilities = ({
  capAdd,
  capDrop,
}: {
  readonly capAdd: readonly string[];
  readonly capDrop: readonly string[];
}): readonly string[] => {
  const dropped = new Set(capDrop.map(bare));
  const added = capAdd.map(bare);
  const base = dropped.has("ALL") ? [] : DEFAULT_CAPABILITIES.filter((name) => !dropped.has(name));
  return [...new Set<string>([...base, ...added])].toSorted();
};

/** The lab runs nothing as privileged, so what it shows of rights is nothing about a container that is. */
export const unprivileged = ({ spec }: { readonly spec: Pick<ContainerSpec, "privileged"> }): true | string =>
  spec.privileged ? "production runs it as privileged, which a trial does not" : true;
