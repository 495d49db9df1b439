import { composeRule } from "../../rule.ts";

export const resourceLimits = composeRule({
  id: "compose/resource-limits",
  aliases: [
    "composelint:CL-0026",
    "kics:memory_not_limited",
    "kics:cpus_not_limited",
    "kics:pids_limit_not_set",
    "dockerbench:5.11",
    "dockerbench:5.12",
    "dockerbench:5.29",
  ],
  item: "resource-limits",
  severity: "warning",
  confidence: "certain",
  summary: "A service's memory, CPU and processes are limited.",
  why: "A leak in one container takes the memory of all, and the kernel then kills whichever it likes. A limit makes it that container's own problem; a pids limit does the same for a fork bomb.",
  source: "https://docs.docker.com/reference/compose-file/deploy/#resources",
  examples: [
    {
      bad: "services: {web: {image: 'shop/web:1.2.3'}}",
      good: "services: {web: {image: 'shop/web:1.2.3', mem_limit: 256m, cpus: 1, pids_limit: 100}}",
    },
    {
      bad: "services: {web: {image: 'shop/web:1.2.3', mem_limit: 256m, cpus: 1}}",
      good: "services: {web: {image: 'shop/web:1.2.3', deploy: {resources: {limits: {memory: 256m, cpus: '1.0', pids: 100}}}}}",
    },
  ],
  applies: () => true,
  proves: ({ service }) => `${service.name} is limited in memory, CPU and processes`,
  *check({ service }) {
    const { memoryBytes, cpus, pids } = service.spec.resources;
    const missing = [
      ...((memoryBytes ?? 0) > 0 ? [] : ["memory"]),
      ...((cpus ?? 0) > 0 ? [] : ["cpus"]),
      // The engine takes 0 and -1 for "no limit".
      ...((pids ?? 0) > 0 ? [] : ["pids"]),
    ];
    if (missing.length === 0) return;
    yield {
      at: ["deploy", "resources", "limits"],
      message: `${service.name} has no limit for ${missing.join(", ")}`,
      advice: `Set deploy.resources.limits: {${missing.map((one) => ({ memory: "memory: 256M", cpus: 'cpus: "1.0"', pids: "pids: 100" })[one]).join(", ")}}; seaworthy trial measures what it uses.`,
    };
  },
});
