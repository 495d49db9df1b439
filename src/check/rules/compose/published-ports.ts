import { isOnEveryAddress, portsOf, type WrittenPort } from "../../compose/ports.ts";
import { composeRule } from "../../rule.ts";

/** dclint wants an interface to be named; that it is every one it takes for intended. */
const ANY = ["composelint:CL-0005", "kics:container_traffic_not_bound_to_host_interface", "dockerbench:5.14"];

const shown = ({ host, published }: WrittenPort): string => `${host ?? "every address"}:${published ?? "any"}`;

export const publishedPorts = composeRule({
  id: "compose/published-ports",
  aliases: ["dclint:no-unbound-port-interfaces", ...ANY],
  item: "narrow-ports",
  severity: "error",
  confidence: "certain",
  summary: "No port is published on every address of the host.",
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
    {
      bad: "services: {db: {image: 'shop/db:1.2.3', ports: [{target: 5432, published: 5432}]}}",
      good: "services: {db: {image: 'shop/db:1.2.3', ports: [{target: 5432, published: 5432, host_ip: '::1'}]}}",
    },
  ],
  applies: () => true,
  proves: ({ service, node }) => {
    const ports = portsOf(node);
    return ports.length === 0 ? `${service.name} publishes no port` : `${service.name} publishes ${ports.map(shown).join(", ")} only`;
  },
  *check({ service, node }) {
    for (const port of portsOf(node))
      if (isOnEveryAddress(port.host))
        yield {
          at: port.node,
          message: `${service.name} publishes port ${port.published ?? port.target}/${port.protocol} on every address of the host`,
          advice:
            service.settings.route === undefined
              ? `Remove it (services reach each other without), or bind it to 127.0.0.1; let the proxy publish: x-seaworthy.route: {hosts: [...], port: ${port.target}}.`
              : `Remove it: the proxy publishes ${service.name} through its route.`,
          ...(port.host === undefined ? {} : { peers: ANY }),
        };
  },
});
