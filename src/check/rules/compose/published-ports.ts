import { isKnown, isOnEveryAddress, portsOf, portWords, type WrittenPort } from "../../compose/ports.ts";
import { composeRule, NOTHING } from "../../rule.ts";

/** dclint wants an interface to be named; that it is every one it takes for intended. */
const ANY = ["composelint:CL-0005", "kics:container_traffic_not_bound_to_host_interface", "dockerbench:5.14"];
const ALL = ["dclint:no-unbound-port-interfaces", ...ANY];

/** compose-lint passes over a long form that leaves the number to the engine. */
const peersOf = ({ node, host, published }: WrittenPort): readonly string[] => {
  const peers = host === undefined ? ALL : ANY;
  return node.kind === "mapping" && published === undefined ? peers.filter((alias) => alias !== "composelint:CL-0005") : peers;
};

const shown = ({ host, published = "any" }: WrittenPort): string =>
  `${host ?? "every address"}:${isKnown(published) ? published : "a number that hangs on a variable"}`;

export const publishedPorts = composeRule({
  id: "compose/published-ports",
  aliases: ALL,
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
    if (ports.some(({ host = "" }) => !isKnown(host))) return NOTHING;
    return ports.length === 0 ? `${service.name} publishes no port` : `${service.name} publishes ${ports.map(shown).join(", ")} only`;
  },
  *check({ service, node }) {
    for (const port of portsOf(node))
      if (isOnEveryAddress(port.host))
        yield {
          at: port.node,
          message: `${service.name} publishes ${portWords(port)} on every address of the host`,
          advice:
            service.settings.route === undefined
              ? `Remove it (services reach each other without), or bind it to 127.0.0.1; let the proxy publish: x-seaworthy.route: {hosts: [...], port: ${isKnown(port.target) ? port.target : "..."}}.`
              : `Remove it: the proxy publishes ${service.name} through its route.`,
          peers: peersOf(port),
        };
  },
});
