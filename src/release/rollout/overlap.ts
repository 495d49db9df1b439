import type { ReleaseService } from "../manifest.ts";

export interface Order {
  readonly way: "start-first" | "stop-first";
  readonly why: string;
}

const writableState = (service: ReleaseService): string | undefined => {
  const mount = service.spec.mounts.find((one) => one.type !== "tmpfs" && !one.readOnly);
  if (mount === undefined) return undefined;
  return mount.type === "volume"
    ? `the volume ${mount.volume ?? "at " + mount.target}`
    : `the folder ${mount.type === "bind" ? mount.source : mount.target}`;
};

/** What the user wrote of the order, and where. */
export interface AskedOrder {
  readonly way?: Order["way"];
  readonly field: "deploy.update_config.order" | "deploy.rollback_config.order";
}

/** Whether old and new may run side by side, and why. What is impossible wins over what was asked; what was asked wins over caution. */
export const orderOf = (
  service: ReleaseService,
  asked: AskedOrder = {
    ...(service.updateOrder === undefined ? {} : { way: service.updateOrder }),
    field: "deploy.update_config.order",
  },
): Order => {
  const port = service.spec.ports.find((one) => one.hostPort !== undefined);
  if (port !== undefined)
    return { way: "stop-first", why: `it publishes host port ${port.hostPort}, which two containers cannot hold at once` };
  if (service.spec.networkMode === "host")
    return { way: "stop-first", why: "it uses the host's network, where two of it would meet on one port" };
  const fixed = service.spec.networks.find((one) => one.address !== undefined);
  if (fixed !== undefined)
    return { way: "stop-first", why: `its address ${fixed.address} in the network ${fixed.network} can belong to one container at a time` };
  if (asked.way !== undefined) return { way: asked.way, why: `${asked.field} says so` };
  const state = writableState(service);
  if (state !== undefined)
    return {
      way: "stop-first",
      why: `it writes to ${state}, and two writers at once are safe only if you say so (${asked.field}: start-first)`,
    };
  return {
    way: "start-first",
    why:
      service.route === undefined
        ? "nothing stops old and new from running side by side"
        : "the proxy moves traffic when the new one is ready",
  };
};
