import type { MappingNode } from "../../../source/index.ts";
import { entries } from "../../../source/yaml/index.ts";
import { isKnown, isOnEveryAddress, numbersIn, portsOf, portWords, type WrittenPort } from "../../compose/ports.ts";
import { composeRule, NOTHING } from "../../rule.ts";

interface Claim {
  readonly service: string;
  readonly port: WrittenPort;
}

/** Whether two claims to one number meet: on one address, or where either has all of them. */
const meet = (a: WrittenPort, b: WrittenPort): boolean => isOnEveryAddress(a.host) || isOnEveryAddress(b.host) || a.host === b.host;

/** The numbers of the host that it takes for sure; 0 leaves the choice to the engine. */
const taken = ({ published, protocol }: WrittenPort): readonly number[] =>
  isKnown(protocol) ? numbersIn(published).filter((number) => number > 0) : [];

/** The claims to every host port, in the order of the files. */
const claims = (root: MappingNode): ReadonlyMap<string, readonly Claim[]> => {
  const found = new Map<string, Claim[]>();
  for (const [service, { value }] of entries(root, "services"))
    for (const port of portsOf(value))
      for (const number of taken(port)) {
        const key = `${number}/${port.protocol}`;
        const before = found.get(key);
        if (before === undefined) found.set(key, [{ service, port }]);
        else before.push({ service, port });
      }
  return found;
};

const KNOWN = new WeakMap<MappingNode, ReadonlyMap<string, readonly Claim[]>>();

/** Gathered once a project, not once a service. */
const claimsOf = (root: MappingNode): ReadonlyMap<string, readonly Claim[]> => {
  const known = KNOWN.get(root) ?? claims(root);
  KNOWN.set(root, known);
  return known;
};

export const duplicatePorts = composeRule({
  id: "compose/duplicate-ports",
  aliases: ["dclint:no-duplicate-exported-ports"],
  item: "narrow-ports",
  severity: "error",
  confidence: "certain",
  summary: "No two services publish the same port of the host.",
  why: "The host has each port once: the second container fails to start, and after a restart it may be the other one.",
  source: "https://docs.docker.com/reference/compose-file/services/#ports",
  examples: [
    {
      bad: "services: {web: {image: 'shop/web:1.2.3', ports: ['127.0.0.1:80:80']}, job: {image: 'shop/job:1.2.3', ports: ['127.0.0.1:79-81:79-81']}}",
      good: "services: {web: {image: 'shop/web:1.2.3', ports: ['127.0.0.1:80:80']}, job: {image: 'shop/job:1.2.3', ports: ['127.0.0.1:80:80/udp']}}",
    },
  ],
  applies: () => true,
  proves: () => NOTHING,
  *check({ service, node, project }) {
    for (const port of portsOf(node)) {
      const other = taken(port)
        .map((number) => {
          const all = claimsOf(project.written).get(`${number}/${port.protocol}`) ?? [];
          const own = all.findIndex((claim) => claim.service === service.name && claim.port.node === port.node);
          return all.slice(0, Math.max(own, 0)).find((claim) => meet(claim.port, port));
        })
        .find((claim) => claim !== undefined);
      if (other !== undefined)
        yield {
          at: port.node,
          message:
            other.service === service.name
              ? `${service.name} publishes ${portWords(port)} twice`
              : `${service.name} publishes ${portWords(port)}, which ${other.service} publishes already`,
          advice: "Publish one of them under another number, or let the proxy route to both by host name.",
        };
    }
  },
});
