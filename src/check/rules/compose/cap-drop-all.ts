import { composeRule } from "../../rule.ts";

/** What a service may reasonably need back; the rest of the engine's default set is rarely needed. */
const HARMLESS = new Set(["NET_BIND_SERVICE", "CHOWN", "SETUID", "SETGID", "DAC_OVERRIDE", "FOWNER", "KILL"]);

const bare = (capability: string): string => capability.toUpperCase().replace(/^CAP_/, "");

export const capDropAll = composeRule({
  id: "compose/cap-drop-all",
  aliases: ["composelint:CL-0006", "composelint:CL-0011", "kics:container_capabilities_unrestricted", "dockerbench:5.4"],
  item: "least-capabilities",
  severity: "warning",
  confidence: "certain",
  summary: "A service drops all capabilities and adds back only what it needs.",
  why: "By default a container keeps fourteen of root's powers, among them making raw packets and changing owners. Most services need none; each one left is a step for an intruder.",
  source: "https://docs.docker.com/engine/security/#linux-kernel-capabilities",
  examples: [
    { bad: "services: {web: {image: 'shop/web:1.2.3'}}", good: "services: {web: {image: 'shop/web:1.2.3', cap_drop: [ALL]}}" },
    {
      bad: "services: {web: {image: 'shop/web:1.2.3', cap_drop: [ALL], cap_add: [SYS_ADMIN]}}",
      good: "services: {web: {image: 'shop/web:1.2.3', cap_drop: [ALL], cap_add: [NET_BIND_SERVICE]}}",
    },
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
  *check({ service }) {
    const { capAdd, capDrop } = service.spec;
    if (!capDrop.some((capability) => bare(capability) === "ALL"))
      yield {
        at: ["cap_drop"],
        message: `${service.name} keeps the engine's default capabilities${capDrop.length === 0 ? "" : `, but for ${capDrop.join(", ")}`}`,
        advice: "Set cap_drop: [ALL], then cap_add what it fails without (seaworthy trial finds the smallest set).",
      };
    for (const [index, capability] of capAdd.entries())
      if (!HARMLESS.has(bare(capability)))
        yield {
          at: ["cap_add", index],
          severity: "error",
          message: `${service.name} is given ${capability}, which reaches beyond the container`,
          advice: `Remove ${capability} from cap_add, or do what needs it outside this container.`,
        };
  },
});
