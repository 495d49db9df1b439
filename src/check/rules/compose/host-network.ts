import { text } from "../../../source/yaml/index.ts";
import { composeRule } from "../../rule.ts";

export const hostNetwork = composeRule({
  id: "compose/host-network",
  aliases: ["composelint:CL-0008", "kics:shared_host_network_namespace", "dockerbench:5.10"],
  item: "narrow-ports",
  severity: "error",
  confidence: "certain",
  summary: "No service uses the host's own network.",
  why: "On the host's network every port that the program opens is the host's, past the proxy, and it reaches what listens on the host's loopback: the engine's metrics, databases, other services.",
  source: "https://docs.docker.com/engine/network/drivers/host/",
  examples: [
    { bad: "services: {web: {image: 'shop/web:1.2.3', network_mode: host}}", good: "services: {web: {image: 'shop/web:1.2.3'}}" },
    {
      bad: "services: {web: {build: {context: ., network: host}}}",
      good: "services: {web: {build: {context: .}}}",
    },
  ],
  applies: () => true,
  proves: ({ service }) => `${service.name} has networks of its own`,
  *check({ service, node }) {
    if (text(node, "network_mode")?.trim() === "host")
      yield {
        at: ["network_mode"],
        message: `${service.name} is on the host's own network: every port it opens is the host's`,
        advice: "Remove network_mode: host; services reach each other by name on the project's network.",
      };
    if (text(node, "build", "network")?.trim() === "host")
      yield {
        at: ["build", "network"],
        severity: "warning",
        message: `the build of ${service.name} is on the host's own network`,
        advice: "Remove build.network: host; a build needs to reach out, not the host.",
        peers: [],
      };
  },
});
