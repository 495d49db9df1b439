import { composeRule } from "../../rule.ts";

const isEveryAddress = (address: string | undefined): boolean =>
  address === undefined || address === "" || address === "0.0.0.0" || address === "::" || address === "[::]";

export const publishedPorts = composeRule({
  id: "compose/published-ports",
  aliases: [
    "composelint:CL-0005",
    "composelint:CL-0008",
    "dclint:no-unbound-port-interfaces",
    "kics:container_traffic_not_bound_to_host_interface",
    "kics:shared_host_network_namespace",
    "dockerbench:5.10",
    "dockerbench:5.14",
  ],
  item: "narrow-ports",
  severity: "error",
  confidence: "certain",
  summary: "No port is published on every address of the host, and no service uses the host's network.",
  why: "The engine opens published ports before the host's own firewall rules are asked. A database on 0.0.0.0 is on the internet; a web service is reached around the proxy, without TLS and without the gate of a release.",
  source: "https://docs.docker.com/engine/network/packet-filtering-firewalls/",
  examples: [
    {
      bad: "services: {db: {image: 'shop/db:1.2.3', ports: ['5432:5432']}}",
      good: "services: {db: {image: 'shop/db:1.2.3', ports: ['127.0.0.1:5432:5432']}}",
    },
    {
      bad: "services: {db: {image: 'shop/db:1.2.3', ports: ['0.0.0.0:5432:5432']}}",
      good: "services: {db: {image: 'shop/db:1.2.3', expose: [5432]}}",
    },
    { bad: "services: {web: {image: 'shop/web:1.2.3', network_mode: host}}", good: "services: {web: {image: 'shop/web:1.2.3'}}" },
  ],
  applies: () => true,
  proves: ({ service }) =>
    service.spec.ports.length === 0
      ? `${service.name} publishes no port`
      : `${service.name} publishes ${service.spec.ports.map((port) => `${port.hostAddress}:${port.hostPort ?? "any"}`).join(", ")} only`,
  *check({ service }) {
    const { ports, networkMode } = service.spec;
    if (networkMode === "host")
      yield {
        at: ["network_mode"],
        message: `${service.name} is on the host's own network: every port it opens is the host's`,
        advice: "Remove network_mode: host; services reach each other by name on the project's network.",
      };
    for (const [index, port] of ports.entries())
      if (isEveryAddress(port.hostAddress))
        yield {
          at: ["ports", index],
          message: `${service.name} publishes port ${port.hostPort ?? port.containerPort}/${port.protocol} on every address of the host`,
          advice:
            service.settings.route === undefined
              ? `Remove it (services reach each other without), or bind it to 127.0.0.1; let the proxy publish: x-seaworthy.route: {hosts: [...], port: ${port.containerPort}}.`
              : `Remove it: the proxy publishes ${service.name} through its route.`,
        };
  },
});
