import { flag } from "../../../source/yaml/index.ts";
import { composeRule, NOTHING } from "../../rule.ts";

export const notPrivileged = composeRule({
  id: "compose/not-privileged",
  aliases: ["composelint:CL-0002", "kics:privileged_containers_enabled", "dockerbench:5.5"],
  item: "least-capabilities",
  severity: "error",
  confidence: "certain",
  summary: "No service is privileged.",
  why: "A privileged container has every capability and every device of the host, and no confinement: root in it is root on the host.",
  source: "https://docs.docker.com/reference/cli/docker/container/run/#privileged",
  examples: [
    { bad: "services: {web: {image: 'shop/web:1.2.3', privileged: true}}", good: "services: {web: {image: 'shop/web:1.2.3'}}" },
    {
      bad: "services: {web: {image: 'shop/web:1.2.3', privileged: 'yes'}}",
      good: "services: {web: {image: 'shop/web:1.2.3', privileged: 'false'}}",
    },
  ],
  applies: () => true,
  proves: () => NOTHING,
  *check({ service, node }) {
    if (flag(node, "privileged") === true)
      yield {
        at: ["privileged"],
        message: `${service.name} is privileged: root in it is root on the host`,
        advice: "Remove privileged: true; add the one capability or device it needs instead.",
      };
    if (flag(node, "build", "privileged") === true)
      yield {
        at: ["build", "privileged"],
        message: `the build of ${service.name} is privileged: what it runs is root on the host`,
        advice: "Remove build.privileged: true.",
        peers: [],
      };
  },
});
