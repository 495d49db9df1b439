import { texts } from "../../../source/yaml/index.ts";
import { composeRule } from "../../rule.ts";

export const capDropAll = composeRule({
  id: "compose/cap-drop-all",
  aliases: ["composelint:CL-0006", "kics:container_capabilities_unrestricted", "dockerbench:5.4"],
  item: "least-capabilities",
  severity: "warning",
  confidence: "certain",
  summary: "A service drops all capabilities and adds back only what it needs.",
  why: "By default a container keeps fourteen of root's powers, among them making raw packets and changing owners. Most services need none; each one left is a step for an intruder.",
  source: "https://docs.docker.com/engine/security/#linux-kernel-capabilities",
  examples: [
    { bad: "services: {web: {image: 'shop/web:1.2.3'}}", good: "services: {web: {image: 'shop/web:1.2.3', cap_drop: [ALL]}}" },
    {
      bad: "services: {web: {image: 'shop/web:1.2.3', cap_drop: [NET_RAW]}}",
      good: "services: {web: {image: 'shop/web:1.2.3', cap_drop: [all]}}",
    },
  ],
  applies: ({ service }) => (service.spec.privileged ? `${service.name} is privileged, which overrides its capabilities` : true),
  proves: ({ service }) =>
    service.spec.capAdd.length === 0
      ? `${service.name} drops all capabilities`
      : `${service.name} drops all capabilities and adds back ${service.spec.capAdd.join(", ")}`,
  *check({ service, node }) {
    const dropped = texts(node, "cap_drop").map((capability) => capability.trim().toUpperCase());
    if (dropped.includes("ALL")) return;
    yield {
      at: ["cap_drop"],
      message: `${service.name} keeps the engine's default capabilities${dropped.length === 0 ? "" : `, but for ${dropped.join(", ")}`}`,
      advice: "Set cap_drop: [ALL], then cap_add what it fails without (seaworthy trial finds the smallest set).",
    };
  },
});
