import { numbersIn, portsOf } from "../../compose/ports.ts";
import { composeRule, NOTHING } from "../../rule.ts";

export const lowPorts = composeRule({
  id: "compose/low-ports",
  aliases: ["kics:privileged_ports_mapped_in_container", "dockerbench:5.8"],
  item: "narrow-ports",
  severity: "info",
  confidence: "likely",
  profile: "strict",
  summary: "A service listens on a port of 1024 or above.",
  why: "Ports below 1024 need root or NET_BIND_SERVICE on most systems. Inside the container any number does: the proxy or the published side has the known one.",
  source: "https://docs.docker.com/reference/compose-file/services/#ports",
  examples: [
    {
      bad: "services: {web: {image: 'shop/web:1.2.3', ports: ['127.0.0.1:8080:80']}}",
      good: "services: {web: {image: 'shop/web:1.2.3', ports: ['127.0.0.1:80:8080']}}",
    },
  ],
  applies: () => true,
  proves: () => NOTHING,
  *check({ service, node }) {
    for (const port of portsOf(node))
      if (numbersIn(port.target).some((number) => number > 0 && number < 1024))
        yield {
          at: port.node,
          message: `${service.name} listens on port ${port.target}, for which a program needs a privilege`,
          advice: "Let it listen on a port above 1023, and publish that under the known number.",
        };
  },
});
