import type { ContainerSpec } from "../project/index.ts";

/** How a container for one command runs: without what belongs to those that serve, which is their names and addresses in networks, ports, health, and coming back. */
export const alone = (spec: ContainerSpec, command = spec.command): ContainerSpec => {
  const { healthcheck: _, hostname: __, ...rest } = spec;
  return {
    ...rest,
    ...(command === undefined ? {} : { command }),
    ports: [],
    networks: spec.networks.map(({ network }) => ({ network, aliases: [] })),
    healthcheck: { test: ["NONE"] },
    restart: { policy: "no" },
    tty: false,
    stdinOpen: false,
  };
};
