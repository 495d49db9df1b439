import { composeRule, NOTHING } from "../../rule.ts";
import { sure } from "../../compose/text.ts";

export const cgroupParent = composeRule({
  id: "compose/cgroup-parent",
  aliases: ["kics:cgroup_not_default", "dockerbench:5.25"],
  item: "resource-limits",
  severity: "info",
  confidence: "certain",
  summary: "A service stays in the engine's control group.",
  why: "In another parent the limits and the accounting are those of that parent: the host's own group may have none at all, and the engine's figures no longer add up.",
  source: "https://docs.docker.com/reference/compose-file/services/#cgroup_parent",
  examples: [
    { bad: "services: {web: {image: 'shop/web:1.2.3', cgroup_parent: m-executor}}", good: "services: {web: {image: 'shop/web:1.2.3'}}" },
  ],
  applies: () => true,
  proves: () => NOTHING,
  *check({ service, node }) {
    const parent = sure(node, "cgroup_parent");
    if (parent !== undefined && parent !== "")
      yield {
        at: ["cgroup_parent"],
        message: `${service.name} runs in the control group ${parent} instead of the engine's`,
        advice: "Remove cgroup_parent, or ignore this with the reason for the other group.",
      };
  },
});
