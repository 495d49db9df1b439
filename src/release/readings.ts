import type { ItemId } from "../checklist/index.ts";
import type { ContainerState } from "../engine/index.ts";

/** What a running container itself says of an item: the engine's own answer, whatever the files promised. */
interface Reading {
  readonly item: ItemId;
  /** What stands against the item; undefined when it holds. */
  readonly against: (container: ContainerState) => string | undefined;
  readonly holds: string;
}

const SOCKETS = /(?:^|\/)(?:docker|containerd|podman|crio)\.sock$/;
const LOOPBACK = /^(?:127\.|::1$)/;

const hostAccess = ({ config: { HostConfig: host } }: ContainerState): string | undefined => {
  if (host.Privileged === true) return "it is privileged";
  for (const [name, mode] of [
    ["network", host.NetworkMode],
    ["process", host.PidMode],
    ["IPC", host.IpcMode],
  ] as const)
    if (mode === "host") return `it shares the host's ${name} namespace`;
  const socket = (host.Mounts ?? []).find((mount) => mount.Source !== undefined && SOCKETS.test(mount.Source));
  if (socket !== undefined) return `it holds the engine's socket ${socket.Source}`;
  const device = (host.Devices ?? [])[0];
  return device === undefined ? undefined : `it has the device ${device.PathOnHost}`;
};

const capabilities = ({ config: { HostConfig: host } }: ContainerState): string | undefined => {
  if (host.Privileged === true) return "it is privileged";
  if (!(host.CapDrop ?? []).some((one) => one.toUpperCase() === "ALL")) return "not all capabilities are dropped";
  if (!(host.SecurityOpt ?? []).some((one) => /^no-new-privileges(?:[:=]true)?$/.test(one))) return "no-new-privileges is not set";
  const unconfined = (host.SecurityOpt ?? []).find((one) => one.endsWith("=unconfined") || one.endsWith(":unconfined"));
  return unconfined === undefined ? undefined : `it runs with ${unconfined}`;
};

const limits = ({ config: { HostConfig: host } }: ContainerState): string | undefined => {
  const missing = [
    ...((host.Memory ?? 0) > 0 ? [] : ["memory"]),
    ...((host.NanoCpus ?? 0) > 0 ? [] : ["cpu"]),
    ...((host.PidsLimit ?? 0) > 0 ? [] : ["process"]),
  ];
  if (missing.length > 0) return `it has no ${missing.join(", ")} limit`;
  const swap = host.MemorySwap ?? 0;
  return swap === host.Memory ? undefined : `with swap it may use ${swap < 0 ? "any amount" : "more than its limit"} of memory`;
};

const rotation = ({ config: { HostConfig: host } }: ContainerState): string | undefined => {
  const { Type: driver = "json-file", Config: options = {} } = host.LogConfig ?? {};
  return driver === "json-file" && options["max-size"] === undefined
    ? "its log grows without bound (json-file without max-size)"
    : undefined;
};

const ports = ({ config: { HostConfig: host } }: ContainerState): string | undefined => {
  const open = Object.entries(host.PortBindings ?? {}).find(([, bindings]) =>
    bindings.some(({ HostIp }) => HostIp === undefined || !LOOPBACK.test(HostIp)),
  );
  return open === undefined ? undefined : `port ${open[0]} is published on every address of the host`;
};

export const READINGS: readonly Reading[] = [
  { item: "no-host-access", against: hostAccess, holds: "no host namespace, engine socket or device" },
  { item: "least-capabilities", against: capabilities, holds: "all capabilities dropped, no-new-privileges, not privileged" },
  { item: "resource-limits", against: limits, holds: "memory without swap, cpu and process limits are in force" },
  { item: "log-rotation", against: rotation, holds: "its log is bounded" },
  { item: "narrow-ports", against: ports, holds: "nothing is published beyond loopback" },
  {
    item: "restart-policy",
    against: ({ config: { HostConfig: host } }) =>
      host.RestartPolicy === undefined || host.RestartPolicy.Name === "no" ? "it does not restart after a crash" : undefined,
    holds: "it restarts after a crash",
  },
  {
    item: "immutable-tags",
    against: ({ config }) => (/@sha256:[0-9a-f]{64}$/.test(config.Image) ? undefined : `it runs ${config.Image}, not a digest`),
    holds: "it runs by digest",
  },
];
